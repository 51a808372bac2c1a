import Foundation
import TestSupport
import TradingModel
import XCTest

@testable import ExecutionService

final class AccountStatusTests: ServiceTestCase {
    private static let now = Timestamp("2026-01-05T14:36:00.000Z") ?? Timestamp(ms: 0)

    private func rows() throws -> ProductionRows {
        try ProductionRows.ofHealthyAccount(folder.path("runtime.db"))
    }

    private func report(
        account: String? = nil, configuration: String? = nil, _ environment: [String: String] = [:]
    ) throws -> AccountStatusReport {
        try AccountStatusReport(
            AccountStatusReport.Request(
                database: folder.path("runtime.db"), account: account, configuration: configuration,
                environment: environment, time: Self.now))
    }

    func testAllIsWell() throws {
        let rows = try rows()
        try rows.order(1, of: "first", status: "WORKING")
        try rows.notification("WARNING", "late", of: "first")
        try rows.notification("INFO", "note", of: nil)
        try rows.run(2, "dry", venue: "dry_run", status: "RUNNING", writer: .silentElsewhere)
        try rows.runOfThisProcess("mine")
        let report = try report()
        XCTAssertEqual(report.accounts.map(\.account), ["DU123"])
        XCTAssertEqual(report.accounts[0].concerns, [])
        XCTAssertTrue(report.isWell)
        XCTAssertTrue(report.text.contains("Account DU123: all is well"), report.text)
        XCTAssertNil(report.accounts[0].liveGate)
    }

    /// Each trouble alone is one concern of its own name.
    func testEachConcernAlone() throws {
        typealias Code = AccountStatus.Concern.Code
        let cases: [(code: Code, part: String, trouble: (ProductionRows) throws -> Void)] = [
            (
                .unfinishedRun, "run left is not finished and its writer is gone: process 4711 on here",
                { try $0.run(7, "left", status: "RUNNING") }
            ),
            (
                .unfinishedRun, "process 4713 on far-away",
                { try $0.run(7, "left", status: "RUNNING", writer: .silentElsewhere) }
            ),
            (.unknownOrders, "may be at the broker: 1", { try $0.order(1, of: "first", status: "UNKNOWN") }),
            (.positionBreaks, "positions that contradict", { try $0.brokerPosition("MSFT", 1) }),
            (
                .positionBreaks, "positions that contradict",
                { try $0.position("MSFT", 1, of: "first", number: 2, explained: 2) }
            ),
            (
                .cashBreaks, "amounts of cash that contradict the journal: 1",
                { try $0.execute("UPDATE cash_balances SET balance_e6 = balance_e6 + 1") }
            ),
            (
                .breakerOpen, "ibkr, nothing new is sent there before 2026-01-05T14:40:00.000Z",
                { try $0.breaker("OPEN", until: "2026-01-05T14:40:00.000Z", of: "first") }
            ),
            (
                .deadLetters, "somebody has to decide about: 1",
                {
                    try $0.order(1, of: "first", status: "CANCELLED")
                    try $0.deadLetter(1, of: "first")
                }
            ),
            (.criticalNotifications, "not delivered: 1", { try $0.notification("CRITICAL", "broken", of: "first") }),
        ]
        for (index, (code, part, trouble)) in cases.enumerated() {
            if index > 0 {
                try tearDownWithError()
                try setUpWithError()
            }
            let rows = try rows()
            XCTAssertTrue(try report().isWell)
            try trouble(rows)
            let status = try report().accounts[0]
            XCTAssertEqual(status.concerns.map(\.code), [code], part)
            XCTAssertEqual(status.concerns.map(\.count), [1], part)
            XCTAssertTrue(status.concerns[0].sentence.contains(part), status.concerns[0].sentence)
            XCTAssertFalse(try report().isWell, part)
            XCTAssertTrue(try report().text.contains("NEEDS ATTENTION\n  ! \(code.rawValue): "))
        }
        XCTAssertEqual(Set(cases.map(\.code)), Set(Code.allCases), "a concern was not tried")
    }

