import TradingModel
import XCTest

@testable import Storage

final class ProductionStoreTests: AccountTestCase {
    func testTheSameRunGoesOnUntilItIsComplete() throws {
        let database = try makeDatabase()
        let store = ProductionStore(database)
        var (account, journal, _) = try AccountScenario.begin(database)
        XCTAssertThrowsError(try store.begin(AccountScenario.header(), decisions: [])) {
            guard case .running(runID: "rebalance-1", _, _)? = $0 as? RunRefusal else { return XCTFail("\($0)") }
        }
        try AccountScenario.rebalance(&account, journal)
        try journal.release()
        guard case .resumes(let handle) = try store.begin(AccountScenario.header(), decisions: []) else {
            return XCTFail("it was given up")
        }
        XCTAssertEqual(handle.committed.trades, 2)
        let last = try ProductionJournal(database, handle: handle, names: AccountScenario.names)
        try last.finish(AccountScenario.outcome)
        XCTAssertEqual(
            try store.begin(AccountScenario.header(), decisions: []),
            .alreadyCompleted(
                FinishedRun(
                    runID: "rebalance-1", finishedAt: AccountScenario.start.description,
                    summaryJSON: #"{"orders":2}"#)))
        XCTAssertThrowsError(try store.begin(AccountScenario.header(digest: "other"), decisions: [])) {
            guard case .otherInputs? = $0 as? RunRefusal else { return XCTFail("\($0)") }
        }
    }

    func testAnAccountHasOneUnfinishedRun() throws {
        let database = try makeDatabase()
        let store = ProductionStore(database)
        let first = try AccountScenario.begin(database)
        func refused(_ header: RunHeader, isBeingWritten: Bool, line: UInt = #line) {
            XCTAssertThrowsError(try store.begin(header, decisions: []), line: line) {
                guard case .unfinished(let runID, "DU123", let startedAt, _, _, isBeingWritten)? = $0 as? RunRefusal
                else { return XCTFail("\($0)", line: line) }
                XCTAssertEqual(runID, "rebalance-1", line: line)
                XCTAssertEqual(startedAt, AccountScenario.start.description, line: line)
            }
        }
        refused(AccountScenario.header("rebalance-2"), isBeingWritten: true)
        try first.journal.release()
        refused(AccountScenario.header("rebalance-2"), isBeingWritten: false)
        refused(AccountScenario.header("dry-2", venue: ProductionStore.dryRunVenue), isBeingWritten: false)
        XCTAssertEqual(
            try rows(database, "SELECT run_id FROM execution_runs"), [["rebalance-1"]], "nothing was written")
        XCTAssertEqual(try rows(database, "SELECT count(*) FROM pipeline_decisions"), [["2"]])

        // Another account, another mode and an unfinished dry run are in nobody's way.
        _ = try AccountScenario.begin(database, AccountScenario.header("other", account: "DU9"))
        try Scenario.write(to: database, batches: 1)
        let last = try AccountScenario.begin(database)
        try last.journal.finish(AccountScenario.outcome)
        _ = try AccountScenario.begin(database, AccountScenario.header("dry-1", venue: ProductionStore.dryRunVenue))
        _ = try AccountScenario.begin(database, AccountScenario.header("rebalance-2"))
    }

    func testOpenRunsCanBeTakenUp() throws {
        let database = try makeDatabase()
        let store = ProductionStore(database)
        let header = AccountScenario.header(codeVersion: "0.9")
        let first = try AccountScenario.begin(database, header)
        _ = try AccountScenario.begin(database, AccountScenario.header("other", account: "DU9"))
        XCTAssertEqual(try store.openRuns("DU123").map(\.isBeingWritten), [true])
        try first.journal.release()
        let open = try store.openRuns("DU123")
        XCTAssertEqual(open.map(\.header), [header])
        XCTAssertEqual(open.map(\.isBeingWritten), [false])
        XCTAssertEqual(open.map(\.runNumber), [1])
        guard case .resumes(let handle) = try store.begin(open[0].header, decisions: []) else {
            return XCTFail("it was given up")
        }
        try ProductionJournal(database, handle: handle, names: AccountScenario.names).finish(AccountScenario.outcome)
        XCTAssertEqual(try store.openRuns("DU123"), [])
    }

    func testAFailedRunWithOpenOrdersIsNotTakenUpAfterOtherOrders() throws {
        let database = try makeDatabase()
        var failed = AccountScenario.outcome
        failed.status = .failed
        var first = try AccountScenario.begin(database)
        first.scenario.plan(.buy, 1, of: 0)
        try first.scenario.write(to: first.journal)
        try first.journal.finish(failed)
        // A run without orders, such as a reconciliation, changes no plan.
        let second = try AccountScenario.begin(database, AccountScenario.header("reconcile-1"))
        try second.journal.finish(AccountScenario.outcome)
        first = try AccountScenario.begin(database)
        try first.journal.finish(failed)
        var third = try AccountScenario.begin(database, AccountScenario.header("rebalance-3"))
        let order = third.scenario.plan(.buy, 1, of: 0)
        try third.scenario.write(to: third.journal, runID: "rebalance-3")
        try third.journal.finish(failed)
        XCTAssertThrowsError(try AccountScenario.begin(database)) {
            XCTAssertEqual(
                $0 as? RunRefusal, .overtaken(runID: "rebalance-1", account: "DU123", by: "rebalance-3"))
        }
        XCTAssertEqual(
            try rows(database, "SELECT DISTINCT status FROM execution_runs WHERE run_number <> 2"), [["FAILED"]])
        third = try AccountScenario.begin(database, AccountScenario.header("rebalance-3"))
        XCTAssertEqual(third.scenario.orders[order]?.state, .planned)
    }

    func testMarksOnlyRise() throws {
        let store = ProductionStore(try makeDatabase())
        XCTAssertNil(try store.highWaterMark(venue: "ibkr", account: "DU123"))
        try store.setHighWaterMark(10, venue: "ibkr", account: "DU123")
        try store.setHighWaterMark(9, venue: "ibkr", account: "DU123")
        try store.setHighWaterMark(99, venue: "other", account: "DU123")
        XCTAssertEqual(try store.highWaterMark(venue: "ibkr", account: "DU123"), 10)
        try store.setHighWaterMark(.max, venue: "ibkr", account: "DU123")
        XCTAssertEqual(try store.highWaterMark(venue: "ibkr", account: "DU123"), .max)
    }
}
