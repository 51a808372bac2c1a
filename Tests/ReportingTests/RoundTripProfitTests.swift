import TestSupport
import TradingModel
import XCTest

@testable import Reporting
@testable import Storage

final class RoundTripProfitTests: XCTestCase {
    /// Quantity, price, commission in cents, and what the broker reported in cents; nil where it reported nothing.
    private typealias Trade = (quantity: Int64, price: Int64?, commission: Int64, reported: Int64??)

    private func ended(_ trades: [Trade], of runID: String = "r") throws -> [RoundTripProfit.Ended] {
        var trip = RoundTripProfit()
        return try trades.enumerated().compactMap { index, trade in
            try trip.take(
                RoundTripProfit.Change(
                    time: Timestamp(ms: Int64(index)), quantity: Quantity(units: trade.quantity),
                    price: trade.price.map { Price(e8: $0 * Price.scale) },
                    commission: Money(e6: trade.commission * 10_000), isReported: trade.reported != nil,
                    reported: (trade.reported ?? nil).map { Money(e6: $0 * 10_000) }, runIDs: ["r"]), of: runID)
        }
    }

    private static let opened = Int64??.some(nil)

    func testFromFlatToFlat() throws {
        let opened = Self.opened
        typealias Case = (rule: String, trades: [Trade], ends: [(booked: Int64, reported: Int64)])
        let cases: [Case] = [
            ("opened and closed", [(10, 100, 100, opened), (-10, 110, 100, 9_800)], [(9_800, 9_800)]),
            ("short", [(-10, 100, 100, opened), (10, 110, 100, -10_200)], [(-10_200, -10_200)]),
            (
                "first in, first out: 10 and 30 a share less, not 20 twice",
                [(10, 100, 0, opened), (10, 120, 0, opened), (-10, 130, 0, 30_000), (-10, 130, 0, 10_000)],
                [(40_000, 40_000)]
            ),
            (
                "through zero, and back", [(10, 100, 0, opened), (-20, 110, 0, 10_000), (10, 100, 0, 10_000)],
                [(20_000, 20_000)]
            ),
            (
                "twice", [(1, 100, 0, opened), (-1, 101, 0, 100), (1, 100, 0, opened), (-1, 99, 0, -100)],
                [(100, 100), (-100, -100)]
            ),
            ("still open", [(10, 100, 0, opened), (-5, 110, 0, 5_000)], []),
            ("a closing trade without a report", [(10, 100, 0, opened), (-10, 110, 0, nil)], []),
            ("a closing trade of which the broker says no profit", [(10, 100, 0, opened), (-10, 110, 0, opened)], []),
            ("an opening trade without a report", [(10, 100, 0, nil), (-10, 110, 0, 10_000)], []),
            ("no known cost", [(10, nil, 0, opened), (-10, 110, 0, 10_000)], []),
            (
                "what cannot be compared is over once it is flat",
                [(10, nil, 0, opened), (-10, 110, 0, 10_000), (1, 100, 0, opened), (-1, 101, 0, 90)], [(100, 90)]
            ),
        ]
        for (rule, trades, ends) in cases {
            let found = try ended(trades)
            XCTAssertEqual(found.map(\.booked.e6), ends.map { $0.booked * 10_000 }, rule)
            XCTAssertEqual(found.map(\.reported.e6), ends.map { $0.reported * 10_000 }, rule)
        }
        XCTAssertEqual(try ended([(1, 100, 0, opened), (-1, 101, 0, 90)], of: "another"), [])
    }

    func testACentAnExecution() {
        for (difference, agrees) in [(20_000, true), (-20_000, true), (20_001, false), (-20_001, false)] {
            let ended = RoundTripProfit.Ended(
                closedAt: Timestamp(ms: 0), booked: Money(e6: 5), reported: Money(e6: 5 + Int64(difference)), changes: 2
            )
            XCTAssertEqual(ended.agrees, agrees, "\(difference)")
        }
    }

