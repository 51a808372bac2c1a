import MarketSimulation
import TradingModel
import XCTest

/// OCA groups, brackets, stop and target in one bar.
final class Rule09To11Tests: XCTestCase {
    // MARK: - Rule 9

    func testRule09_AFillReducesTheOthersAndTheLastFillerIsFilled() throws {
        let bars = [bar("01-02", 100, 106, 99, 106, volume: 400), bar("01-03", 100, 101, 89, 90)]
        let outcome = try play(
            bars, [sell("target", 100, limit(105), oca: "g"), sell("stop", 100, stop(90), oca: "g")])
        XCTAssertEqual(
            outcome.log,
            [
                "target -40@105 limit_inside 01-02", "stop 60 90 oca", "stop -60@90 stop_inside 01-03",
                "target cancelled oca price 01-04",
            ])
    }

    func testRule09_CancelAndExpiryOfOneLeaveTheOthers() throws {
        let bars = [flat("01-02", 100), bar("01-03", 100, 106, 99, 106)]
        let outcome = try play(
            bars,
            [
                sell("expires", 100, stop(90), .day, oca: "g"),
                sell("cancelled", 100, stop(80), oca: "g", cancelAt: "01-02"),
                sell("target", 100, limit(105), oca: "g"),
            ])
        XCTAssertEqual(
            outcome.log,
            [
                "expires expired day_ended price 01-03", "cancelled cancelled cancel_requested price 01-03",
                "target -100@105 limit_inside 01-03",
            ])
    }

    func testRule09_RejectionOfOneLeavesTheOthers() throws {
        let outcome = try play(
            [bar("01-02", 100, 106, 99, 106)],
            [sell("off", 100, stop(90.001), oca: "g"), sell("target", 100, limit(105), oca: "g")],
            instruments: [Instrument(ticker: "X", tickSize: price(0.01))])
        XCTAssertEqual(outcome.log, ["off rejected off_tick 01-02", "target -100@105 limit_inside 01-02"])
    }

    func testRule09_AMemberThatComesLaterIsReducedByWhatTheGroupHasFilled() throws {
        let bars = [flat("01-02", 100, volume: 400), flat("01-03", 100, volume: 0), flat("01-06", 100)]
        let outcome = try play(
            bars, [buy("a", 100, oca: "g", cancelAt: "01-03"), buy("b", 100, at: "01-03", oca: "g")])
        XCTAssertEqual(
            outcome.log,
            [
                "a +40@100 market_open 01-02", "a cancelled cancel_requested no_volume 01-04", "b 60 oca",
                "b +60@100 market_open 01-06",
            ])
        XCTAssertEqual(
            try play(
                [flat("01-02", 100), flat("01-03", 100)],
                [buy("a", 100, oca: "g"), buy("b", 100, at: "01-02", oca: "g")]
            )
            .log, ["a +100@100 market_open 01-02", "b cancelled oca 01-03"])
    }

    func testRule09_AMemberOnItsWayIsReducedToo() throws {
        let rules = SimulationRules.plain.with { $0.latency_ms = 3_600_000 }
        let bars = [flat("01-02 09:30", 100, volume: 400), flat("01-02 11:00", 100)]
        let outcome = try play(
            bars, [buy("a", 100, at: "01-02 08:00", oca: "g"), buy("b", 100, at: "01-02 09:00", oca: "g")], rules,
            interval: .minute)
        XCTAssertEqual(
            outcome.log,
            [
                "a +40@100 market_open 01-02 09:30", "b 60 oca", "a +60@100 market_open 01-02 11:00",
                "b cancelled oca 01-02 11:00",
            ])
    }

    func testRule09_ASplitRescalesWhatTheGroupHasFilled() throws {
        let bars = [flat("01-02", 100, volume: 400), flat("01-03", 50)]
        let outcome = try play(
            bars, [buy("a", 100, oca: "g", cancelAt: "01-02"), buy("b", 200, at: "01-03", oca: "g")],
            actions: [("X", "01-03", .split(ratioE9: e9(2)))])
        XCTAssertEqual(outcome.changes.last, "b 120 oca")
    }

    // MARK: - Rule 10

