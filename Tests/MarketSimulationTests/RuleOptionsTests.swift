import MarketSimulation
import TradingModel
import XCTest

/// The options of the first table that no numbered rule tests by itself, and the edges of the number types.
final class RuleOptionsTests: XCTestCase {
    private let bars = [bar("01-02", 100, 110, 90, 104), bar("01-03", 105, 120, 102, 111)]

    func testOptions_MarketFill() throws {
        let cases: [(SimulationRules.MarketFill, String)] = [
            (.nextOpen, "a +1@105 market_open 01-03"), (.nextClose, "a +1@111 market_close 01-03"),
            (.nextTypical, "a +1@111 market_typical 01-03"), (.sameClose, "a +1@104 same_close 01-02"),
        ]
        for (option, expected) in cases {
            XCTAssertEqual(
                try play(bars, [buy("a", 1, at: "01-02")], .plain.with { $0.marketFill = option }).fills, [expected])
        }
    }

    func testOptions_SlippageModels() throws {
        let cases: [(SlippageModel, String)] = [
            (.none, "105"), (.fixedFraction(e9: e9(0.001)), "105.105"), (.fixedSpread(price(0.5)), "105.25"),
            (.volumeShare(priceImpactE9: e9(1)), "105.0105"), (.squareRoot(coefficient: 1), "105.105"),
        ]
        for (model, expected) in cases {
            let outcome = try play(bars, [buy("a", 10_000, at: "01-02")], .plain.with { $0.slippage = model })
            XCTAssertEqual(outcome.prices, ["\(expected) market_open"], "\(model)")
        }
    }

    func testOptions_TheDefaults() {
        let rules = SimulationRules()
        XCTAssertEqual(rules.marketFill, .nextOpen)
        XCTAssertEqual(rules.limitFill, .penetrate)
        XCTAssertEqual(rules.ambiguousBar, .stopFirst)
        XCTAssertEqual(rules.volumeLimitE9, e9(0.1))
        XCTAssertEqual(rules.slippage, .fixedFraction(e9: e9(0.0005)))
        XCTAssertEqual(rules.commission, .ibkrFixed)
        XCTAssertEqual(rules.latency_ms, 0)
        XCTAssertEqual(rules.borrowRateE9, 0)
    }

    func testOptions_TimeInForceOnAWaitingOrder() throws {
        let cases: [(TimeInForce, [String])] = [
            (.day, ["a expired day_ended price 01-03"]), (.goodTilCancelled, []),
            (until("01-03"), ["a expired good_till price 01-04"]),
            (.immediateOrCancel, ["a cancelled immediate_or_cancel price 01-02"]),
            (.fillOrKill, ["a cancelled fill_or_kill price 01-02"]),
            (.atTheOpening, ["a expired opening_only price 01-02"]),
            (.atTheClose, ["a expired closing_only price 01-03"]),
        ]
        for (timeInForce, expected) in cases {
            XCTAssertEqual(
                try play(bars + [flat("01-06", 100)], [buy("a", 1, limit(50), timeInForce)]).ends, expected,
                timeInForce.code)
        }
    }

    func testOptions_SeveralInstrumentsHaveTheirOwnBarsCapsLotsAndTicks() throws {
        let market = [
            flat("01-02", 100.03, volume: 1_000, of: "A"), flat("01-02", 50.03, volume: 990, of: "B"),
            flat("01-03", 60, of: "C"),
        ]
        let outcome = try play(
            market, [buy("a", 500, of: "A"), buy("b", 500, of: "B"), buy("c", 500, of: "C")],
            instruments: [
                Instrument(ticker: "A", tickSize: price(0.05)), Instrument(ticker: "B", lotSize: shares(10)),
            ])
        XCTAssertEqual(
            outcome.fills,
            ["a +100@100.05 market_open 01-02", "b +90@50.03 market_open 01-02", "c +500@60 market_open 01-03"])
        XCTAssertEqual(outcome.positions, ["A": shares(100), "B": shares(90), "C": shares(500)])
    }

    func testOptions_TheLargestNumbersOverflowAsErrors() throws {
        let unlimited = SimulationRules.plain.with { $0.volumeLimitE9 = nil }
        let big = [flat("01-02", 1e9, volume: 9e9)]
        XCTAssertEqual(try play(big, [buy("a", 9_000)], unlimited).fills.count, 1)
        XCTAssertThrowsError(try play(big, [buy("a", 1e9)], unlimited)) { XCTAssert($0 is ArithmeticOverflow) }
        let many = (0..<100).map { $0 % 2 == 0 ? buy("b\($0)", 1e9) : sell("s\($0)", 1e9) }
        XCTAssertEqual(try play([flat("01-02", 0.01, volume: 9e9)], many, unlimited).fills.count, 100)
        for type in [limit(1e9), stop(1e9), stopLimit(1e9, 1e9), trailing(1e9), trailing(percent: 900, offset: 1e9)] {
            XCTAssertNoThrow(try play([flat("01-02", 1e9), flat("01-03", 1e9)], [buy("a", 1_000, type)]), "\(type)")
            XCTAssertNoThrow(try play([flat("01-02", 1e9), flat("01-03", 1e9)], [sell("a", 1_000, type)]), "\(type)")
        }
        XCTAssertThrowsError(
            try play(
                [flat("01-02", 100)], [buy("a", 1e9, limit(1))], actions: [("X", "01-02", .split(ratioE9: e9(1_000)))])
        ) { XCTAssert($0 is ArithmeticOverflow) }
    }

    func testOptions_PricesNearTheEndOfTheirTypeNeverCrash() throws {
        for type in [limit(9e10), stop(9e10), stopLimit(9e10, 9e10), trailing(9e10), trailing(9e10, offset: 9e10)] {
            for preset in [nil] + SimulationRules.Preset.allCases {
                let rules = SimulationRules(preset: preset).with { $0.slippage = .none }
                let market = [flat("01-02", 1), flat("01-03", 1e9)]
                XCTAssertNoThrow(try play(market, [buy("a", 1, type), sell("b", 1, type)], rules), "\(type)")
                let group = [buy("a", 1, type, oca: "g"), sell("b", 1, type, oca: "g")]
                XCTAssertNoThrow(try play(market, group, rules), "\(type)")
            }
        }
    }

    func testOptions_SlotsThatServeAgainForgetTheirFormerOrders() throws {
        let days = (2...9).map { bar("01-0\($0)", 100, 106, 94, 100, volume: 400) }
        var orders: [ScenarioOrder] = []
        for day in 1...8 {
            orders.append(buy("entry\(day)", 10, at: "01-0\(day)", .day))
            orders.append(sell("stop\(day)", 10, stop(95), at: "01-0\(day)", .day, parent: "entry\(day)"))
            orders.append(sell("target\(day)", 10, limit(107), at: "01-0\(day)", .day, parent: "entry\(day)"))
        }
        let outcome = try play(days, orders)
        XCTAssertEqual(outcome.fills.count, 16)
        for day in 1...8 {
            XCTAssertEqual(outcome.fills(of: "stop\(day)"), ["stop\(day) -10@95 stop_inside 01-0\(day + 1)"])
        }
    }
}