    /// A breaker that lets probes through heals by itself; what was decided about a letter is nobody's business any more.
    func testBreakersAndLettersThatNeedNobody() throws {
        let rows = try rows()
        XCTAssertEqual(try report().accounts[0].breakers.map(\.venue), ["ibkr"])
        XCTAssertTrue(try report().text.contains("Circuit breakers: closed\nDead letters: none\n"))
        try rows.breaker("HALF_OPEN", until: nil, of: "first")
        try rows.breaker("CLOSED", until: nil, of: "first", venue: "elsewhere")
        try rows.order(1, of: "first", status: "CANCELLED")
        try rows.deadLetter(1, of: "first", discarded: "it is not needed")
        let status = try report().accounts[0]
        XCTAssertEqual(status.concerns, [])
        XCTAssertEqual(
            status.breakers.map { "\($0.venue) \($0.state.rawValue)" }, ["elsewhere CLOSED", "ibkr HALF_OPEN"])
        XCTAssertEqual(status.deadLetters, [])
        let text = try report().text
        XCTAssertTrue(text.contains("ibkr       HALF_OPEN  2026-01-05T14:32:00Z"), text)
    }

    /// A notification that no run made is nobody's in particular.
    func testCriticalNotificationWithoutARun() throws {
        try rows().notification("CRITICAL", "broken", of: nil)
        let report = try report()
        XCTAssertTrue(report.accounts[0].isWell)
        XCTAssertEqual(report.concerns.map(\.code), [.criticalNotifications])
        XCTAssertFalse(report.isWell)
        XCTAssertTrue(report.text.contains("notifications of no run: 1, 1 critical"), report.text)
    }

    func testOneAccountOfSeveral() throws {
        let rows = try rows()
        try rows.run(2, "other", account: "DU999", status: "RUNNING")
        XCTAssertEqual(try report().accounts.map(\.account), ["DU123", "DU999"])
        XCTAssertFalse(try report().isWell)
        XCTAssertTrue(try report(account: "DU123").isWell)
        XCTAssertThrowsError(try report(account: "DU12")) {
            XCTAssertEqual("\($0)", "no account DU12; this database has DU123, DU999")
        }
        XCTAssertThrowsError(try report(account: "no account")) { XCTAssertTrue($0 is UsageError, "\($0)") }
    }

    func testNothingTradedYet() throws {
        _ = try ProductionRows(folder.path("runtime.db"))
        XCTAssertTrue(try report().isWell)
        XCTAssertTrue(try report().text.contains("Nothing was traded"))
        XCTAssertThrowsError(try report(account: "DU123")) {
            XCTAssertEqual("\($0)", "no account DU123: nothing was traded from this database yet")
        }
        let configuration = try folder.write("{ brokers: { ibkr: { account: 'DU123' } } }", to: "c.json5")
        let status = try report(account: "DU123", configuration: configuration).accounts
        XCTAssertEqual(status.map(\.account), ["DU123"], "it is known from the configuration")
        XCTAssertEqual(status.map(\.lock), [.free])
    }

    func testLock() throws {
        _ = try rows()
        let lock = try AccountLock(
            database: folder.path("runtime.db"), account: XCTUnwrap(AccountID("DU123")), command: "execution apply",
            answer: .closes, at: Self.now)
        guard case .held(let pid, _?) = try report().accounts[0].lock else { return XCTFail("it is held") }
        XCTAssertEqual(pid, Int64(getpid()))
        XCTAssertTrue(try report().text.contains("since 2026-01-05T14:36:00.000Z (execution apply)"))
        lock.release()
        XCTAssertEqual(try report().accounts[0].lock, .free)
        XCTAssertTrue(try report().text.contains("Lock: free"))
    }