    private func bracket(_ entry: OrderType, stop: OrderType, target: OrderType, quantity: Double = 100)
        -> [ScenarioOrder]
    {
        [
            buy("entry", quantity, entry), sell("stop", quantity, stop, parent: "entry"),
            sell("target", quantity, target, parent: "entry"),
        ]
    }

    func testRule10_AfterAnEntryAtTheOpenTheExitsSeeTheWholeBar() throws {
        let cases: [(ScenarioBar, OrderType, OrderType, [String])] = [
            (bar("01-02", 100, 106, 99, 104), stop(95), limit(105), ["target -100@105 limit_inside 01-02"]),
            (bar("01-02", 100, 104, 94, 104), stop(95), limit(105), ["stop -100@95 stop_inside 01-02"]),
            (bar("01-02", 100, 104, 94, 104), stop(101), limit(105), ["stop -100@100 stop_open 01-02"]),
            (bar("01-02", 100, 104, 94, 104), stop(95), limit(99), ["target -100@100 limit_open 01-02"]),
        ]
        for (market, stop, target, expected) in cases {
            let outcome = try play([market], bracket(.market, stop: stop, target: target))
            XCTAssertEqual(outcome.fills, ["entry +100@100 market_open 01-02"] + expected)
            XCTAssertEqual(outcome.ends.count, 1)
        }
    }

    func testRule10_AnExitSeesTheOpenThoughItsGroupHadItsTurnBefore() throws {
        let outcome = try play(
            [bar("01-02", 100, 104, 94, 104)],
            [
                sell("old", 100, limit(120), oca: "g"), buy("entry", 100),
                sell("target", 100, limit(99), parent: "entry", oca: "g"),
            ])
        XCTAssertEqual(outcome.fills, ["entry +100@100 market_open 01-02", "target -100@100 limit_open 01-02"])
    }

    func testRule10_AfterAnEntryInsideOnlyStopsActNeverBetterThanTheEntryAndAmbiguous() throws {
        let cases: [(String, ScenarioBar, OrderType, OrderType, OrderType, [String])] = [
            (
                "the target waits", bar("01-02", 100, 110, 95, 104), limit(96), stop(90), limit(105), []
            ),
            (
                "the stop fires", bar("01-02", 100, 110, 89, 104), limit(96), stop(90), limit(105),
                ["stop -100@90 stop_inside 01-02 ?"]
            ),
            (
                "not better than the entry", bar("01-02", 100, 110, 95, 104), limit(96), stop(98), limit(105),
                ["stop -100@96 stop_inside 01-02 ?"]
            ),
            (
                "a stop-limit neither", bar("01-02", 100, 110, 90, 98), limit(96), stopLimit(95, 97), limit(105), []
            ),
            (
                "a stop-limit with its limit below", bar("01-02", 100, 110, 90, 98), limit(96), stopLimit(95, 94),
                limit(105),
                ["stop -100@95 stop_limit_inside 01-02 ?"]
            ),
            (
                "a trailing stop", bar("01-02", 100, 110, 90, 98), limit(96), trailing(2), limit(105),
                ["stop -100@94 trailing_stop_inside 01-02 ?"]
            ),
        ]
        for (name, market, entry, stop, target, expected) in cases {
            let outcome = try play([market], bracket(entry, stop: stop, target: target))
            XCTAssertEqual(outcome.fills, ["entry +100@96 limit_inside 01-02"] + expected, name)
        }
    }

    func testRule10_LimitsActFromTheBarAfterAnEntryInside() throws {
        let bars = [bar("01-02", 100, 110, 95, 104), bar("01-03", 104, 106, 103, 105)]
        XCTAssertEqual(
            try play(bars, bracket(limit(96), stop: stop(90), target: limit(105))).fills,
            ["entry +100@96 limit_inside 01-02", "target -100@105 limit_inside 01-03"])
        let closing = SimulationRules.plain.with { $0.limitFill = .close }
        XCTAssertEqual(
            try play(
                [bar("01-02", 100, 110, 95, 104), flat("01-03", 103)],
                bracket(stop(102), stop: stop(90), target: limit(103)), closing
            ).fills,
            ["entry +100@102 stop_inside 01-02", "target -100@103 limit_close 01-03"])
    }

