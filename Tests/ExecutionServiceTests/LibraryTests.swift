import Foundation
import InputFiles
import OrderRouting
import Storage
import TestSupport
import SeededTesting
import XCTest

@testable import ExecutionService

/// The library as a program uses it.
final class LibraryTests: ServiceTestCase {
    private struct Cancelled: Error, Equatable {}

    private func examplePlan() throws -> ExecutionPlan {
        try ExecutionPlan(
            .init(targets: Fixtures.targets, bars: Fixtures.bars, corporateActions: Fixtures.corporateActions))
    }

    func testReportIsWhatTheDatabaseHas() throws {
        let path = try folder.path("training.db")
        let report = try apply(try examplePlan(), mode: .training, database: path, runID: "first")
        XCTAssertFalse(report.alreadyCompleted)
        XCTAssertFalse(report.isIncomplete)
        let database = try Database.openForReading(path)
        let figures = try database.rows(
            """
            SELECT count(*), sum(commission_e6), sum(slippage_e6), (SELECT final_equity_e6 FROM execution_runs),
                   (SELECT balance_e6 FROM cash_balances), (SELECT sum(amount_e6) FROM cash_entries WHERE kind = 'DIVIDEND'),
                   (SELECT count(*) FROM orders), (SELECT count(*) FROM target_positions),
                   (SELECT count(*) FROM pipeline_decisions)
            FROM trades
            """)
        let money = [report.commission, report.slippage, report.finalEquity, report.finalCash, report.dividends]
        let counts = [report.orders, report.targets, report.decisions]
        XCTAssertEqual(
            figures, [["\(report.fills)"] + money.map { "\($0 * 1_000_000)" } + counts.map { "\($0)" }])
        try assertVerified(path)
        let again = try apply(try examplePlan(), mode: .training, database: path, runID: "first")
        XCTAssertTrue(again.alreadyCompleted)
        XCTAssertEqual(again.finalEquity, report.finalEquity)
    }

    /// The same process may take up a run that it was told to stop.
    func testInterruptedRunGoesOnInTheSameProcess() throws {
        let path = try folder.path("training.db")
        XCTAssertThrowsError(
            try apply(try examplePlan(), mode: .training, database: path, runID: "r") { _ in
                throw RunInterrupted(runID: "")
            }
        ) { error in XCTAssertEqual(error as? RunInterrupted, RunInterrupted(runID: "r")) }
        let store = RunStore(try Database.openForReading(path))
        XCTAssertEqual(try store.interruptedRuns(), ["r"])
        XCTAssertFalse(try apply(try examplePlan(), mode: .training, database: path, runID: "r").alreadyCompleted)
        _ = try apply(try examplePlan(), mode: .training, database: try folder.path("fresh.db"), runID: "r")
        XCTAssertNil(try DatabaseDump(path).difference(from: DatabaseDump(try folder.path("fresh.db"))))
    }

    /// What the observer throws ends the run as failed, with the reason, and the same call completes it.
    func testFailedRunSaysWhyAndCanBeCompleted() throws {
        let path = try folder.path("training.db")
        XCTAssertThrowsError(
            try apply(try examplePlan(), mode: .training, database: path, runID: "r") { _ in throw Cancelled() }
        ) {
            XCTAssertEqual(($0 as? RunFailed)?.cause as? Cancelled, Cancelled())
        }
        let database = try Database.openForReading(path)
        XCTAssertEqual(
            try database.rows("SELECT status, json_extract(summary, '$.error') FROM execution_runs"),
            [["FAILED", "Cancelled()"]])
        try assertVerified(path)
        let report = try apply(try examplePlan(), mode: .training, database: path, runID: "r")
        XCTAssertEqual(report.status, "COMPLETED")
        try assertVerified(path)
    }

    func testProgressRisesToTheEnd() throws {
        var fractions: [Double] = []
        var generator = SeededGenerator(seed: 3)
        let bars = DailyBars(.init(tickers: 60, sessions: 1_000), using: &generator)
        let targets = try folder.write(
            "as_of,ticker,target_quantity\n2015-01-05,T000,10\n2015-01-05,T059,10\n", to: "t.csv")
        let plan = try ExecutionPlan(.init(targets: targets, bars: try folder.write(bars.csv, to: "bars.csv")))
        _ = try apply(plan, mode: .training, database: try folder.path("training.db")) { fractions.append($0.fraction) }
        XCTAssertEqual(fractions.last, 1)
        XCTAssertEqual(fractions, fractions.sorted())
        XCTAssertTrue(fractions.allSatisfy { (0...1).contains($0) })
    }

    func testProductionIsRefusedBeforeAnythingIsWritten() throws {
        let path = try folder.path("production.db")
        XCTAssertThrowsError(try apply(try examplePlan(), mode: .production, database: path)) {
            XCTAssertEqual($0 as? UnsupportedMode, UnsupportedMode(mode: .production))
        }
        XCTAssertFalse(try folder.has("production.db"))
    }

    /// A database that may be read and not written is refused with its reason, and can still be asked.
    ///
    /// Permissions do not bind the superuser, who therefore becomes nobody for this test.
    func testReadOnlyDatabase() throws {
        let path = try folder.path("training.db")
        let plan = try examplePlan()
        _ = try apply(plan, mode: .training, database: path, runID: "r")
        let bytes = try folder.bytes("training.db")
        try setPermissions(0o444, of: path)
        try setPermissions(0o555, of: try folder.url.path)
        defer { try? setPermissions(0o755, of: try folder.url.path) }
        XCTAssertThrowsError(
            try boundByPermissions { try apply(plan, mode: .training, database: path, runID: "other") }
        ) {
            XCTAssertEqual($0 as? DatabaseRefusal, .readOnly(path: path))
        }
        XCTAssertThrowsError(
            try boundByPermissions { try apply(plan, mode: .training, database: path + ".new", runID: "other") }
        ) {
            XCTAssertEqual(($0 as? DatabaseError)?.code, .cannotOpen)
        }
        let runs = try boundByPermissions {
            try Database.openForReading(path).rows("SELECT run_id FROM execution_runs")
        }
        XCTAssertEqual(runs, [["r"]])
        XCTAssertEqual(try folder.bytes("training.db"), bytes)
        XCTAssertFalse(try folder.has("training.db.new"))
    }

    private func setPermissions(_ mode: Int, of path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    func testMoneyInTheSummaryHasTwoDecimals() throws {
        var report = try apply(try examplePlan(), mode: .training, database: try folder.path("training.db"), runID: "r")
        report.turnover = try XCTUnwrap(Decimal(string: "1234567.894999"))
        report.commission = try XCTUnwrap(Decimal(string: "0.005"))
        report.slippage = try XCTUnwrap(Decimal(string: "-0.004"))
        report.borrow = 7
        report.lowestCash = try XCTUnwrap(Decimal(string: "-1000.5"))
        report.finalCash = 999
        for line in [
            "Turnover      1,234,567.89 USD", "commission  0.01 USD", "slippage    0.00 USD", "borrow      7.00 USD",
            "Cash          999.00 USD, lowest -1,000.50 USD",
        ] { XCTAssertTrue(report.text.contains(line), "\(line) in\n\(report.text)") }
    }
}
