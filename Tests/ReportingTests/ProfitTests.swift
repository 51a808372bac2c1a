import SeededTesting
import TestSupport
import TradingModel
import XCTest

@testable import Reporting
@testable import Storage

final class ProfitTests: XCTestCase {
    private func dollars(_ amount: Double) -> ExactValue { ExactValue(Money(e6: Int64((amount * 1e6).rounded()))) }

    private func owner(_ strategy: String?, _ ticker: String = "AAPL") -> ProfitOwner {
        ProfitOwner(account: "DU1", strategyID: strategy, ticker: ticker)
    }

    func testEachStrategyHasABookOfItsOwn() throws {
        var book = ProfitBook()
        let price = { (dollars: Int64) in Price(e8: dollars * Price.scale) }
        try book.trade(owner("b"), Quantity(units: 10), at: price(100), commission: Money(e6: 1_000_000))
        try book.trade(owner("a"), Quantity(units: 10), at: price(110), commission: Money(e6: 1_000_000))
        try book.trade(owner("b"), -Quantity(units: 4), at: price(120), commission: Money(e6: 500_000))
        try book.adjust(account: "DU1", ticker: "AAPL", Quantity(units: 5), price: price(90))
        try book.adjust(account: "DU1", ticker: "AAPL", -Quantity(units: 1), price: nil)
        try book.trade(owner("a", "MSFT"), -Quantity(units: 2), at: price(50), commission: .zero)
        let rows = book.rows(markedWith: ["AAPL": Mark(price: price(130), time: Timestamp(ms: 5))])
        XCTAssertEqual(rows.map(\.owner), [owner("a"), owner("a", "MSFT"), owner("b"), owner(nil)])
        XCTAssertEqual(rows.map(\.position.quantity), [10, -2, 6, 4].map { Quantity(units: $0) })
        XCTAssertEqual(rows.map(\.position.realized), [0, 0, 80, 0].map(dollars))
        XCTAssertEqual(rows.map(\.unrealized), [dollars(200), nil, dollars(180), dollars(160)])

        let total = try ProfitTotal(rows)
        XCTAssertEqual(total.realized, dollars(80))
        XCTAssertEqual(total.unrealized, dollars(540))
        XCTAssertEqual(total.net, dollars(617.5))
        XCTAssertEqual(total.unmarked, ["MSFT"])
        XCTAssertEqual(total.markedAt, Timestamp(ms: 5))
        XCTAssertEqual(total.positions, 4)
        XCTAssertEqual(total.trades, 4)
        XCTAssertNil(try ProfitTotal(rows.filter { $0.owner.ticker == "MSFT" }).markedAt)
    }

    /// The profits of all strategies are the account's, to the last digit, whoever traded what.
    func testTheStrategiesAddUpToTheAccount() throws {
        for seed in RandomCases(defaultCount: 200) {
            var generator = SeededGenerator(seed: seed)
            var book = ProfitBook()
            var account: [String: Position] = [:]
            for _ in 0..<generator.number(1...60) {
                let ticker = generator.pick(["AAA", "BBB"])
                let quantity = Quantity(e8: Int64(generator.number(-300_000_000...300_000_000)))
                let price = Price(e8: Int64(generator.number(1...20_000_000_000)))
                guard quantity != .zero else { continue }
                if generator.chance(20) {
                    try book.adjust(account: "DU1", ticker: ticker, quantity, price: price)
                } else {
                    try book.trade(
                        owner(generator.pick(["s", "t", nil]), ticker), quantity, at: price, commission: .zero)
                }
                try account[ticker, default: Position()].book(quantity, at: price)
            }
            let marks = ["AAA", "BBB"].map { ($0, Mark(price: Price(e8: 12_345_678_901), time: Timestamp(ms: 1))) }
            let total = try ProfitTotal(book.rows(markedWith: Dictionary(uniqueKeysWithValues: marks)))
            let whole = account.values.reduce(ExactValue.zero) { sum, position in
                sum + position.realized + Price(e8: 12_345_678_901) * position.quantity - position.cost
            }
            XCTAssertEqual(total.realized + total.unrealized, whole, RandomCases.replay(seed))
        }
    }

    /// Everybody's shares are counted anew; the fraction that the account did not keep is of whoever holds most.
    func testASplit() throws {
        var book = ProfitBook()
        let price = Price(e8: 90 * Price.scale)
        try book.trade(owner("a"), Quantity(units: 5), at: price, commission: .zero)
        try book.trade(owner("b"), Quantity(units: 8), at: price, commission: .zero)
        try book.trade(owner("c"), -Quantity(units: 2), at: price, commission: .zero)
        try book.trade(owner("d"), Quantity(units: 1), at: price, commission: .zero)
        try book.trade(owner("d"), -Quantity(units: 1), at: price, commission: .zero)
        try book.trade(owner("a", "MSFT"), Quantity(units: 3), at: price, commission: .zero)
        // 11 at 3:2 are 16.5, of which 16 stay; half a share is paid at 60.
        let split = ProfitBook.Split(
            account: "DU1", ticker: "AAPL", time: Timestamp(ms: 0), ratioE9: 1_500_000_000, change: Quantity(units: 5),
            cashInLieu: Money(e6: 30_000_000))
        try book.split(split)
        let rows = book.rows(markedWith: ["AAPL": Mark(price: Price(e8: 60 * Price.scale), time: Timestamp(ms: 0))])
        XCTAssertEqual(
            rows.map { "\($0.owner.strategyID ?? "") \($0.owner.ticker) \($0.position.quantity)" },
            ["a AAPL 7.5", "a MSFT 3", "b AAPL 11.5", "c AAPL -3", "d AAPL 0"])
        XCTAssertEqual(rows.map { $0.position.averageCost?.description }, ["60", "90", "60", "60", nil])
        XCTAssertEqual(rows.map(\.position.realized), Array(repeating: .zero, count: 5), "half a share at what it cost")
        try book.split(
            ProfitBook.Split(
                account: "DU2", ticker: "AAPL", time: Timestamp(ms: 0), ratioE9: 2_000_000_000,
                change: Quantity(units: 16), cashInLieu: .zero))
        XCTAssertEqual(book.rows(markedWith: [:]).first?.position.quantity.description, "7.5", "of another account")
    }

