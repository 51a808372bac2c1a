import MarketSimulation
import TradingModel
import XCTest

/// Limits, stops and trailing stops.
final class Rule05To08Tests: XCTestCase {
    private let slipping = SimulationRules.plain.with { $0.slippage = .fixedFraction(e9: e9(0.01)) }

    // MARK: - Rule 5

    func testRule05_PenetrateTouchAndClose() throws {
        let market = [bar("01-02", 100, 110, 90, 105)]
        let cases: [(ScenarioOrder, penetrate: [String], touch: [String], close: [String])] = [
            (buy("a", 1, limit(101)), ["100 limit_open"], ["100 limit_open"], []),
            (buy("a", 1, limit(100)), ["100 limit_inside"], ["100 limit_open"], []),
            (buy("a", 1, limit(95)), ["95 limit_inside"], ["95 limit_inside"], []),
            (buy("a", 1, limit(90)), [], ["90 limit_inside"], []),
            (buy("a", 1, limit(89)), [], [], []),
            (buy("a", 1, limit(105)), ["100 limit_open"], ["100 limit_open"], ["105 limit_close"]),
            (buy("a", 1, limit(106)), ["100 limit_open"], ["100 limit_open"], ["105 limit_close"]),
            (sell("a", 1, limit(99)), ["100 limit_open"], ["100 limit_open"], ["105 limit_close"]),
            (sell("a", 1, limit(100)), ["100 limit_inside"], ["100 limit_open"], ["105 limit_close"]),
            (sell("a", 1, limit(105)), ["105 limit_inside"], ["105 limit_inside"], ["105 limit_close"]),
            (sell("a", 1, limit(110)), [], ["110 limit_inside"], []),
            (sell("a", 1, limit(111)), [], [], []),
        ]
        for (order, penetrate, touch, close) in cases {
            for (fill, expected) in [
                (SimulationRules.LimitFill.penetrate, penetrate), (.touch, touch), (.close, close),
            ] {
                let rules = SimulationRules.plain.with { $0.limitFill = fill }
                XCTAssertEqual(try play(market, [order], rules).prices, expected, "\(order.side) \(order.type) \(fill)")
            }
        }
    }

    func testRule05_AnEqualityAtTheOpenOfAOnePriceBarIsNotThrough() throws {
        XCTAssertEqual(try play([flat("01-02", 100)], [buy("a", 1, limit(100)), sell("b", 1, limit(100))]).prices, [])
    }

    func testRule05_TheOpenOfTheFirstBarTakesLiquidityUpToTheLimit() throws {
        let cases = [
            (buy("a", 1, limit(110)), "101 limit_open"), (buy("a", 1, limit(100.5)), "100.5 limit_open"),
            (sell("a", 1, limit(90)), "99 limit_open"), (sell("a", 1, limit(99.5)), "99.5 limit_open"),
        ]
        for (order, expected) in cases {
            XCTAssertEqual(try play([flat("01-02", 100)], [order], slipping).prices, [expected])
        }
    }

    func testRule05_TheFirstBarIsTheFirstWithTrades() throws {
        let bars = [flat("01-02", 90, volume: 0), flat("01-03", 50, of: "Y"), flat("01-06", 100)]
        XCTAssertEqual(try play(bars, [buy("a", 1, limit(110))], slipping).prices, ["101 limit_open"])
    }

    func testRule05_ARestingLimitAndAnyFillInsideArePassive() throws {
        let bars = [bar("01-02", 110, 111, 104, 110), flat("01-03", 95)]
        XCTAssertEqual(
            try play(bars, [buy("inside", 1, limit(105)), buy("resting", 1, limit(100))], slipping).fills,
            ["inside +1@105 limit_inside 01-02", "resting +1@95 limit_open 01-03"])
        let capped = [flat("01-02", 100, volume: 100), flat("01-03", 100)]
        XCTAssertEqual(
            try play(capped, [buy("a", 20, limit(110))], slipping).briefFills,
            ["+10@101 limit_open", "+10@100 limit_open"], "the rest rests")
    }

    func testRule05_TheCloseUnderCloseAndCLSTakeLiquidity() throws {
        let closing = slipping.with { $0.limitFill = .close }
        let market = [bar("01-02", 100, 110, 90, 100)]
        XCTAssertEqual(try play(market, [buy("a", 1, limit(105))], closing).prices, ["101 limit_close"])
        XCTAssertEqual(try play(market, [buy("a", 1, limit(100))], closing).prices, ["100 limit_close"])
        XCTAssertEqual(try play(market, [buy("a", 1, limit(100.5), .atTheClose)], slipping).prices, ["100.5 closing"])
        XCTAssertEqual(try play(market, [sell("a", 1, limit(90), .atTheClose)], slipping).prices, ["99 closing"])
    }