    func testReadsWhatTheRunTraded() throws {
        let folder = try TemporaryFolder()
        defer { try? folder.remove() }
        let rows = try ProductionRows(folder.path("runtime.db"))
        for (number, run) in [(1, "first"), (2, "second"), (3, "third")] { try rows.run(number, run) }
        func trade(
            _ id: Int64, _ run: String, _ ticker: String, _ size: Int64, _ price: Int64,
            rule: String = "broker_execution",
            supersedes: Int64? = nil
        ) throws {
            try rows.execute(
                """
                INSERT INTO trades (trade_id, timestamp, ticker, direction, run_id, mode, account, execution_id, fill_rule,
                    ambiguous, supersedes_trade_id, size_e8, price_e8, commission_e6, slippage_e6)
                VALUES (\(id), '2026-01-05T14:30:0\(id).000Z', '\(ticker)', '\(size > 0 ? "BUY" : "SELL")', '\(run)', 'PRODUCTION',
                    'DU123', 'e\(id)', '\(rule)', 0, \(supersedes.map { "\($0)" } ?? "NULL"), \(abs(size) * Quantity.scale),
                    \(price * Price.scale), 1000000, 0)
                """)
        }
        func report(_ id: Int64, _ run: String, _ dollars: Int64?) throws {
            try rows.execute(
                """
                INSERT INTO broker_profits (trade_id, run_id, reported_at, realized_pnl_e6)
                VALUES (\(id), '\(run)', '2026-01-05T14:31:00.000Z', \(dollars.map { "\($0 * 1_000_000)" } ?? "NULL"))
                """)
        }
        // Held before, at 50 with its commission.
        try rows.execute(
            """
            INSERT INTO position_adjustments (adjustment_id, run_id, account, ticker, timestamp, kind, change_e8, price_e8)
            VALUES (1, 'first', 'DU123', 'AAPL', '2026-01-05T14:30:00.000Z', 'OPENING', \(10 * Quantity.scale), \(50 * Price.scale))
            """)
        try trade(1, "first", "AAPL", -10, 60)
        try report(1, "first", 99)
        try trade(2, "first", "IBM", 10, 100)
        try report(2, "first", nil)
        try trade(3, "second", "IBM", -10, 110)
        try report(3, "third", 90)
        // The sale was corrected; nobody says what that makes of earlier reports.
        try trade(4, "second", "MSFT", 10, 100)
        try report(4, "second", nil)
        try trade(5, "second", "MSFT", -10, 999)
        try report(5, "second", 8_988)
        try trade(6, "second", "MSFT", 10, 999, rule: "broker_reversal", supersedes: 5)
        try trade(7, "second", "MSFT", -10, 110, supersedes: 5)
        try report(7, "second", 8_988)

        let reader = AccountReader(try Database.openForReading(folder.path("runtime.db")))
        let broken = PostTradeFacts.ProfitBreak(
            ticker: "IBM", closedAt: try XCTUnwrap(Timestamp("2026-01-05T14:30:03.000Z")),
            booked: Money(e6: 98_000_000), reported: Money(e6: 90_000_000))
        for (run, expected) in [("first", [broken]), ("second", [broken]), ("third", [broken]), ("fourth", [])] {
            XCTAssertEqual(try reader.postTradeFacts(of: "DU123", runID: run).profitBreaks, expected, run)
        }
        try rows.execute("UPDATE broker_profits SET realized_pnl_e6 = 98000000 WHERE trade_id = 3")
        XCTAssertEqual(try reader.postTradeFacts(of: "DU123", runID: "third").profitBreaks, [])
        try rows.execute("UPDATE broker_profits SET realized_pnl_e6 = 50000000 WHERE trade_id = 1")
        XCTAssertEqual(
            try reader.postTradeFacts(of: "DU123", runID: "first").profitBreaks.map(\.booked), [Money(e6: 99_000_000)])
        XCTAssertEqual(
            try reader.postTradeFacts(of: "DU123", runID: "third").profitBreaks, [], "of AAPL it traded none")
    }
}