    /// What was held before is sold, and bought again dearer: the sale took its profit, the purchase none.
    func testAdjustmentsAndTradesFollowTheirTimes() throws {
        let folder = try TemporaryFolder()
        defer { try? folder.remove() }
        let rows = try ProductionRows(folder.path("runtime.db"))
        try rows.run(1, "first")
        for (id, time, change) in [(1, "14:30", 100), (2, "14:33", -20), (3, "23:00", 1)] {
            try rows.execute(
                """
                INSERT INTO position_adjustments (adjustment_id, run_id, account, ticker, timestamp, kind, change_e8, price_e8)
                VALUES (\(id), 'first', 'DU123', 'AAPL', '2026-01-05T\(time):00.000Z', 'OPENING',
                    \(Int64(change) * Quantity.scale), \(50 * Price.scale))
                """)
        }
        for (id, direction, price, time) in [(1, "SELL", 60, "14:30"), (2, "BUY", 80, "14:32")] {
            try rows.execute(
                """
                INSERT INTO trades (trade_id, timestamp, ticker, direction, run_id, mode, account, execution_id, fill_rule,
                    ambiguous, size_e8, price_e8, commission_e6, slippage_e6)
                VALUES (\(1_000_000_000 + id), '2026-01-05T\(time):00.000Z', 'AAPL', '\(direction)', 'first', 'PRODUCTION',
                    'DU123', 'e\(id)', 'broker_execution', 0, \(50 * Quantity.scale), \(Int64(price) * Price.scale), 0, 0)
                """)
        }
        let read = try ProfitReader(try Database.openForReading(folder.path("runtime.db"))).rows()
        XCTAssertEqual(read.map(\.position.quantity), [Quantity(units: 81)])
        // 500 of the sale; then 20 of 100 that cost 65 on average are taken out at 50.
        XCTAssertEqual(read.map(\.position.realized), [dollars(500 - 300)])
    }

    func testReadsTradesAdjustmentsAndTheLatestPrices() throws {
        let folder = try TemporaryFolder()
        defer { try? folder.remove() }
        let rows = try ProductionRows(folder.path("runtime.db"))
        try rows.run(1, "first")
        try rows.position("MSFT", 10, of: "first", number: 1)
        try rows.order(1_000_000_001, of: "first", status: "FILLED", size: 10, filled: 10)
        for (id, direction, price, strategy, time, rule) in [
            (1, "BUY", 100, "'m'", "14:31", "broker_execution"), (2, "SELL", 110, "'m'", "14:32", "broker_execution"),
            (3, "BUY", 105, "NULL", "14:30", "broker_execution"), (4, "SELL", 999, "'m'", "15:00", "broker_reversal"),
            (5, "BUY", 999, "'m'", "14:30", "broker_execution"),
        ] {
            try rows.execute(
                """
                INSERT INTO trades (trade_id, timestamp, ticker, direction, strategy_id, run_id, mode, account, execution_id, fill_rule,
                    ambiguous, size_e8, price_e8, commission_e6, slippage_e6)
                VALUES (\(1_000_000_000 + id), '2026-01-05T\(time):00.000Z', 'AAPL', '\(direction)', \(strategy), 'first', 'PRODUCTION',
                    'DU123', 'e\(id)', '\(rule)', 0, \(5 * Quantity.scale), \(Int64(price) * Price.scale), 250000, 0)
                """)
        }
        let database = try Database.openForReading(folder.path("runtime.db"))
        let read = try ProfitReader(database).rows(account: "DU123")
        XCTAssertEqual(read.map(\.owner.strategyID), ["m", nil, nil])
        XCTAssertEqual(read.map(\.owner.ticker), ["AAPL", "AAPL", "MSFT"])
        XCTAssertEqual(read[0].position.quantity, .zero)
        XCTAssertEqual(read[0].position.realized, dollars(50))
        XCTAssertEqual(read[0].commission, Money(e6: 1_000_000))
        XCTAssertEqual(
            read[1].mark?.price, Price(e8: 110 * Price.scale), "no price of an execution that was taken back")
        XCTAssertEqual(read[1].mark?.time.description, "2026-01-05T14:32:00.000Z")
        XCTAssertNil(read[2].mark)
        let newer = [
            "MSFT": Mark(price: Price(e8: 1), time: Timestamp(ms: 0)),
            "AAPL": Mark(price: Price(e8: 2), time: Timestamp(ms: 0)),
        ]
        let marked = try ProfitReader(database).rows(marks: newer)
        XCTAssertEqual(marked[1].mark?.price, Price(e8: 110 * Price.scale), "the newest counts")
        XCTAssertEqual(marked[2].mark?.price, Price(e8: 1))
        XCTAssertEqual(try ProfitReader(database).rows(account: "DU9"), [])
    }
}
