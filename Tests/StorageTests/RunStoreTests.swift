import TradingModel
import XCTest

@testable import Storage

final class RunStoreTests: DatabaseTestCase {
    func testTheSameRunAgainIsComplete() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database)
        let again = try RunStore(database).begin(Scenario.header(), decisions: Scenario.decisions)
        XCTAssertEqual(
            again,
            .alreadyCompleted(
                FinishedRun(runID: "r1", finishedAt: "2011-03-13T07:06:40.000Z", summaryJSON: #"{"trades":3}"#)))
    }

    func testOtherInputsAreRefusedByName() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database)
        let store = RunStore(database)
        XCTAssertThrowsError(try store.begin(Scenario.header(digest: "other"), decisions: [])) {
            XCTAssertEqual(
                $0 as? RunRefusal, .otherInputs(runID: "r1", field: "input digest", recorded: "digest", given: "other"))
        }
        XCTAssertThrowsError(try store.begin(Scenario.header(record: .trades), decisions: [])) {
            XCTAssertEqual(
                $0 as? RunRefusal, .otherInputs(runID: "r1", field: "record", recorded: "full", given: "trades"))
        }
    }

    func testARunWhoseWriterLivesIsRefused() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database, batches: 1)
        XCTAssertThrowsError(try RunStore(database).begin(Scenario.header(), decisions: [])) {
            guard case .running(runID: "r1", _, _)? = $0 as? RunRefusal else { return XCTFail("\($0)") }
        }
        XCTAssertEqual(try RunStore(database).interruptedRuns(), [])
    }

    func testAWriterOnAnotherMachineIsGoneWhenItIsSilent() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database, batches: 1)
        try database.connection.execute("UPDATE execution_runs SET writer_host = 'elsewhere'")
        XCTAssertThrowsError(try RunStore(database).begin(Scenario.header(), decisions: []))
        XCTAssertEqual(try RunStore(database).writers().map(\.presence), [.elsewhere])
        try database.connection.execute("UPDATE execution_runs SET heartbeat_at = '2010-01-01T00:00:00.000Z'")
        XCTAssertEqual(try RunStore(database).interruptedRuns(), ["r1"])
        XCTAssertEqual(try RunStore(database).writers().map(\.presence), [.gone])
        guard case .resumes = try RunStore(database).begin(Scenario.header(), decisions: []) else {
            return XCTFail("its writer is gone")
        }
    }

    func testWritersAreListed() throws {
        let database = try makeDatabase()
        let journal = try XCTUnwrap(Scenario.write(to: database, batches: 1))
        let writers = try RunStore(database).writers()
        XCTAssertEqual(writers.map(\.runID), ["r1"])
        XCTAssertEqual(writers.map(\.pid), [Int64(getpid())])
        XCTAssertEqual(writers.map(\.presence), [.alive])
        XCTAssertEqual(writers.map(\.heartbeatAt.utf8.count), [24])
        try journal.finish(Scenario.outcome)
        XCTAssertEqual(try RunStore(database).writers(), [])
    }

    func testAnInterruptedRunIsNotTakenUpByOtherCode() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database, batches: 1)
        try database.connection.execute("UPDATE execution_runs SET writer_token = 'gone'")
        XCTAssertThrowsError(try RunStore(database).begin(Scenario.header(codeVersion: "2"), decisions: [])) {
            XCTAssertEqual($0 as? RunRefusal, .otherCodeVersion(runID: "r1", recorded: "1", given: "2"))
        }
    }

    func testAFailedRunIsTakenUpAgain() throws {
        let database = try makeDatabase()
        let journal = try XCTUnwrap(Scenario.write(to: database, batches: 1))
        var outcome = Scenario.outcome
        outcome.status = .failed
        try journal.finish(outcome)
        guard case .resumes(let handle) = try RunStore(database).begin(Scenario.header(), decisions: []) else {
            return XCTFail("it failed")
        }
        XCTAssertEqual(handle.committed.trades, 2)
    }

    func testADecisionIdStandsForOneDecision() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database)
        var other = Scenario.decisions
        other[0].regimeID = "bear"
        XCTAssertThrowsError(try RunStore(database).begin(Scenario.header(runID: "r2"), decisions: other)) {
            XCTAssertEqual(
                $0 as? DecisionConflict,
                DecisionConflict(decisionID: "d1", field: "regime_id", recorded: "bull", given: "bear"))
        }
        XCTAssertEqual(try database.connection.integer("SELECT count(*) FROM execution_runs"), 1, "nothing was written")
    }
}
