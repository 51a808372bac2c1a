import TradingModel
import XCTest

@testable import Storage

final class ViewTests: DatabaseTestCase {
    func testTheGapNamesEveryCauseOnce() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database)
        XCTAssertEqual(
            try rows(
                database,
                """
                SELECT decision_id, ticker, stage, reason, status, limited_by, missing FROM target_gap
                ORDER BY decision_id, ticker, stage DESC
                """),
            [
                ["d1", "AAPL", "planning", "below_lot", "NULL", "NULL", "0.5"],
                ["d1", "MSFT", "risk", "insufficient_cash", "NULL", "NULL", "10.0"],
                ["d1", "MSFT", "order", "working", "WORKING", "NULL", "40.0"],
                ["d2", "AAPL", "order", "day_ended", "EXPIRED", "volume_limit", "-20.0"],
            ])
    }

    func testExecutionQualitySplitsTheShortfall() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database)
        XCTAssertEqual(
            try rows(
                database,
                """
                SELECT order_id % 1000, round(shortfall, 6), round(delay, 6), round(slippage, 6), commission,
                    round(shortfall_bps, 4), abs(shortfall_bps - delay_bps - slippage_bps - commission_bps) < 1e-9
                FROM execution_quality
                """),
            [
                ["1", "3.533333", "1.513333", "0.02", "2.0", "35.3333", "1"],
                ["3", "-9.0", "-10.01", "0.01", "1.0", "-900.0", "1"],
            ])
    }

    func testBreaksAreEmptyForEveryWayOfRecording() throws {
        let database = try makeDatabase()
        for record in RunRecord.allCases { try Scenario.write(to: database, runID: record.rawValue, record: record) }
        XCTAssertEqual(try rows(database, "SELECT * FROM position_breaks"), [])
        XCTAssertEqual(try rows(database, "SELECT * FROM cash_breaks"), [])
        XCTAssertEqual(
            try rows(database, "SELECT run_id, size FROM positions ORDER BY book"),
            [["full", "180.0"], ["summary", "180.0"], ["trades", "180.0"]])
    }

    func testTradeValuesAreExactWhereTheProductPassesSixtyFourBits() throws {
        let database = try makeDatabase()
        var seed = SplitMix(state: 42)
        try Scenario.write(to: database, record: .trades)
        let insertion = try database.connection.prepare(
            """
            INSERT INTO trades (trade_id, timestamp, ticker, direction, decision_id, run_id, mode, account, execution_id,
                ambiguous, size_e8, price_e8, commission_e6, slippage_e6)
            VALUES (?1, '2010-01-01T00:00:00.000Z', 'AAPL', 'BUY', 'd1', 'r1', 'TRAINING', 'training', '1.1', 0, ?2, ?3, 0, 0)
            """)
        var expected: [String] = []
        for index in 0..<2_000 {
            let size = Int64(seed.next() >> 1) >> Int64(seed.next() % 40 + 8)
            let price = Int64(seed.next() >> 1) >> Int64(seed.next() % 40 + 23)
            guard size > 0, let value = try? Money(Price(e8: price) * Quantity(e8: size), rounding: .nearest) else {
                continue
            }
            insertion.bind(1, Int64(1_500_000_000 + index))
            insertion.bind(2, size)
            insertion.bind(3, price)
            try insertion.run()
            expected.append(String(value.e6))
        }
        XCTAssertGreaterThan(expected.count, 1_000)
        XCTAssertEqual(
            try rows(database, "SELECT value_e6 FROM trade_values WHERE trade_id >= 1500000000 ORDER BY trade_id").map {
                $0[0]
            },
            expected)
    }

    func testBarsReadWell() throws {
        let database = try makeDatabase()
        let starts: [Int64] = [-2_208_988_800_000, -1, 0, 1_109_548_800_000]
        _ = try BarStore(database).importBars(interval: .day) {
            try $0.append(
                ticker: "AAPL",
                bars: starts.map {
                    Bar(
                        start: Timestamp(ms: $0), open: Price(e8: 150_000_000), high: Price(e8: 200_000_000),
                        low: Price(e8: 100_000_000), close: Price(e8: 175_000_000), volume: nil)
                })
        }
        XCTAssertEqual(
            try rows(database, "SELECT ticker, timestamp, interval, open, high, low, close, volume FROM bars"),
            starts.map { ["AAPL", Timestamp(ms: $0).description, "1d", "1.5", "2.0", "1.0", "1.75", "NULL"] })
    }
}

/// A small generator with a seed: Steele, Lea and Flood, "Fast splittable pseudorandom number generators".
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
