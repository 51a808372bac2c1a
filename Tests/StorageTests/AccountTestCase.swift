import TradingModel
import XCTest

@testable import Storage

/// Tests of a broker's account.
class AccountTestCase: DatabaseTestCase {
    let hundred = Price(e8: 10_000_000_000)

    func broken(_ database: Database) throws -> [Finding] {
        try DatabaseVerifier(database).verify().filter { $0.severity == .broken }
    }

    func contents(_ database: Database) throws -> [[[String]]] {
        let tables = try rows(database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").map {
            $0[0]
        }
        return try tables.map { table in
            try rows(
                database, table == "execution_runs" ? "SELECT progress, status FROM \(table)" : "SELECT * FROM \(table)"
            )
        }
    }

    func assertTables(
        _ database: Database, _ expected: [String: [[String]]], file: StaticString = #filePath, line: UInt = #line
    ) throws {
        for (sql, rows) in expected { XCTAssertEqual(try self.rows(database, sql), rows, sql, file: file, line: line) }
    }
}

extension AccountScenario {
    /// An account that is seen for the first time sells 5 of 10 AAPL and buys 10 MSFT; one commission comes late.
    static func rebalance(
        _ account: inout AccountScenario, _ journal: ProductionJournal, runID: String = "rebalance-1"
    ) throws {
        try account.open(cash: Money(e6: 50_000_000_000), holding: 10, of: 0, at: Price(e8: 9_000_000_000))
        account.target(0, units: 5)
        account.target(1, units: 10)
        let sell = account.plan(.sell, 5, of: 0)
        let buy = account.plan(.buy, 10, of: 1)
        account.batch.broker.highWaterMark = 4711
        try account.write(to: journal, runID: runID)
        account.advance()
        try account.move(sell, .submit)
        try account.write(to: journal, runID: runID)
        account.advance()
        account.link(sell, "9001")
        try account.move(sell, .accept)
        account.batch.broker.timings.append(TimingRecord(order: sell, stage: .sent, time: account.now))
        account.batch.broker.notifications.append(
            NotificationRecord(time: account.now, severity: .warning, code: "late", message: "says \"hello\""))
        account.batch.broker.highWaterMark = 17
        try account.execute("e1.01", sell, 5, at: Price(e8: 10_000_000_000))
        try account.move(buy, .submit)
        try account.execute("e2.01", buy, 10, at: Price(e8: 10_050_000_000), commission: Money(e6: 350_000))
        try account.write(to: journal, runID: runID)
        account.advance()
        account.commission("e1.01", Money(e6: 350_000))
        account.report()
        try account.write(to: journal, runID: runID)
    }

    /// One more order of the run, an execution by hand, and a commission.
    static func another(_ account: inout AccountScenario, _ journal: ProductionJournal) throws {
        let id = "x\(account.lastOrder)"
        let order = account.plan(.buy, 2, of: 2, decision: 1)
        try account.move(order, .submit)
        try account.write(to: journal)
        try account.execute("\(id).01", order, 2, at: Price(e8: 10_000_000_000))
        try account.executeForeign("\(id).hand.01", .sell, 1, of: 0, at: Price(e8: 10_000_000_000))
        account.commission("\(id).01", Money(e6: 1_000_000))
        try account.write(to: journal)
    }
}
