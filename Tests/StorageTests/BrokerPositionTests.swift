import TradingModel
import XCTest

@testable import Storage

/// What the broker says that an account holds, against its book.
final class BrokerPositionTests: AccountTestCase {
    func testWhatTheBrokerSaysIsComparedWithTheBook() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        try account.open(cash: Money(e6: 50_000_000_000), holding: 10, of: 0, at: hundred)
        try account.executeForeign("h.01", .buy, 2, of: 1, at: hundred)
        account.report([0: 5, 2: 1], leavingOut: [1])
        try account.write(to: journal)
        let breaks =
            "SELECT ticker, position, broker_position, difference_e8 / 100000000, what, book FROM position_breaks"
        let expected = [
            ["AAPL", "10.0", "15.0", "-5", "broker", "account DU123"],
            ["IBM", "0.0", "1.0", "-1", "broker", "account DU123"],
            ["MSFT", "2.0", "0.0", "2", "broker", "account DU123"],
        ]
        XCTAssertEqual(try rows(database, breaks).sorted { $0[0] < $1[0] }, expected)
        XCTAssertEqual(Set(try broken(database).map(\.check)), ["broker positions"])
        // Trades since then explain nothing, and break nothing.
        account.advance()
        try account.executeForeign("h.02", .buy, 1, of: 0, at: hundred)
        try account.executeForeign("h.03", .buy, 1, of: 2, at: hundred)
        try account.write(to: journal)
        XCTAssertEqual(try rows(database, breaks).map { $0[0] }.sorted(), ["AAPL", "MSFT"])
        // An operator accepts; the broker is not asked again for that.
        try account.reconcile(0, change: 4, at: hundred)
        try account.reconcile(1, change: -2, at: hundred)
        try account.write(to: journal)
        XCTAssertEqual(try rows(database, breaks), [])
        XCTAssertEqual(try broken(database), [])
    }

    func testAPositionThatChangesAfterTheBrokersReportIsNoBreak() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        try account.open(cash: Money(e6: 50_000_000_000), holding: 10, of: 0, at: hundred)
        account.report()
        try account.write(to: journal)
        account.advance()
        try account.executeForeign("h.01", .buy, 2, of: 0, at: hundred)
        try account.executeForeign("h.02", .buy, 2, of: 1, at: hundred)
        try account.write(to: journal)
        XCTAssertEqual(try broken(database), [])
        // The broker knows of a trade before its execution arrives.
        account.advance()
        account.report([0: 3])
        try account.write(to: journal)
        XCTAssertEqual(try broken(database).map(\.check), ["broker positions"])
        account.now = account.now.adding(ms: -500)
        try account.executeForeign("h.03", .buy, 3, of: 0, at: hundred)
        try account.write(to: journal)
        XCTAssertEqual(try broken(database), [])
    }

    /// Brokers give the times of executions in seconds, so one that comes after the report can bear an earlier time.
    func testAnExecutionOfTheReportsOwnSecondIsNoBreak() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        try account.open(cash: Money(e6: 50_000_000_000), holding: 10, of: 0, at: hundred)
        try account.executeForeign("h.01", .buy, 3, of: 0, at: hundred)
        account.report()
        try account.write(to: journal)
        account.now = account.now.adding(ms: -500)
        try account.executeForeign("h.02", .buy, 2, of: 0, at: hundred)
        try account.executeForeign("h.03", .buy, 2, of: 1, at: hundred)
        try account.write(to: journal)
        XCTAssertEqual(try broken(database), [])
    }

    func testAnEmptyReportSaysThatNothingIsHeld() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        try account.open(cash: Money(e6: 1_000_000))
        account.batch.broker.holdings = []
        try account.write(to: journal)
        XCTAssertEqual(try broken(database), [])
        try account.executeForeign("h.01", .buy, 2, of: 0, at: hundred)
        try account.write(to: journal)
        account.batch.broker.holdings = []
        try account.write(to: journal)
        XCTAssertEqual(
            try rows(database, "SELECT ticker, size, reported_at FROM broker_positions"),
            [["AAPL", "0.0", account.now.description]])
        XCTAssertEqual(try broken(database).map(\.check), ["broker positions"])
    }
}