    func testRule10_AfterAnEntryAtTheCloseTheExitsActFromTheNextBar() throws {
        let closing = SimulationRules.plain.with {
            $0.marketFill = .nextClose
            $0.limitFill = .close
        }
        let bars = [bar("01-02", 100, 110, 80, 104), bar("01-03", 104, 104, 97, 98)]
        for rules in [closing, closing.with { $0.limitFill = .touch }] {
            XCTAssertEqual(
                try play(bars, bracket(.market, stop: stop(99), target: limit(103)), rules).fills.first,
                "entry +100@104 market_close 01-02")
        }
        XCTAssertEqual(
            try play(bars, bracket(.market, stop: stop(99), target: limit(103)), closing).fills,
            ["entry +100@104 market_close 01-02", "stop -100@99 stop_inside 01-03"])
    }

    func testRule10_WhatIsArmedAtACloseDoesNotFillThereThoughAnEarlierPartMay() throws {
        let closing = SimulationRules.plain.with {
            $0.marketFill = .nextClose
            $0.limitFill = .close
        }
        let bars = [
            flat("01-02", 100, volume: 400), flat("01-03", 100, volume: 300), flat("01-06", 101, volume: 3_000),
            flat("01-07", 103, volume: 2_000),
        ]
        XCTAssertEqual(
            try play(bars, bracket(.market, stop: stop(90), target: limit(101))).fills.count, 4,
            "without closes the parts fill one by one")
        XCTAssertEqual(
            try play(bars, bracket(.market, stop: stop(90), target: limit(101)), closing).fills,
            [
                "entry +40@100 market_close 01-02", "entry +30@100 market_close 01-03",
                "entry +30@101 market_close 01-06",
                "target -70@101 limit_close 01-06", "target -30@103 limit_close 01-07",
            ])
    }

    func testRule10_TheArmedQuantityIsWhatTheEntryFilled() throws {
        let bars = [flat("01-02", 100, volume: 400), flat("01-03", 100, volume: 300), bar("01-06", 103, 103, 94, 94)]
        let outcome = try play(bars, bracket(limit(101), stop: stop(95), target: limit(120)))
        XCTAssertEqual(
            outcome.log,
            [
                "entry +40@100 limit_open 01-02", "entry +30@100 limit_open 01-03", "entry +30@101 limit_inside 01-06",
                "stop -100@95 stop_inside 01-06 ?", "target cancelled oca price 01-07",
            ])
        let falling = [flat("01-02", 100, volume: 400), flat("01-03", 100, volume: 300), flat("01-06", 94)]
        XCTAssertEqual(
            try play(falling, bracket(limit(101), stop: stop(95), target: limit(90), quantity: 100)).log.prefix(4),
            [
                "entry +40@100 limit_open 01-02", "entry +30@100 limit_open 01-03", "entry +30@94 limit_open 01-06",
                "stop -100@94 stop_open 01-06",
            ])
    }

    func testRule10_TheFirstExitFillCancelsTheRestOfTheEntry() throws {
        let bars = [flat("01-02", 100, volume: 400), bar("01-03", 106, 107, 105.5, 106)]
        let outcome = try play(bars, bracket(limit(105), stop: stop(95), target: limit(105)))
        XCTAssertEqual(
            outcome.log,
            [
                "entry +40@100 limit_open 01-02", "entry cancelled exit_filled price 01-03", "stop 40 95 parent",
                "target 40 105 parent", "target -40@106 limit_open 01-03", "stop cancelled oca price 01-03",
            ])
    }

    func testRule10_TheRestOfTheEntryIsCancelledAtTheTimeOfTheExit() throws {
        let bars = [flat("01-02 09:30", 100, volume: 400), bar("01-02 09:31", 104, 106, 103, 104)]
        let outcome = try play(bars, bracket(limit(101), stop: stop(95), target: limit(105)), interval: .minute)
        XCTAssertEqual(outcome.ends.first, "entry cancelled exit_filled price 01-02 09:32")
        XCTAssertEqual(outcome.fills.last, "target -40@105 limit_inside 01-02 09:31")
    }

