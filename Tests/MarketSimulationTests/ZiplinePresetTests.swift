import MarketSimulation
import TradingModel
import XCTest

/// The preset that follows zipline-reloaded 3.2, wise or not.
final class ZiplinePresetTests: XCTestCase {
    private let zipline = SimulationRules(preset: .zipline).with { $0.commission = .none }

    private func close(_ day: String, _ level: Double, volume: Double = 1_000_000) -> ScenarioBar {
        bar(day, level, level * 2, level / 2, level, volume: volume)
    }

    func testZipline_TriggersOnClosesOnlyEqualityIncludedWithFiveBasisPoints() throws {
        // the bar's range is 50 to 200 around a close of 100
        let cases: [(ScenarioOrder, [String])] = [
            (buy("a", 1), ["100.05 market_close"]), (sell("a", 1), ["99.95 market_close"]),
            (buy("a", 1, limit(100)), ["100.05 limit_close"]), (buy("a", 1, limit(99.99)), []),
            (sell("a", 1, limit(100)), ["99.95 limit_close"]), (sell("a", 1, limit(100.01)), []),
            (buy("a", 1, stop(100)), ["100.05 stop_close"]), (buy("a", 1, stop(100.01)), []),
            (sell("a", 1, stop(100)), ["99.95 stop_close"]), (sell("a", 1, stop(99.99)), []),
            (buy("a", 1, stopLimit(100, 100)), ["100.05 limit_close"]), (buy("a", 1, stopLimit(99, 99.5)), []),
            (sell("a", 1, stopLimit(100, 99)), ["99.95 limit_close"]), (sell("a", 1, stopLimit(101, 100.5)), []),
        ]
        for (order, expected) in cases {
            XCTAssertEqual(
                try play([close("01-02", 100)], [order], zipline).prices, expected, "\(order.side) \(order.type)")
        }
    }

    func testZipline_ATriggerHoldsForGood() throws {
        XCTAssertEqual(
            try play([close("01-02", 9.99, volume: 500), close("01-03", 12)], [buy("a", 100, limit(10))], zipline)
                .briefFills,
            ["+50@9.994995 limit_close", "+50@12.006 limit_close"])
        XCTAssertEqual(
            try play([close("01-02", 11, volume: 500), close("01-03", 8)], [buy("a", 100, stop(10))], zipline)
                .briefFills,
            ["+50@11.0055 stop_close", "+50@8.004 elected_stop_close"])
        XCTAssertEqual(
            try play([close("01-02", 11, volume: 9), close("01-03", 8)], [buy("a", 100, stop(10))], zipline).briefFills,
            ["+100@8.004 elected_stop_close"], "also without room")
    }

    func testZipline_AnElectedStopLimitIsALimitFromThen() throws {
        XCTAssertEqual(
            try play(
                [close("01-02", 11), close("01-03", 10.6), close("01-06", 10.4)], [buy("a", 1, stopLimit(10, 10.5))],
                zipline
            )
            .fills, ["a +1@10.4052 limit_close 01-06"])
    }

    func testZipline_AnOrderThatFindsNoRoomStopsThoseBehindIt() throws {
        let bars = [close("01-02", 10, volume: 50_000), close("01-03", 20, volume: 500_000)]
        let orders = [
            buy("a", 10_000), buy("untriggered", 1, stop(15)), buy("b", 10, stop(9)), buy("c", 10, limit(10)),
        ]
        XCTAssertEqual(
            try play(bars, orders, zipline).fills,
            [
                "a +5000@10.005 market_close 01-02", "a +5000@20.01 market_close 01-03",
                "untriggered +1@20.01 stop_close 01-03", "b +10@20.01 elected_stop_close 01-03",
            ], "c was never looked at on the first bar, so its limit did not latch")
    }

    func testZipline_TheCapIsATenthInWholeShares() throws {
        for (volume, filled) in [(1_009.0, 100.0), (19, 1), (10, 1)] {
            XCTAssertEqual(
                try play([close("01-02", 10, volume: volume)], [sell("a", 500), buy("b", 5)], zipline).fillEvents.map(
                    \.quantity),
                [shares(filled)])
        }
        XCTAssertEqual(try play([close("01-02", 10, volume: 9)], [buy("a", 1)], zipline).fills, [])
        XCTAssertEqual(
            try play(
                [close("01-02", 10, volume: 19)], [buy("a", 5)], zipline,
                instruments: [Instrument(ticker: "X", lotSize: shares(0.01))]
            ).fillEvents.map(\.quantity), [shares(1)], "whatever the lot")
    }

    func testZipline_PricesOfOrdersRoundAsymmetricallyToCents() throws {
        let cases: [(ScenarioOrder, fillsAt: Double, notAt: Double)] = [
            (buy("a", 1, limit(10.0149)), 10.01, 10.02), (buy("a", 1, limit(10.0195)), 10.02, 10.03),
            (buy("a", 1, limit(10.0194)), 10.01, 10.02), (sell("a", 1, limit(10.0105)), 10.01, 10),
            (sell("a", 1, limit(10.0106)), 10.02, 10.01), (buy("a", 1, stop(10.0101)), 10.01, 10),
            (buy("a", 1, stop(10.0106)), 10.02, 10.01), (sell("a", 1, stop(10.0194)), 10.01, 10.02),
        ]
        for (order, fillsAt, notAt) in cases {
            XCTAssertEqual(
                try play([close("01-02", fillsAt)], [order], zipline).fills.count, 1, "\(order.type) at \(fillsAt)")
            XCTAssertEqual(
                try play([close("01-02", notAt)], [order], zipline).fills.count, 0, "\(order.type) at \(notAt)")
        }
    }

    func testZipline_FillPricesAreNotRoundedToTheTick() throws {
        let tick = [Instrument(ticker: "X", tickSize: price(0.01))]
        XCTAssertEqual(
            try play([close("01-02", 10.01)], [buy("a", 1)], zipline, instruments: tick).prices,
            ["10.015005 market_close"])
    }

    func testZipline_SplitsRoundPricesToCents() throws {
        let outcome = try play(
            [close("01-02", 100), close("01-03", 33)], [buy("a", 10, limit(50)), sell("b", 10, limit(200))], zipline,
            actions: [("X", "01-03", .split(ratioE9: e9(3)))])
        XCTAssertEqual(outcome.changes, ["X split 0", "a 30 16.67 split", "b 30 66.67 split"])
    }

    func testZipline_ABarWithoutVolumeLatchesNothing() throws {
        XCTAssertEqual(
            try play([close("01-02", 11, volume: 0), close("01-03", 8)], [buy("a", 1, stop(10))], zipline).fills, [])
    }

    func testZipline_TheDefaults() {
        let rules = SimulationRules(preset: .zipline)
        XCTAssertEqual(rules.slippage, .fixedFraction(e9: 500_000))
        XCTAssertEqual(rules.volumeLimitE9, e9(0.1))
        XCTAssertEqual(rules.commission, .perShare(rateE9: e9(0.001), minimum: .zero, maximumFractionE9: nil))
    }
}