    func testRule05_IOCFOKOPGAndCLSUseTheSameTest() throws {
        let market = [flat("01-02", 100)]
        for timeInForce in [TimeInForce.immediateOrCancel, .fillOrKill, .atTheOpening, .atTheClose] {
            let order = buy("a", 1, limit(100), timeInForce)
            XCTAssertEqual(try play(market, [order]).prices, [], timeInForce.code)
            let touch = try play(market, [order], .plain.with { $0.limitFill = .touch })
            XCTAssertEqual(touch.fillEvents.map(\.price), [price(100)], timeInForce.code)
        }
    }

    // MARK: - Rule 6

    func testRule06_ElectedAtTheOpenItIsAPlainLimitThatArrivesNow() throws {
        let cases: [(ScenarioOrder, String)] = [
            (buy("a", 1, stopLimit(99, 110)), "101 stop_limit_open"),
            (buy("a", 1, stopLimit(100, 100.5)), "100.5 stop_limit_open"),
            (buy("a", 1, stopLimit(99, 95)), "95 limit_inside"),
            (sell("a", 1, stopLimit(101, 90)), "99 stop_limit_open"),
            (sell("a", 1, stopLimit(101, 105)), "105 limit_inside"),
        ]
        for (order, expected) in cases {
            XCTAssertEqual(try play([bar("01-02", 100, 110, 90, 105)], [order], slipping).prices, [expected])
        }
    }

    func testRule06_ElectedInsideItFillsOnlyWithTheCloseThroughTheLimit() throws {
        // open 100, high 110, low 90, the close varies
        let cases: [(ScenarioOrder, close: Double, [String])] = [
            (buy("a", 1, stopLimit(105, 107)), 106, ["106.05 stop_limit_inside"]),
            (buy("a", 1, stopLimit(105, 106)), 105.5, ["106 stop_limit_inside"]),
            (buy("a", 1, stopLimit(105, 105)), 104, ["105 stop_limit_inside"]),
            (buy("a", 1, stopLimit(105, 107)), 107, []),
            (buy("a", 1, stopLimit(105, 107)), 108, []),
            (buy("a", 1, stopLimit(105, 103)), 102, ["103 stop_limit_inside"]),
            (buy("a", 1, stopLimit(105, 103)), 103, []),
            (sell("a", 1, stopLimit(95, 93)), 94, ["94.05 stop_limit_inside"]),
            (sell("a", 1, stopLimit(95, 94.5)), 94.8, ["94.5 stop_limit_inside"]),
            (sell("a", 1, stopLimit(95, 97)), 98, ["97 stop_limit_inside"]),
            (sell("a", 1, stopLimit(95, 97)), 96, []),
        ]
        for (order, close, expected) in cases {
            XCTAssertEqual(
                try play([bar("01-02", 100, 110, 90, close)], [order], slipping).prices, expected,
                "\(order.type) close \(close)")
        }
    }

    func testRule06_OtherwiseItIsAPlainLimitFromTheNextBar() throws {
        let bars = [bar("01-02", 100, 110, 90, 108), bar("01-03", 106, 107, 104, 105)]
        XCTAssertEqual(
            try play(bars, [buy("a", 1, stopLimit(105, 107))], slipping).fills, ["a +1@106 limit_open 01-03"])
        XCTAssertEqual(
            try play(bars, [buy("a", 1, stopLimit(105, 104.5))], slipping).fills, ["a +1@104.5 limit_inside 01-03"])
    }

    func testRule06_TheRestOfAFillInsideIsAPlainLimit() throws {
        let bars = [bar("01-02", 100, 110, 90, 106, volume: 100), bar("01-03", 120, 121, 106, 120)]
        XCTAssertEqual(
            try play(bars, [buy("a", 20, stopLimit(105, 107))]).fills,
            ["a +10@105 stop_limit_inside 01-02", "a +10@107 limit_inside 01-03"])
    }

    func testRule06_UnderCloseOnlyTheCloseCounts() throws {
        let closing = SimulationRules.plain.with { $0.limitFill = .close }
        let cases: [(OrderType, close: Double, [String])] = [
            (stopLimit(105, 107), 106, ["106 limit_close"]), (stopLimit(105, 107), 108, []),
            (stopLimit(99, 101), 100.5, ["100.5 limit_close"]), (stopLimit(99, 101), 102, []),
            (stopLimit(111, 120), 100, []),
        ]
        for (type, close, expected) in cases {
            let outcome = try play([bar("01-02", 100, 110, 90, close)], [buy("a", 1, type)], closing)
            XCTAssertEqual(outcome.prices, expected, "\(type) close \(close)")
        }
    }