    func testRule10_AnEntryThatEndsUnfilledTakesItsExitsAlong() throws {
        let bars = [flat("01-02", 100), flat("01-03", 100)]
        let cases: [(ScenarioOrder, String)] = [
            (buy("entry", 100, limit(90), .day), "parent_expired parent 01-03"),
            (buy("entry", 100, limit(90), cancelAt: "01-02"), "parent_cancelled parent 01-03"),
            (buy("entry", 100, limit(90), until("01-02")), "parent_expired parent 01-03"),
            (buy("entry", 100, limit(90), .immediateOrCancel), "parent_cancelled parent 01-02"),
            (buy("entry", 10_000, .market, .day, cash: .reject), "parent_rejected parent 01-02"),
        ]
        for (entry, expected) in cases {
            let outcome = try play(
                bars,
                [
                    entry, sell("stop", 100, stop(95), parent: "entry"),
                    sell("target", 100, limit(120), parent: "entry"),
                ],
                cash: 1_000)
            XCTAssertEqual(
                Array(outcome.ends.dropFirst()), ["stop cancelled \(expected)", "target cancelled \(expected)"])
        }
        let offTick = try play(
            bars, [buy("entry", 100, stop(90.005)), sell("stop", 100, stop(80), parent: "entry")],
            instruments: [Instrument(ticker: "X", tickSize: price(0.01))])
        XCTAssertEqual(offTick.ends, ["entry rejected off_tick 01-02", "stop cancelled parent_rejected parent 01-02"])
    }

    func testRule10_AnEntryThatEndsPartlyFilledLeavesItsExitsForThatPart() throws {
        let bars = [flat("01-02", 100, volume: 400), bar("01-03", 100, 121, 99, 120)]
        let outcome = try play(
            bars,
            [
                buy("entry", 100, .market, .day), sell("stop", 100, stop(95), parent: "entry"),
                sell("target", 100, limit(120), parent: "entry"),
            ])
        XCTAssertEqual(
            outcome.log,
            [
                "entry +40@100 market_open 01-02", "entry expired day_ended volume_limit 01-03", "stop 40 95 parent",
                "target 40 120 parent", "target -40@120 limit_inside 01-03", "stop cancelled oca price 01-04",
            ])
    }

    func testRule10_AnEntryReducedByItsOwnGroupReducesItsExits() throws {
        let bars = [flat("01-02", 100, volume: 300), flat("01-03", 100), flat("01-06", 90)]
        let outcome = try play(
            bars,
            [
                buy("other", 100, limit(101), .immediateOrCancel, oca: "entries"),
                buy("entry", 100, limit(101), oca: "entries"),
                sell("stop", 100, stop(95), parent: "entry"), sell("target", 100, limit(120), parent: "entry"),
            ])
        XCTAssertEqual(
            outcome.fills,
            [
                "other +30@100 limit_open 01-02", "entry +70@100 limit_open 01-03", "stop -70@90 stop_open 01-06",
            ])
        XCTAssertEqual(outcome.open, [])
    }

    func testRule10_DayOfAnExitIsTheDayItIsArmed() throws {
        let bars = [flat("01-02", 100), flat("01-03", 90), flat("01-06", 90)]
        let outcome = try play(
            bars, [buy("entry", 1, limit(95)), sell("target", 1, limit(120), .day, parent: "entry")])
        XCTAssertEqual(
            outcome.log, ["entry +1@90 limit_open 01-03", "target expired day_ended price 01-04"])
    }

    func testRule10_AShortBracketIsTheMirror() throws {
        let bars = [bar("01-02", 100, 106, 99, 104)]
        XCTAssertEqual(
            try play(
                bars,
                [
                    sell("entry", 10), buy("stop", 10, stop(105), parent: "entry"),
                    buy("target", 10, limit(95), parent: "entry"),
                ]
            ).fills, ["entry -10@100 market_open 01-02", "stop +10@105 stop_inside 01-02"])
    }

    // MARK: - Rule 11

