import ExecutionService
import Foundation
import Storage
import TestSupport
import XCTest

/// The real splits: no jump in equity, and open orders go on as the same orders.
final class SplitTests: ServiceTestCase {
    private static let header =
        "as_of,order_ref,ticker,side,quantity,order_type,limit_price,stop_price,trail_amount,time_in_force,parent_ref\n"

    /// A position and, over the split, open orders of every kind that lasts.
    private static let orders =
        header + """
            2005-01-31,aapl-entry,AAPL,BUY,1001,MARKET,,,,DAY,
            2005-02-22,aapl-limit,AAPL,BUY,101,LIMIT,70.01,,,GTC,
            2005-02-22,aapl-stop,AAPL,SELL,100,STOP,,60,,GTC,
            2005-02-22,aapl-trail,AAPL,SELL,100,TRAILING_STOP,,,30.5,GTC,
            2005-02-22,aapl-bracket,AAPL,BUY,200,LIMIT,71,,,GTC,
            2005-02-22,aapl-target,AAPL,SELL,200,LIMIT,190,,,GTC,aapl-bracket
            2005-02-22,aapl-loss,AAPL,SELL,200,STOP,,50,,GTC,aapl-bracket
            2003-01-31,msft-entry,MSFT,BUY,500,MARKET,,,,DAY,
            2003-02-12,msft-limit,MSFT,SELL,300,LIMIT,95.5,,,GTC,
            2003-02-12,msft-stop,MSFT,SELL,200,STOP_LIMIT,20,21,,GTC,

            """

    private func appliedDatabase() throws -> Database {
        let history = try importExample()
        let plan = try ExecutionPlan(.init(orders: try folder.write(Self.orders, to: "orders.csv"), bars: history))
        let path = try folder.path("training.db")
        _ = try apply(plan, mode: .training, database: path, runID: "splits")
        try assertVerified(path)
        let database = try Database.openForReading(path)
        try database.connection.execute("ATTACH '\(history)' AS history")
        return database
    }

    func testEquityDoesNotJump() throws {
        let database = try appliedDatabase()
        for (ticker, from, to) in [("AAPL", "2005-02-10", "2005-03-10"), ("MSFT", "2003-02-05", "2003-03-05")] {
            let days = try days(of: ticker, from: from, to: to, database)
            XCTAssertGreaterThanOrEqual(days.count, 18)
            for (before, day) in zip(days, days.dropFirst()) {
                let expected = before.position * before.close * (day.adjustedClose / before.adjustedClose - 1)
                XCTAssertEqual(day.equity - before.equity, expected, accuracy: 0.01, "\(ticker) on \(day.date)")
            }
            XCTAssertEqual(Set(days.map(\.position)).count, 2, "\(ticker) does not split in these days")
        }
    }

    /// A day of one ticker: its position, and what it and the cash are worth, the other tickers left out.
    private struct Day {
        let date: String
        let close: Double
        let adjustedClose: Double
        let position: Double
        let equity: Double
    }

    private func days(of ticker: String, from: String, to: String, _ database: Database) throws -> [Day] {
        let rows = try database.rows(
            """
            SELECT date(b.timestamp), b.close, b.adjusted_close,
                   (SELECT sum(iif(direction = 'BUY', size, -size)) FROM trades t
                    WHERE t.ticker = b.ticker AND t.bar_timestamp <= b.timestamp)
                   + coalesce((SELECT sum(change) FROM position_adjustments a
                               WHERE a.ticker = b.ticker AND a.timestamp <= b.timestamp), 0),
                   (SELECT sum(amount) FROM cash_entries c
                    WHERE (c.ticker IS NULL OR c.ticker = b.ticker) AND c.timestamp <= b.timestamp)
            FROM history.bars b
            WHERE b.ticker = '\(ticker)' AND date(b.timestamp) BETWEEN '\(from)' AND '\(to)'
            ORDER BY b.timestamp
            """)
        return try rows.map { row in
            let figures = try row.dropFirst().map { try XCTUnwrap(Double($0)) }
            return Day(
                date: row[0], close: figures[0], adjustedClose: figures[1], position: figures[2],
                equity: figures[2] * figures[0] + figures[3])
        }
    }

    func testOpenOrdersAreRescaled() throws {
        let database = try appliedDatabase()
        let expected = [
            // order_ref, size, limit price, stop price, trail at the split
            ["aapl-limit", "202.0", "35.005", "", ""], ["aapl-stop", "200.0", "", "30.0", ""],
            ["aapl-trail", "200.0", "", "", "15.25"], ["aapl-bracket", "400.0", "35.5", "", ""],
            ["aapl-target", "400.0", "95.0", "", ""], ["aapl-loss", "400.0", "", "25.0", ""],
            ["msft-limit", "600.0", "47.75", "", ""], ["msft-stop", "400.0", "10.0", "10.5", ""],
        ]
        for order in expected {
            let rows = try database.rows(
                """
                SELECT order_ref, size, limit_price, stop_price, trail_amount FROM orders WHERE order_ref = '\(order[0])'
                """)
            XCTAssertEqual(rows, [order])
            let events = try database.rows(
                """
                SELECT date(timestamp), e.size, json_extract(detail, '$.cause')
                FROM order_events e JOIN orders USING (order_id) WHERE order_ref = '\(order[0])' AND kind = 'RESIZED'
                """)
            let date = order[0].hasPrefix("aapl") ? "2005-02-28" : "2003-02-18"
            XCTAssertEqual(events.first, [date, order[1], "split"], order[0])
        }
    }
}
