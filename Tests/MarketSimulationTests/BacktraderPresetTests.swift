import MarketSimulation
import TradingModel
import XCTest

/// The preset that follows backtrader 1.9.78, wise or not.
final class BacktraderPresetTests: XCTestCase {
    private let backtrader = SimulationRules(preset: .backtrader)
    private let capped = SimulationRules(preset: .backtrader).with { $0.volumeLimitE9 = e9(0.1) }

    func testBacktrader_TheRulesOfEachType() throws {
        let cases: [(ScenarioOrder, [String])] = [
            (buy("a", 1), ["100 market_open"]),
            (buy("a", 1, limit(100)), ["100 limit_open"]), (buy("a", 1, limit(90)), ["90 limit_inside"]),
            (buy("a", 1, limit(89)), []), (sell("a", 1, limit(110)), ["110 limit_inside"]),
            (buy("a", 1, stop(100)), ["100 stop_open"]), (buy("a", 1, stop(110)), ["110 stop_inside"]),
            (sell("a", 1, stop(90)), ["90 stop_inside"]), (sell("a", 1, stop(89)), []),
            (buy("a", 1, .market, .atTheClose), ["104 closing"]),
        ]
        for (order, expected) in cases {
            XCTAssertEqual(
                try play([bar("01-02", 100, 110, 90, 104)], [order], backtrader).prices, expected,
                "\(order.side) \(order.type)")
        }
    }

    func testBacktrader_StopLimitsOnTheBarThatTriggersThem() throws {
        let cases: [(ScenarioOrder, ScenarioBar, [String])] = [
            (buy("a", 1, stopLimit(50, 49)), bar("01-02", 49.5, 51, 48, 48.5), ["49 stop_limit_inside"]),
            (buy("a", 1, stopLimit(50, 49)), bar("01-02", 49.5, 51, 48, 49.6), []),
            (buy("a", 1, stopLimit(50, 49)), bar("01-02", 48, 51, 47, 48.5), []),
            (buy("a", 1, stopLimit(50, 52)), bar("01-02", 49.5, 51, 48, 48.5), ["50 stop_limit_inside"]),
            (buy("a", 1, stopLimit(49, 50)), bar("01-02", 49.5, 51, 48, 48.5), ["49.5 stop_limit_open"]),
            (buy("a", 1, stopLimit(49, 48)), bar("01-02", 49.5, 51, 48, 48.5), ["48 limit_inside"]),
            (sell("a", 1, stopLimit(50, 51)), bar("01-02", 51, 52, 49, 51), ["51 stop_limit_inside"]),
            (sell("a", 1, stopLimit(50, 51)), bar("01-02", 51.5, 52, 49, 51), []),
            (sell("a", 1, stopLimit(50, 49)), bar("01-02", 51.5, 52, 49, 51), ["50 stop_limit_inside"]),
        ]
        for (order, market, expected) in cases {
            XCTAssertEqual(try play([market], [order], backtrader).prices, expected, "\(order.side) \(order.type)")
        }
    }

    func testBacktrader_WithoutACapABarWithoutVolumeFills() throws {
        XCTAssertEqual(try play([flat("01-02", 100, volume: 0)], [buy("a", 1)], backtrader).prices, ["100 market_open"])
        XCTAssertEqual(try play([flat("01-02", 100, volume: 0)], [buy("a", 1)], capped).prices, [])
    }

    func testBacktrader_TheCapIsPerOrder() throws {
        XCTAssertEqual(
            try play([flat("01-02", 100, volume: 5_000)], [buy("a", 1_000), buy("b", 1_000)], capped).briefFills,
            ["+500@100 market_open", "+500@100 market_open"])
    }

    func testBacktrader_TheRestOfAStopHasToTriggerAgain() throws {
        let bars = [
            bar("01-02", 105, 106, 99, 104, volume: 6_000), bar("01-03", 101, 102, 100.5, 101), flat("01-06", 99),
        ]
        XCTAssertEqual(
            try play(bars, [sell("a", 1_000, stop(100))], capped).fills,
            ["a -600@100 stop_inside 01-02", "a -400@99 stop_open 01-06"])
    }

    func testBacktrader_TrailsTheCloseAfterTheTest() throws {
        let known = flat("01-02", 100)
        // level 95 from the close; the high of 120 does not count, the close of 110 gives 105
        XCTAssertEqual(
            try play(
                [known, bar("01-03", 100, 120, 96, 110), flat("01-06", 105)], [sell("a", 1, trailing(5), at: "01-02")],
                backtrader
            )
            .fills, ["a -1@105 trailing_stop_open 01-06"])
        XCTAssertEqual(
            try play(
                [known, bar("01-03", 100, 120, 96, 110), flat("01-06", 106)], [sell("a", 1, trailing(5), at: "01-02")],
                backtrader
            )
            .fills, [])
    }

    func testBacktrader_TheLimitOfATrailingStopMovesOnceMoreOnTheBarThatElectsIt() throws {
        let bars = [bar("01-02", 96, 102, 94.5, 102, volume: 100), bar("01-03", 95, 96, 94, 95)]
        let order = sell("a", 20, trailing(5, from: 95, offset: 1))
        XCTAssertEqual(
            try play(bars, [order], capped).fills, ["a -10@95 stop_limit_inside 01-02", "a -10@96 limit_inside 01-03"])
    }

    func testBacktrader_AMarketOrderNeverExpires() throws {
        let bars = [flat("01-02", 1, of: "Y"), flat("01-03", 1, of: "Y"), flat("01-06", 100)]
        XCTAssertEqual(
            try play(bars, [buy("a", 1, .market, until("01-02")), buy("b", 1, limit(101), until("01-02"))], backtrader)
                .log,
            ["b expired good_till no_bar 01-03", "a +1@100 market_open 01-06"])
    }

