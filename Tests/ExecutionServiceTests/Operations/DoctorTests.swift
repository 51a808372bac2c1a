import Foundation
import Storage
import TestSupport
import TradingModel
import XCTest

@testable import ExecutionService

final class DoctorTests: ServiceTestCase {
    private static let now = Timestamp("2026-01-05T14:36:00.000Z") ?? Timestamp(ms: 0)

    private func rows() throws -> ProductionRows {
        try ProductionRows.ofHealthyAccount(folder.path("runtime.db"))
    }

    private func report(
        _ environment: [String: String] = [:], configuration: String? = nil, bars: String? = nil, probes: Bool = false,
        at time: Timestamp = now
    ) throws -> DoctorReport {
        try DoctorReport(
            DoctorReport.Request(
                database: try folder.path("runtime.db"), bars: bars,
                configuration: try configuration.map { try folder.write($0, to: "c.json5") }, probes: probes,
                environment: environment, time: time))
    }

    private func state(_ name: DoctorCheck.Name, _ report: DoctorReport) -> DoctorCheck.State? {
        report.checks.filter { $0.name == name }.map(\.state).max()
    }

    func testAllIsWell() throws {
        _ = try rows()
        let report = try report()
        XCTAssertEqual(report.checks.filter { $0.state > .notChecked }, [])
        XCTAssertEqual(report.verdict, .notChecked)
        XCTAssertTrue(report.text.contains("all is well"), report.text)
        let names = Set(report.checks.map(\.name))
        XCTAssertEqual(names, Set(DoctorCheck.Name.allCases).subtracting([.liveGate, .bars]), "those need options")
        let object = try XCTUnwrap(JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
        XCTAssertEqual(object["verdict"] as? String, "not_checked")
        XCTAssertEqual((object["checks"] as? [Any])?.count, report.checks.count)
    }

    /// Each trouble alone is a finding of its own name and weight.
    func testEachTroubleAlone() throws {
        typealias Trouble = (name: DoctorCheck.Name, state: DoctorCheck.State, trouble: (ProductionRows) throws -> Void)
        let cases: [Trouble] = [
            (.lastRun, .critical, { try $0.run(7, "left", status: "RUNNING") }),
            (.lastRun, .warning, { try $0.run(7, "left", status: "FAILED") }),
            (.orders, .critical, { try $0.order(1_000_000_001, of: "first", status: "UNKNOWN") }),
            (.afterTrades, .critical, { try $0.brokerPosition("MSFT", 1) }),
            (.afterTrades, .critical, { try $0.execute("UPDATE cash_balances SET balance_e6 = balance_e6 + 1") }),
            (.afterTrades, .critical, { try $0.order(1_000_000_001, of: "first", status: "WORKING", filled: 1) }),
            (
                .afterTrades, .warning,
                { rows in
                    try rows.order(1_000_000_001, of: "first", status: "WORKING")
                    try rows.timings(1_000_000_001, [0, 0, 0, 5_001, nil, nil])
                }
            ),
            (.alerts, .critical, { try $0.notification("CRITICAL", "x", of: "first") }),
            (.alerts, .warning, { try $0.notification("WARNING", "x", of: nil) }),
            (
                .breaker, .critical,
                {
                    try $0.execute(
                        "INSERT INTO venue_breakers VALUES ('ibkr', 'DU123', 'OPEN', '2026-01-05T14:30:00.000Z', '2026-01-05T14:36:01.000Z', 'first')"
                    )
                }
            ),
            (
                .breaker, .warning,
                {
                    try $0.execute(
                        "INSERT INTO venue_breakers VALUES ('ibkr', 'DU123', 'OPEN', '2026-01-05T14:30:00.000Z', '2026-01-05T14:36:00.000Z', 'first')"
                    )
                }
            ),
            (
                .breaker, .warning,
                {
                    try $0.execute(
                        "INSERT INTO venue_breakers VALUES ('ibkr', 'DU123', 'HALF_OPEN', '2026-01-05T14:30:00.000Z', NULL, 'first')"
                    )
                }
            ),
            (
                .deadLetters, .warning,
                { rows in
                    try rows.order(1_000_000_001, of: "first", status: "REJECTED")
                    try rows.execute(
                        "INSERT INTO dead_letters (order_id, run_id, reason, detail, created_at) VALUES (1000000001, 'first', 'not_sendable', 'x', '2026-01-05T14:30:00.000Z')"
                    )
                }
            ),
            (.schema, .warning, { try $0.execute("PRAGMA user_version = 1") }),
        ]
        for (index, (name, expected, trouble)) in cases.enumerated() {
            if index > 0 {
                try tearDownWithError()
                try setUpWithError()
            }
            try trouble(try rows())
            let report = try report()
            XCTAssertEqual(report.checks.filter { $0.state > .notChecked }.map(\.name), [name], "case \(index)")
            XCTAssertEqual(report.verdict, expected, "case \(index): \(report.text)")
        }
    }

    /// The switches of a database that is another program's cannot be read either.
    func testADatabaseThatIsNotOurs() throws {
        try rows().execute("PRAGMA application_id = 5")
        let report = try report()
        XCTAssertEqual(state(.database, report), .critical)
        XCTAssertEqual(state(.killSwitch, report), .critical)
        XCTAssertNil(state(.lastRun, report))
    }

    /// A run of another machine that was heard of lately enough not to be given up, and is silent.
    func testASilentRun() throws {
        let rows = try rows()
        try rows.run(7, "far", status: "RUNNING", writer: .elsewhere)
        XCTAssertEqual(try report(at: Timestamp.now).verdict, .notChecked)
        let later = Timestamp.now.adding(ms: 400_000)
        XCTAssertEqual(state(.afterTrades, try report(at: later)), .critical)
        XCTAssertEqual(try report(configuration: "{ checks: { max_silence: '1h' } }", at: later).verdict, .notChecked)
    }

    /// A dry run that was killed has nothing that anybody could complete.
    func testADryRunThatWasKilled() throws {
        for writer in [ProductionRows.Writer.gone, .silentElsewhere] {
            try tearDownWithError()
            try setUpWithError()
            try rows().run(7, "dry", venue: "dry_run", status: "RUNNING", writer: writer)
            let report = try report()
            XCTAssertEqual(report.verdict, .notChecked, report.text)
        }
    }

    func testSwitchesAndEnvironment() throws {
        let rows = try rows()
        let cases: [(variables: [String: String], name: DoctorCheck.Name, state: DoctorCheck.State)] = [
            (["EXECUTION_HALTED": "1"], .killSwitch, .warning),
            (["EXEC_MAX_DAILY_TRADES": "x"], .environment, .critical),
            (["EXEC_RISK_FAIL_OPEN": "true"], .environment, .warning),
        ]
        for (variables, name, expected) in cases {
            XCTAssertEqual(state(name, try report(variables)), expected, "\(variables)")
        }
        try rows.execute(
            "INSERT INTO kill_switch_events (created_at, scope, level, reason, who) VALUES ('2026-01-05T14:30:00.000Z', 'ALL', 'HALTED', 'drill', 'me')"
        )
        let halted = try report()
        XCTAssertEqual(state(.killSwitch, halted), .warning)
        XCTAssertTrue(halted.text.contains("drill"), halted.text)
        let shown = try report([
            "EXEC_DRY_RUN": "0", "ALPACA_SECRET_KEY": "hunter2", "EXECUTION_HALTED_FILE": "/hunter2",
        ])
        XCTAssertTrue(
            shown.variables.contains { $0.name == "EXEC_DRY_RUN" && $0.value == "0" && $0.source == .environment })
        XCTAssertFalse((shown.text + shown.json).contains("hunter2"), shown.text)
    }

    func testLiveGate() throws {
        _ = try rows()
        let account = "brokers: { ibkr: { account: 'DU123' } }"
        XCTAssertEqual(state(.liveGate, try report(configuration: "{ \(account) }")), .ok, "for dry runs")
        let live = "{ \(account), live: { permit: true, account: 'DU123' } }"
        XCTAssertEqual(state(.liveGate, try report(configuration: live)), .warning, "EXEC_DRY_RUN is not set")
        XCTAssertEqual(state(.liveGate, try report(["EXEC_DRY_RUN": "0"], configuration: live)), .ok)
        XCTAssertEqual(
            state(.liveGate, try report(configuration: "{ live: { permit: true, account: 'DU123' } }")), .warning,
            "no account of the broker's")
        XCTAssertThrowsError(try report(configuration: "{ nothing: 1 }"))
    }

    func testTheLiveGateWithoutADatabase() throws {
        let live = "live: { permit: true, account: 'DU123' }"
        let cases: [(configuration: String, state: DoctorCheck.State)] = [
            ("{ brokers: { ibkr: { account: 'DU123' } }, \(live) }", .notChecked), ("{ \(live) }", .warning),
            ("{}", .ok),
        ]
        for (text, expected) in cases {
            let report = try DoctorReport(
                DoctorReport.Request(configuration: try folder.write(text, to: "c.json5"), time: Self.now))
            XCTAssertEqual(state(.liveGate, report), expected, text)
        }
    }

    func testBars() throws {
        _ = try rows()
        let history = try importExample()
        let end = try XCTUnwrap(
            try BarStore(try Database.openForReading(history)).series().compactMap { $0.range?.upperBound }.max())
        XCTAssertEqual(state(.bars, try report(bars: history, at: end.adding(ms: 5 * 86_400_000))), .ok)
        XCTAssertEqual(state(.bars, try report(bars: history, at: end.adding(ms: 5 * 86_400_000 + 1))), .warning)
        XCTAssertEqual(state(.bars, try report(bars: try folder.path("none.db"))), .critical)
    }

    func testTheBrokerIsAsked() throws {
        _ = try rows()
        var options = GatewayOptions(bars: Fixtures.bars)
        (options.port, options.controlPort) = (0, 0)
        options.from = "2012-06-01"
        options.showsWallTime = true
        let gateway = try GatewayThread(options)
        let ibkr = { (account: String) in "{ brokers: { ibkr: { port: \(gateway.port), account: '\(account)' } } }" }
        let asked = try report(configuration: ibkr("DU123"), probes: true)
        XCTAssertEqual(
            asked.checks.filter { $0.name == .broker || $0.name == .clock }.map(\.state), [.ok, .ok], asked.text)
        XCTAssertTrue(asked.text.contains("accounts DU123"), asked.text)
        let other = try report(configuration: ibkr("DU999"), probes: true)
        XCTAssertEqual(state(.broker, other), .critical)
        XCTAssertTrue(other.text.contains("is none of those that the gateway manages: DU123"), other.text)
        XCTAssertEqual(try gateway.status().open, 0)
        try gateway.end()
        let gone = try report(configuration: ibkr("DU123"), probes: true)
        XCTAssertEqual(state(.broker, gone), .critical)
        XCTAssertEqual(state(.clock, gone), .notChecked)
    }
}
