import Networking
import RiskControl
import TestSupport
import TradingModel
import XCTest

@testable import ExecutionService
@testable import Storage

/// A rebalance that a switch halts and asks to close positions.
final class FlatteningTests: ServiceTestCase {
    private func plan(_ shares: Int, _ gateway: GatewayThread) throws -> RebalancePlan {
        let rows = ["AAPL", "IBM", "MSFT"].map { "2012-05-31,\($0),\(shares),d\(shares)\n" }.joined()
        let configuration = """
            { brokers: { ibkr: { port: \(gateway.port), account: "DU123", messages_per_second: null } },
              live: { permit: true, account: "DU123" } }
            """
        return try RebalancePlan(
            RebalancePlan.Sources(
                targets: try folder.write("as_of,ticker,target_quantity,decision_id\n" + rows, to: "targets.csv"),
                configuration: try folder.write(configuration, to: "config.json"), account: "DU123"), venue: .ibkr)
    }

    private func options() throws -> RebalanceOptions {
        RebalanceOptions(
            database: try folder.path("runtime.db"), isLiveAsked: true,
            environment: ["EXEC_DRY_RUN": "0", "EXECUTION_HALTED_FILE": try folder.path("halted")])
    }

    /// Holds 100 of three tickers, and is halted while 300 are ordered; `turn` is called before the first of these is sent.
    private func haltedReport(
        _ gateway: GatewayThread, answers: inout Int, _ turn: @escaping () throws -> Void
    ) throws -> RebalanceReport {
        try folder.write("0\n", to: "halted")
        let first = try rebalance(
            try plan(100, gateway), options: try options(), observer: RebalanceObserver(confirm: { _ in true }))
        XCTAssertTrue(first.isWhole, first.text)
        XCTAssertEqual(try shares(), 300)
        var asked = 0
        var isTurned = false
        let observer = RebalanceObserver(
            confirm: { _ in
                asked += 1
                return asked == 1
            },
            step: { step in
                guard case .committing(let batch) = step, !isTurned,
                    batch.events.contains(where: { $0.kind == .moved(.submit) })
                else { return }
                isTurned = true
                try turn()
            })
        let report = try rebalance(try plan(300, gateway), options: try options(), observer: observer)
        XCTAssertTrue(isTurned)
        answers = asked
        return report
    }

    private func shares() throws -> Int64 {
        let database = try Database.openForReading(folder.path("runtime.db"))
        return try database.connection.integer("SELECT sum(abs(size_e8)) / 100000000 FROM positions") ?? 0
    }

    private func haltAndFlatten() throws {
        let turn = try KillSwitchTurn.halt(.all, level: .halted, reason: "out", cancelsOpen: true, flattens: true)
        _ = try turn.perform(database: folder.path("runtime.db"))
    }

    /// Whoever turned the switch has agreed: the one at the rebalance may be gone.
    func testNobodyIsAsked() throws {
        let gateway = try realBarsGateway()
        var answers = 0
        let report = try haltedReport(gateway, answers: &answers) { try self.haltAndFlatten() }
        XCTAssertEqual(report.ending, .halted)
        XCTAssertEqual(answers, 1, "the plan of the rebalance, and nothing else")
        XCTAssertTrue(report.remarks.contains { $0.hasPrefix("positions were closed by run flatten-") }, report.text)
        XCTAssertEqual(try shares(), 0)
        try assertVerified(folder.path("runtime.db"))
        try gateway.end()
    }

    /// What keeps positions from being closed does not take the place of what became of the rebalance.
    func testAnotherSwitchKeepsThem() throws {
        let gateway = try realBarsGateway()
        var answers = 0
        let report = try haltedReport(gateway, answers: &answers) {
            try self.haltAndFlatten()
            try self.folder.write("1\n", to: "halted")
        }
        XCTAssertEqual(report.ending, .halted)
        let remark = report.remarks.first { $0.hasPrefix("positions are NOT closed: ") }
        XCTAssertTrue(remark?.contains("EXECUTION_HALTED_FILE") ?? false, report.text)
        XCTAssertEqual(try shares(), 300)
        let alerts = try Database.openForReading(folder.path("runtime.db"))
            .rows("SELECT severity, run_id FROM notifications WHERE code = 'not_flattened'")
        XCTAssertEqual(alerts, [["CRITICAL", report.runID]])
        try gateway.end()
    }