    func testBacktrader_TheLegSubmittedFirstWins() throws {
        let market = [bar("01-02", 100, 111, 89, 100)]
        let target = sell("target", 10, limit(110), oca: "g")
        let stop = sell("stop", 10, stop(90), oca: "g")
        XCTAssertEqual(
            try play(market, [target, stop], backtrader).log,
            ["target -10@110 limit_inside 01-02", "stop cancelled oca 01-03"])
        XCTAssertEqual(
            try play(market, [stop, target], backtrader).log,
            ["stop -10@90 stop_inside 01-02", "target cancelled oca 01-03"])
    }

    func testBacktrader_APartialFillCancelsTheOthersAndLivesOn() throws {
        let bars = [bar("01-02", 100, 111, 95, 100, volume: 50), flat("01-03", 112)]
        XCTAssertEqual(
            try play(bars, [sell("target", 10, limit(110), oca: "g"), sell("stop", 10, stop(90), oca: "g")], capped)
                .log,
            ["target -5@110 limit_inside 01-02", "stop cancelled oca 01-03", "target -5@112 limit_open 01-03"])
    }

    func testBacktrader_CancelAndExpiryOfOneLegTakeTheOthers() throws {
        let bars = [flat("01-02", 100), flat("01-03", 100)]
        for (timeInForce, cancelAt, end) in [
            (TimeInForce.goodTilCancelled, "01-02" as String?, "cancelled cancel_requested"),
            (until("01-02"), nil, "expired good_till"),
        ] {
            let outcome = try play(
                bars,
                [
                    sell("target", 10, limit(110), timeInForce, oca: "g", cancelAt: cancelAt),
                    sell("stop", 10, stop(90), oca: "g"),
                ], backtrader)
            XCTAssertEqual(outcome.log, ["target \(end) price 01-03", "stop cancelled oca price 01-03"])
        }
    }

    private let bracket = [
        buy("entry", 10, limit(101)), sell("stop", 10, stop(95), parent: "entry"),
        sell("target", 10, limit(105), parent: "entry"),
    ]

    func testBacktrader_ExitsLiveFromTheBarAfterTheEntryIsComplete() throws {
        let bars = [bar("01-02", 100, 110, 90, 100), bar("01-03", 100, 106, 99, 100)]
        XCTAssertEqual(
            try play(bars, bracket, backtrader).log,
            ["entry +10@100 limit_open 01-02", "target -10@105 limit_inside 01-03", "stop cancelled oca price 01-04"])
        let partial = [
            bar("01-02", 100, 110, 90, 100, volume: 60), bar("01-03", 101, 106, 90, 100, volume: 60),
            bar("01-06", 100, 101, 94, 95),
        ]
        XCTAssertEqual(
            try play(partial, bracket, capped).fills,
            ["entry +6@100 limit_open 01-02", "entry +4@101 limit_open 01-03", "stop -10@95 stop_inside 01-06"])
    }

    func testBacktrader_ADayExitLivesOnTheBarAfterTheEntry() throws {
        let orders = [buy("entry", 10), sell("target", 10, limit(105), .day, parent: "entry")]
        XCTAssertEqual(
            try play([flat("01-02", 100), flat("01-03", 100), flat("01-06", 106)], orders, backtrader).log,
            ["entry +10@100 market_open 01-02", "target expired day_ended price 01-04"])
        XCTAssertEqual(try play([flat("01-02", 100), flat("01-03", 106)], orders, backtrader).fills.count, 2)
    }

    func testBacktrader_OnlyTheCompletionOfAnExitCancelsItsSibling() throws {
        let bars = [flat("01-02", 100), bar("01-03", 100, 106, 94, 100, volume: 60), bar("01-06", 100, 101, 94, 100)]
        XCTAssertEqual(
            try play(bars, bracket, capped).log,
            [
                "entry +10@100 limit_open 01-02", "stop -6@95 stop_inside 01-03", "target -6@105 limit_inside 01-03",
                "stop -4@95 stop_inside 01-06", "target cancelled oca volume_limit 01-07",
            ], "in sum beyond the entry, as the peer does")
        let named = [
            bracket[0], sell("stop", 10, stop(95), parent: "entry", oca: "g"),
            sell("target", 10, limit(105), parent: "entry", oca: "g"),
        ]
        XCTAssertEqual(
            try play(bars, named, capped).log,
            [
                "entry +10@100 limit_open 01-02", "stop -6@95 stop_inside 01-03", "target cancelled oca 01-04",
                "stop -4@95 stop_inside 01-06",
            ])
    }

    func testBacktrader_TheEndOfAnEntryTakesItsExitsThoughItFilledInPart() throws {
        let bars = [flat("01-02", 100, volume: 60), flat("01-03", 100)]
        var orders = bracket
        orders[0].timeInForce = until("01-02")
        XCTAssertEqual(
            try play(bars, orders, capped).log,
            [
                "entry +6@100 limit_open 01-02", "entry expired good_till volume_limit 01-03",
                "stop cancelled parent_expired parent 01-03", "target cancelled parent_expired parent 01-03",
            ])
    }

    func testBacktrader_ACancelledExitTakesTheWholeFamily() throws {
        var orders = bracket
        orders[0].type = limit(50)
        orders[2].cancelAt = decision("01-02")
        XCTAssertEqual(
            try play([flat("01-02", 100), flat("01-03", 100)], orders, backtrader).log,
            [
                "target cancelled cancel_requested parent 01-03", "entry cancelled oca price 01-03",
                "stop cancelled oca parent 01-03",
            ])
    }
}