    func testRule11_BothSidesOfTheOpenAreAmbiguous() throws {
        let market = [bar("01-02", 100, 106, 89, 100)]
        let legs = [sell("target", 10, limit(105), oca: "g"), sell("stop", 10, stop(90), oca: "g")]
        let cases: [(SimulationRules.AmbiguousBar, String)] = [
            (.stopFirst, "stop -10@90 stop_inside 01-02 ?"), (.targetFirst, "target -10@105 limit_inside 01-02 ?"),
            (.nearestToOpen, "target -10@105 limit_inside 01-02 ?"),
        ]
        for (option, expected) in cases {
            let rules = SimulationRules.plain.with { $0.ambiguousBar = option }
            XCTAssertEqual(try play(market, legs, rules).fills, [expected], "\(option)")
        }
    }

    func testRule11_ATieGoesToTheStop() throws {
        let legs = [sell("target", 10, limit(105), oca: "g"), sell("stop", 10, stop(95), oca: "g")]
        let rules = SimulationRules.plain.with { $0.ambiguousBar = .nearestToOpen }
        XCTAssertEqual(
            try play([bar("01-02", 100, 106, 89, 100)], legs, rules).fills, ["stop -10@95 stop_inside 01-02 ?"])
    }

    func testRule11_TheOpenBeyondALegSettlesIt() throws {
        let legs = [sell("target", 10, limit(105), oca: "g"), sell("stop", 10, stop(90), oca: "g")]
        XCTAssertEqual(try play([bar("01-02", 106, 110, 80, 100)], legs).fills, ["target -10@106 limit_open 01-02"])
        XCTAssertEqual(try play([bar("01-02", 89, 110, 80, 100)], legs).fills, ["stop -10@89 stop_open 01-02"])
    }

    func testRule11_OneReachedLegIsCertain() throws {
        let legs = [sell("target", 10, limit(105), oca: "g"), sell("stop", 10, stop(90), oca: "g")]
        XCTAssertEqual(try play([bar("01-02", 100, 106, 91, 100)], legs).fills, ["target -10@105 limit_inside 01-02"])
        XCTAssertEqual(
            try play([bar("01-02", 100, 105, 89, 100)], legs).fills, ["stop -10@90 stop_inside 01-02"],
            "a touched target could not fill")
    }

    func testRule11_OnOneSideOfTheOpenTheNearerIsFirstAndCertain() throws {
        let legs = [sell("far", 10, stop(90), oca: "g"), sell("near", 10, stop(95), oca: "g")]
        XCTAssertEqual(try play([bar("01-02", 100, 106, 80, 100)], legs).fills, ["near -10@95 stop_inside 01-02"])
        let buys = [buy("stop", 10, stop(108), oca: "g"), buy("limit", 10, limit(95), oca: "g")]
        XCTAssertEqual(
            try play([bar("01-02", 100, 109, 94, 100)], buys).fills, ["stop +10@108 stop_inside 01-02 ?"],
            "a breakout and a dip lie on both sides")
    }

    func testRule11_AStopLimitThatIsElectedWithoutFillingDoesNotCompete() throws {
        let legs = [sell("target", 10, limit(105), oca: "g"), sell("stop", 10, stopLimit(95, 94), oca: "g")]
        XCTAssertEqual(
            try play([bar("01-02", 100, 106, 90, 92)], legs).fills, ["target -10@105 limit_inside 01-02"])
        XCTAssertEqual(
            try play([bar("01-02", 100, 106, 90, 96)], legs).fills, ["stop -10@95 stop_limit_inside 01-02 ?"])
    }

    func testRule11_AnAuctionOrderDoesNotCompete() throws {
        let legs = [sell("target", 10, limit(105), .atTheClose, oca: "g"), sell("stop", 10, stop(90), oca: "g")]
        XCTAssertEqual(try play([bar("01-02", 100, 106, 89, 100)], legs).fills, ["stop -10@90 stop_inside 01-02"])
    }

    func testRule11_AStopThatFiresInTheBarOfItsOwnEntryInsideIsAmbiguous() throws {
        let orders = [buy("entry", 10, stop(102)), sell("stop", 10, stop(98), parent: "entry")]
        XCTAssertEqual(
            try play([bar("01-02", 100, 106, 89, 100)], orders).fills,
            ["entry +10@102 stop_inside 01-02", "stop -10@98 stop_inside 01-02 ?"])
    }
}