    /// What the broker alone can tell is not known; all else is as for the command that would send.
    func testLiveGate() throws {
        _ = try rows()
        let configuration = try folder.write(
            "{ brokers: { ibkr: { account: 'DU123' } }, live: { permit: true, account: 'DU123' } }", to: "c.json5")
        let open = try XCTUnwrap(
            try report(configuration: configuration, ["EXEC_DRY_RUN": "0"]).accounts[0].liveGate)
        XCTAssertEqual(open.refusals, [])
        XCTAssertEqual(
            open.conditions.filter { $0.state == .notYetKnown }.map(\.name), [.brokerAccount, .reconciliation])
        let halt = try folder.write("", to: "halt")
        let closed = try report(
            configuration: configuration, ["EXECUTION_HALTED": "1", "EXECUTION_HALTED_FILE": halt])
        let refusals = try XCTUnwrap(closed.accounts[0].liveGate).refusals
        XCTAssertEqual(refusals.map(\.name), [.execDryRun, .killSwitch])
        XCTAssertTrue(refusals[1].sentence.contains("EXECUTION_HALTED is \"1\"; the file of"), refusals[1].sentence)
        XCTAssertTrue(closed.text.contains("would find it from here: CLOSED"), closed.text)
        XCTAssertTrue(closed.isWell, "a closed gate is no trouble")
    }

    func testText() throws {
        let rows = try rows()
        try rows.order(1, of: "first", "MSFT", status: "UNKNOWN", filled: 4)
        try rows.timings(1, [0, 5, 7, 31, 100, 400])
        try rows.notification("CRITICAL", "broker_silent", of: "first")
        XCTAssertEqual(
            try report().text.replacingOccurrences(of: folder.url.path, with: "FOLDER"),
            """
            FOLDER/runtime.db at 2026-01-05T14:36:00.000Z
            Kill switches: none

            Account DU123: NEEDS ATTENTION
              ! unknown_orders: orders without an answer, which may be at the broker: 1; the command of their run asks for them
              ! critical_notifications: critical notifications that are not delivered: 1
            Lock: free
            Cash: 100 USD
            Positions: 1
              ticker  size  average_cost  realized_pnl  updated_at            broker_size  broker_reported_at
              ------  ----  ------------  ------------  --------------------  -----------  --------------------
              AAPL      10          12.5           2.5  2026-01-05T14:30:03Z           10  2026-01-05T14:34:00Z
            Open orders: 1
              order_id  ticker  direction  order_type  size  filled_size  limit_price  status   venue_order_id  age
              --------  ------  ---------  ----------  ----  -----------  -----------  -------  --------------  ------
                     1  MSFT    BUY        LIMIT         10            4         12.5  UNKNOWN  v1              5m 59s
            Position breaks: none
            Cash breaks: none
            Circuit breakers: closed
            Dead letters: none
            Last runs: 1
              run_id  venue  status     started_at            finished_at
              ------  -----  ---------  --------------------  --------------------
              first   ibkr   COMPLETED  2026-01-05T14:30:00Z  2026-01-05T14:35:00Z
            Undelivered notifications of DU123: 1, 1 critical
              created_at            severity  code           message
              --------------------  --------  -------------  -------------
              2026-01-05T14:30:04Z  CRITICAL  broker_silent  what happened
            Timings:
              orders_of  interval                    orders  p50_ms  p95_ms  p99_ms
              ---------  --------------------------  ------  ------  ------  ------
              first      journaled_to_sent                1       2       2       2
              first      sent_to_acknowledged             1      24      24      24
              first      acknowledged_to_first_fill       1      69      69      69
              first      decided_to_last_fill             1     400     400     400
              all runs   journaled_to_sent                1       2       2       2
              all runs   sent_to_acknowledged             1      24      24      24
              all runs   acknowledged_to_first_fill       1      69      69      69
              all runs   decided_to_last_fill             1     400     400     400
            """)
    }

    func testAges() {
        let cases: [(ms: Int64, text: String)] = [
            (0, "0s"), (999, "0s"), (-999, "0s"), (1_000, "1s"), (59_999, "59s"), (60_000, "1m 0s"),
            (192_000, "3m 12s"), (3_600_000, "1h 0m"), (7_500_000, "2h 5m"), (86_400_000, "1d 0h"),
            (273_600_000, "3d 4h"), (-192_000, "-3m 12s"),
        ]
        for (ms, text) in cases { XCTAssertEqual(AgeText.describe(ms: ms), text) }
    }
}