    // MARK: - Rule 7 and plain stops

    func testRule07_AStopTriggersOnTouchAtTheOpenIfItGappedElseAtTheStop() throws {
        let cases: [(ScenarioOrder, [String])] = [
            (buy("a", 1, stop(99)), ["100 stop_open"]), (buy("a", 1, stop(100)), ["100 stop_open"]),
            (buy("a", 1, stop(105)), ["105 stop_inside"]), (buy("a", 1, stop(110)), ["110 stop_inside"]),
            (buy("a", 1, stop(110.01)), []),
            (sell("a", 1, stop(101)), ["100 stop_open"]), (sell("a", 1, stop(90)), ["90 stop_inside"]),
            (sell("a", 1, stop(89.99)), []),
        ]
        for (order, expected) in cases {
            XCTAssertEqual(try play([bar("01-02", 100, 110, 90, 105)], [order]).prices, expected, "\(order.type)")
        }
        XCTAssertEqual(
            try play([bar("01-02", 100, 110, 90, 105)], [buy("a", 1, stop(105))], slipping).prices,
            ["106.05 stop_inside"])
    }

    func testRule07_TheRestOfAnElectedStopIsAMarketOrderByMarketFill() throws {
        let bars = [bar("01-02", 100, 110, 90, 100, volume: 100), bar("01-03", 80, 83, 78, 82)]
        let cases: [(SimulationRules.MarketFill, String)] = [
            (.nextOpen, "+10@80 elected_stop_open"), (.nextClose, "+10@82 elected_stop_close"),
            (.nextTypical, "+10@81 elected_stop_typical"), (.sameClose, "+10@82 elected_stop_close"),
        ]
        for (marketFill, rest) in cases {
            let rules = SimulationRules.plain.with { $0.marketFill = marketFill }
            XCTAssertEqual(
                try play(bars, [buy("a", 20, stop(105))], rules).briefFills, ["+10@105 stop_inside", rest],
                "\(marketFill)")
            XCTAssertEqual(
                try play(bars, [buy("a", 20, stop(95))], rules).briefFills, ["+10@100 stop_open", rest], "\(marketFill)"
            )
            XCTAssertEqual(
                try play(bars, [buy("a", 20, trailing(5, from: 105))], rules).briefFills,
                ["+10@105 trailing_stop_inside", rest], "\(marketFill)")
        }
    }

    func testRule07_AStopIsElectedWithTheCapUsedUp() throws {
        let bars = [bar("01-02", 100, 110, 90, 100, volume: 100), bar("01-03", 80, 83, 78, 82)]
        let outcome = try play(bars, [buy("first", 10), buy("a", 10, stop(105)), buy("b", 10, stop(95))])
        XCTAssertEqual(
            outcome.fills,
            [
                "first +10@100 market_open 01-02", "a +10@80 elected_stop_open 01-03",
                "b +10@80 elected_stop_open 01-03",
            ])
    }

    // MARK: - Rule 8

    func testRule08_TheFirstLevelOfATrailingStop() throws {
        let known = flat("01-02", 100)
        let fall = bar("01-03", 99, 99, 80, 80)
        let cases: [([ScenarioBar], OrderType, String)] = [
            ([known, fall], trailing(5, from: 97), "97 trailing_stop_inside"),
            ([known, fall], trailing(5), "95 trailing_stop_inside"),
            ([known, fall], trailing(percent: 5), "95 trailing_stop_inside"),
            ([known, flat("01-02", 1, of: "Y"), fall], trailing(percent: 2), "98 trailing_stop_inside"),
            ([flat("01-02", 7, volume: 0), fall], trailing(5), "94 trailing_stop_inside"),
            ([flat("01-02", 7, of: "Y"), fall], trailing(5), "94 trailing_stop_inside"),
        ]
        for (bars, type, expected) in cases {
            XCTAssertEqual(try play(bars, [sell("a", 1, type, at: "01-02")]).prices, [expected], "\(type)")
        }
    }

    func testRule08_TheLastTradedCloseBeforeTheFirstBarCounts() throws {
        let bars = [flat("01-02", 100), flat("01-03", 50, volume: 0), bar("01-06", 99, 99, 80, 80)]
        XCTAssertEqual(try play(bars, [sell("a", 1, trailing(5), at: "01-02")]).prices, ["95 trailing_stop_inside"])
    }