    // MARK: - What whoever halts is told

    private func consequences(
        _ turn: KillSwitchTurn, while answer: AccountLock.HaltAnswer?
    ) throws -> [String] {
        let path = try folder.path("switches.db")
        if try !folder.has("switches.db") { _ = try ProductionRows.ofHealthyAccount(path) }
        let account = try XCTUnwrap(AccountID("DU123"))
        let lock = try answer.map {
            try AccountLock(database: path, account: account, command: "test", answer: $0, at: Timestamp.now)
        }
        defer { lock?.release() }
        let lines = try turn.perform(database: path).lines
        let resume = try KillSwitchTurn.resume(turn.scope, level: .active, reason: "again")
        _ = try resume.perform(database: path)
        return Array(lines.dropFirst().filter { !$0.contains("nowhere on record") })
    }

    func testWhatTheHolderOfTheLockDoes() throws {
        let process = "process \(getpid())"
        let advice =
            "`execution cancel-all --live` cancels what is open, and then `execution flatten --live` closes the positions"
        let stops =
            "\(process) trades DU123 and sees it within a second: it sends nothing more, "
            + "what is open is cancelled and the confirmations are awaited"
        let flatten = try KillSwitchTurn.halt(.all, level: .halted, reason: "r", cancelsOpen: true, flattens: true)
        let cases: [(AccountLock.HaltAnswer?, [String])] = [
            (.closes, [stops + ", then positions are closed with market orders"]),
            (.stops, [stops + "; it closes no positions", advice]),
            (.ignores, ["\(process) holds DU123 and sends no orders; it cancels and closes nothing", advice]),
            (nil, ["no process of this machine trades from this database", advice]),
        ]
        for (answer, lines) in cases { XCTAssertEqual(try consequences(flatten, while: answer), lines) }
        let elsewhere = try KillSwitchTurn.halt(
            .account("DU999"), level: .halted, reason: "r", cancelsOpen: false, flattens: false)
        XCTAssertEqual(
            try consequences(elsewhere, while: .closes), ["no process of this machine trades from this database"])
    }

    /// A later halt lets nothing more leave, and takes nothing back.
    func testALaterHaltKeepsWhatTheEarlierAskedFor() throws {
        let path = try folder.path("runtime.db")
        _ = try ProductionRows(path)
        try haltAndFlatten()
        let later = try KillSwitchTurn.halt(.all, level: .halted, reason: "me too", cancelsOpen: false, flattens: false)
        let report = try later.perform(database: path)
        XCTAssertEqual(report.on.map(\.flattens), [true])
        XCTAssertEqual(report.on.map(\.reason), ["me too"])
        XCTAssertTrue(report.text.contains("an earlier halt asked for positions to be closed"), report.text)
        _ = try KillSwitchTurn.resume(.all, level: .reducing, reason: "flat").perform(database: path)
        XCTAssertEqual(try KillSwitchReport.list(database: path).map(\.flattens), [false])
    }

    /// A program that is newer than the database must not take its switches for off.
    func testSwitchesOfAnOlderSchemaCount() throws {
        let path = try folder.path("runtime.db")
        _ = try ProductionRows(path)
        try haltAndFlatten()
        try Connection(path: path, mode: .readWrite).execute("PRAGMA user_version = 4")
        XCTAssertEqual(try DatabaseSwitches.look(path).map(\.level), [.halted])
        try Connection(path: path, mode: .readWrite).execute("DROP VIEW kill_switches; PRAGMA user_version = 3")
        XCTAssertEqual(try DatabaseSwitches.look(path).count, 0, "there were none then")
    }
}