    func testRule08_TestTheOldLevelRatchetWithTheOpenTestTheRangeRatchetWithTheExtreme() throws {
        let known = flat("01-02", 100)
        let cases: [(String, [ScenarioBar], [String])] = [
            ("old level at the open", [flat("01-03", 94)], ["a -1@94 trailing_stop_open 01-03"]),
            ("ratchet with the open", [bar("01-03", 110, 110, 104, 104)], ["a -1@105 trailing_stop_inside 01-03"]),
            ("the extreme only for the next bar", [bar("01-03", 100, 120, 96, 97)], []),
            (
                "the extreme for the next bar", [bar("01-03", 100, 120, 96, 97), flat("01-06", 114)],
                ["a -1@114 trailing_stop_open 01-06"]
            ),
            (
                "never back", [bar("01-03", 100, 101, 97, 97), bar("01-06", 97, 97, 96, 96)],
                [
                    "a -1@96 trailing_stop_inside 01-06"
                ]
            ),
        ]
        for (name, bars, expected) in cases {
            XCTAssertEqual(try play([known] + bars, [sell("a", 1, trailing(5), at: "01-02")]).fills, expected, name)
        }
        XCTAssertEqual(
            try play(
                [known, bar("01-03", 90, 94, 89, 93), bar("01-06", 93, 95, 93, 95)],
                [
                    buy("a", 1, trailing(5), at: "01-02")
                ]
            ).fills, ["a +1@94 trailing_stop_inside 01-06"], "a buy follows the low")
    }

    func testRule08_AChildTrailsFromItsEntrysFirstFillPrice() throws {
        let bars = [flat("01-02", 100), bar("01-03", 103, 103, 97, 98)]
        XCTAssertEqual(
            try play(bars, [buy("entry", 1, at: "01-02"), sell("a", 1, trailing(5), at: "01-02", parent: "entry")])
                .fills,
            ["entry +1@103 market_open 01-03", "a -1@98 trailing_stop_inside 01-03"])
    }

    func testRule08_OnTheBarOfAnEntryInsideTheLevelRatchetsWithTheCloseOnly() throws {
        let entry = [buy("entry", 1, limit(96)), sell("a", 1, trailing(5), parent: "entry")]
        // high 120 would give 115; the close 104 gives 99
        XCTAssertEqual(
            try play([bar("01-02", 100, 120, 95, 104), flat("01-03", 99)], entry).fills,
            ["entry +1@96 limit_inside 01-02", "a -1@99 trailing_stop_open 01-03"])
        XCTAssertEqual(
            try play([bar("01-02", 100, 120, 95, 104), flat("01-03", 99.01)], entry).fills,
            ["entry +1@96 limit_inside 01-02"])
    }

    func testRule08_OnTheBarOfAnEntryAtTheCloseTheLevelRests() throws {
        let rules = SimulationRules.plain.with { $0.marketFill = .nextClose }
        let entry = [buy("entry", 1), sell("a", 1, trailing(5), parent: "entry")]
        XCTAssertEqual(
            try play([bar("01-02", 100, 120, 80, 110), bar("01-03", 110, 110, 105, 106)], entry, rules).fills,
            ["entry +1@110 market_close 01-02", "a -1@105 trailing_stop_inside 01-03"])
    }

    func testRule08_TheLimitOffsetFreezesAtElection() throws {
        let known = flat("01-02", 100)
        let order = sell("a", 1, trailing(5, offset: 1), at: "01-02")
        let cases: [(String, [ScenarioBar], [String])] = [
            ("at the open, through the limit", [flat("01-03", 94.5)], ["a -1@94.5 stop_limit_open 01-03"]),
            ("at the open, not through", [flat("01-03", 94)], []),
            ("inside, close through the limit", [bar("01-03", 99, 99, 80, 94.5)], ["a -1@95 stop_limit_inside 01-03"]),
            (
                "inside, close not through: a limit from the next bar",
                [bar("01-03", 99, 99, 80, 90), bar("01-06", 90, 94.5, 90, 94)], ["a -1@94 limit_inside 01-06"]
            ),
            (
                "frozen", [bar("01-03", 99, 99, 80, 90), bar("01-06", 90, 200, 90, 94)], ["a -1@94 limit_inside 01-06"]
            ),
        ]
        for (name, bars, expected) in cases { XCTAssertEqual(try play([known] + bars, [order]).fills, expected, name) }
        XCTAssertEqual(
            try play(
                [known, bar("01-03", 101, 106, 101, 105)],
                [
                    buy("a", 1, trailing(percent: 4, offset: 2), at: "01-02")
                ]
            ).fills, ["a +1@104 stop_limit_inside 01-03"])
    }
}
