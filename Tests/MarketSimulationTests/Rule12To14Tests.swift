import MarketSimulation
import TradingModel
import XCTest

/// Times in force, cancels and expiries, the close of the decision's bar.
final class Rule12To14Tests: XCTestCase {
    private let sessions = [
        bar("01-02 09:30", 100, 101, 99, 100), bar("01-02 09:31", 101, 102, 100, 101),
        bar("01-02 09:32", 102, 103, 101, 102),
        bar("01-03 09:30", 110, 111, 109, 110), bar("01-03 09:31", 111, 112, 110, 111),
    ]

    // MARK: - Rule 12

    func testRule12_IOCAndFOKAreTestedOnceAtTheOpen() throws {
        let capped = [bar("01-02", 100, 110, 90, 100, volume: 400), flat("01-03", 50)]
        let cases: [(ScenarioOrder, fills: [String], ends: [String])] = [
            (buy("a", 40, .market, .immediateOrCancel), ["a +40@100 market_open 01-02"], []),
            (
                buy("a", 100, .market, .immediateOrCancel), ["a +40@100 market_open 01-02"],
                ["a cancelled immediate_or_cancel volume_limit 01-02"]
            ),
            (buy("a", 40, .market, .fillOrKill), ["a +40@100 market_open 01-02"], []),
            (buy("a", 41, .market, .fillOrKill), [], ["a cancelled fill_or_kill volume_limit 01-02"]),
            (buy("a", 40, limit(101), .fillOrKill), ["a +40@100 limit_open 01-02"], []),
            (buy("a", 40, limit(95), .immediateOrCancel), [], ["a cancelled immediate_or_cancel price 01-02"]),
            (buy("a", 40, limit(95), .fillOrKill), [], ["a cancelled fill_or_kill price 01-02"]),
        ]
        for (order, fills, ends) in cases {
            let outcome = try play(capped, [order])
            XCTAssertEqual(outcome.fills, fills, "\(order.type) \(order.timeInForce)")
            XCTAssertEqual(outcome.ends, ends, "\(order.type) \(order.timeInForce)")
        }
    }

    func testRule12_IOCAndFOKAreTestedAtTheCloseUnderTheRulesOfTheClose() throws {
        let market = [bar("01-02", 100, 110, 90, 104, volume: 400)]
        let closing = SimulationRules.plain.with { $0.limitFill = .close }
        let cases: [(ScenarioOrder, SimulationRules, fills: [String], ends: [String])] = [
            (
                buy("a", 100, .market, .immediateOrCancel), .plain.with { $0.marketFill = .nextClose },
                ["40@104 market_close"], ["a cancelled immediate_or_cancel volume_limit 01-03"]
            ),
            (
                buy("a", 100, .market, .fillOrKill), .plain.with { $0.marketFill = .nextTypical },
                [], ["a cancelled fill_or_kill volume_limit 01-03"]
            ),
            (
                buy("a", 40, .market, .fillOrKill), .plain.with { $0.marketFill = .sameClose }, ["40@104 market_close"],
                []
            ),
            (buy("a", 40, limit(105), .immediateOrCancel), closing, ["40@104 limit_close"], []),
            (
                buy("a", 40, limit(103), .immediateOrCancel), closing, [],
                ["a cancelled immediate_or_cancel price 01-03"]
            ),
            (
                buy("a", 40, limit(105), .immediateOrCancel), .plain.with { $0.marketFill = .nextClose },
                ["40@100 limit_open"], []
            ),
        ]
        for (order, rules, fills, ends) in cases {
            let outcome = try play(market, [order], rules)
            XCTAssertEqual(outcome.briefFills, fills.map { "+\($0)" })
            XCTAssertEqual(outcome.ends, ends)
        }
    }

    func testRule12_WithoutABarOrVolumeTheyAreCancelled() throws {
        let markets = [
            ([flat("01-02", 1, of: "Y"), flat("01-03", 100)], "no_bar"),
            ([flat("01-02", 1, volume: 0), flat("01-03", 100)], "no_volume"),
        ]
        for (bars, limitation) in markets {
            for timeInForce in [TimeInForce.immediateOrCancel, .fillOrKill] {
                let outcome = try play(bars, [buy("a", 1, .market, timeInForce)])
                let reason = timeInForce == .fillOrKill ? "fill_or_kill" : "immediate_or_cancel"
                XCTAssertEqual(outcome.log, ["a cancelled \(reason) \(limitation) 01-02"])
            }
        }
    }

    func testRule12_OPGIsTheOpenOfTheFirstSessionWhoseFirstBarIsAtOrAfterTheArrival() throws {
        let cases = [
            ("01-01", "a +1@100 opening 01-02 09:30"), ("01-02 09:30", "a +1@100 opening 01-02 09:30"),
            ("01-02 09:31", "a +1@110 opening 01-03 09:30"), ("01-02 20:00", "a +1@110 opening 01-03 09:30"),
        ]
        for (time, expected) in cases {
            for type in [OrderType.market, limit(200)] {
                XCTAssertEqual(
                    try play(sessions, [buy("a", 1, type, at: time, .atTheOpening)], interval: .minute).fills,
                    [expected], time)
            }
        }
    }

    func testRule12_CLSIsTheCloseOfTheFirstSessionWhoseLastBarIsAtOrAfterTheArrival() throws {
        let cases = [
            ("01-01", "a +1@102 closing 01-02 09:32"), ("01-02 09:32", "a +1@102 closing 01-02 09:32"),
            ("01-02 09:33", "a +1@111 closing 01-03 09:31"),
        ]
        for (time, expected) in cases {
            for type in [OrderType.market, limit(200)] {
                XCTAssertEqual(
                    try play(sessions, [buy("a", 1, type, at: time, .atTheClose)], interval: .minute).fills, [expected],
                    time)
            }
        }
    }

    func testRule12_TheRestOfOPGAndCLSExpires() throws {
        let capped = [bar("01-02", 100, 110, 90, 104, volume: 400), flat("01-03", 50)]
        let cases: [(ScenarioOrder, [String])] = [
            (
                buy("a", 100, .market, .atTheOpening),
                ["a +40@100 opening 01-02", "a expired opening_only volume_limit 01-02"]
            ),
            (buy("a", 100, limit(95), .atTheOpening), ["a expired opening_only price 01-02"]),
            (
                buy("a", 100, .market, .atTheClose),
                ["a +40@104 closing 01-02", "a expired closing_only volume_limit 01-03"]
            ),
            (buy("a", 100, limit(95), .atTheClose), ["a expired closing_only price 01-03"]),
            (buy("a", 100, .market, .atTheOpening, of: "Y"), ["a expired opening_only no_bar 01-02"]),
        ]
        for (order, expected) in cases { XCTAssertEqual(try play(capped, [order]).log, expected) }
    }

    func testRule12_MarketFillDoesNotTouchOPGAndCLS() throws {
        for marketFill in SimulationRules.MarketFill.allCases {
            let outcome = try play(
                [bar("01-02", 100, 110, 90, 104)],
                [buy("a", 1, .market, .atTheOpening), buy("b", 1, .market, .atTheClose)],
                .plain.with { $0.marketFill = marketFill })
            XCTAssertEqual(outcome.prices, ["100 opening", "104 closing"], "\(marketFill)")
        }
    }

    // MARK: - Rule 13

    func testRule13_CancelsAndExpiriesActBeforeTheFirstBarAtOrAfterThem() throws {
        let bars = [flat("01-02", 100), flat("01-03", 80)]
        let cases: [(ScenarioOrder, [String])] = [
            (buy("a", 1, limit(90), cancelAt: "01-02"), ["a cancelled cancel_requested price 01-03"]),
            (buy("a", 1, limit(90), cancelAt: "01-03"), ["a +1@80 limit_open 01-03"]),
            (buy("a", 1, limit(90), cancelAt: "01-03 00:00"), ["a cancelled cancel_requested price 01-03"]),
            (buy("a", 1, limit(90), cancelAt: "01-03 00:01"), ["a +1@80 limit_open 01-03"]),
            (buy("a", 1, limit(90), until("01-02")), ["a expired good_till price 01-03"]),
            (buy("a", 1, limit(90), until("01-03")), ["a +1@80 limit_open 01-03"]),
            (buy("a", 1, limit(90), until("01-03 00:00")), ["a expired good_till price 01-03"]),
            (buy("a", 1, limit(90), until("01-03 00:01")), ["a +1@80 limit_open 01-03"]),
        ]
        for (order, expected) in cases { XCTAssertEqual(try play(bars, [order]).log, expected) }
    }

    func testRule13_ABarAlreadyBegunIsPlayedWhole() throws {
        let order = buy("a", 1, limit(95), until("01-02 12:00"))
        XCTAssertEqual(try play([bar("01-02", 100, 110, 90, 100)], [order]).log, ["a +1@95 limit_inside 01-02"])
    }

    func testRule13_CancelAtGetsLatencyAndGoodTillDoesNot() throws {
        let rules = SimulationRules.plain.with { $0.latency_ms = 60_000 }
        let cases: [(ScenarioOrder, [String])] = [
            (buy("a", 1, limit(100.5), cancelAt: "01-02 09:31"), ["a cancelled cancel_requested price 01-02 09:32"]),
            (buy("a", 1, limit(100.5), until("01-02 09:31")), ["a expired good_till price 01-02 09:31"]),
        ]
        let bars = [flat("01-02 09:30", 103), flat("01-02 09:31", 102), flat("01-02 09:32", 100)]
        for (order, expected) in cases {
            XCTAssertEqual(try play(bars, [order], rules, interval: .minute).log, expected)
        }
        XCTAssertEqual(
            try play(bars, [buy("a", 1, limit(102.5), cancelAt: "01-02 09:31")], rules, interval: .minute).fills,
            ["a +1@102 limit_open 01-02 09:31"])
    }

    func testRule13_TheEarlierWinsAndExpiryGoesBeforeCancel() throws {
        let bars = [flat("01-02", 100), flat("01-06", 100)]
        let cases: [(ScenarioOrder, String)] = [
            (buy("a", 1, limit(90), until("01-02"), cancelAt: "01-03"), "a expired good_till price 01-03"),
            (buy("a", 1, limit(90), until("01-03"), cancelAt: "01-02"), "a cancelled cancel_requested price 01-03"),
            (buy("a", 1, limit(90), until("01-02"), cancelAt: "01-02"), "a expired good_till price 01-03"),
            (buy("a", 1, limit(90), .day, cancelAt: "01-02"), "a expired day_ended price 01-03"),
            (buy("a", 1, limit(90), .day, cancelAt: "01-02 12:00"), "a cancelled cancel_requested price 01-02 12:00"),
            (
                buy("a", 1, limit(90), .atTheClose, cancelAt: "01-02 12:00"),
                "a cancelled cancel_requested price 01-02 12:00"
            ),
        ]
        for (order, expected) in cases { XCTAssertEqual(try play(bars, [order]).log, [expected]) }
    }

    func testRule13_ActInTheOrderOfTheirInstantsNotOfTheBook() throws {
        let bars = [flat("01-02", 100), flat("01-06", 100)]
        let outcome = try play(
            bars,
            [
                buy("late", 1, limit(90), cancelAt: "01-04"), buy("early", 1, limit(90), cancelAt: "01-03"),
                buy("expiry", 1, limit(90), until("01-04")), buy("entry", 1, limit(90), cancelAt: "01-04"),
                sell("child", 1, limit(110), until("01-03"), parent: "entry"),
            ])
        XCTAssertEqual(
            outcome.ends,
            [
                "child expired good_till parent 01-04", "early cancelled cancel_requested price 01-04",
                "expiry expired good_till price 01-05", "late cancelled cancel_requested price 01-05",
                "entry cancelled cancel_requested price 01-05",
            ])
    }

    func testRule13_ACancelRequestOfALaterPlanActsAtItsTime() throws {
        var simulator = MarketSimulator(
            rules: .plain, instruments: [Instrument(ticker: "X")], actions: [], localTime: .utc, cash: .zero)
        var events: [VenueEvent] = []
        let terms = OrderTerms(
            instrument: InstrumentID(0), side: .buy, quantity: shares(1), type: .market, timeInForce: .goodTilCancelled)
        let order = VenueOrder(
            number: OrderNumber(1), terms: terms, decidedAt: start("01-02"), arrival: start("01-02"), row: 0,
            cancelAt: start("01-05"))
        try simulator.handle(.submit(order), into: &events)
        try simulator.handle(.cancel(OrderNumber(1), effective: start("01-06"), reason: .superseded), into: &events)
        try simulator.handle(.cancel(OrderNumber(7), effective: start("01-03"), reason: .superseded), into: &events)
        simulator.processDeadlines(through: start("01-04"), into: &events)
        try simulator.handle(.cancel(OrderNumber(1), effective: start("01-04"), reason: .superseded), into: &events)
        simulator.processDeadlines(through: start("01-04"), into: &events)
        try simulator.handle(.cancel(OrderNumber(1), effective: start("01-04"), reason: .superseded), into: &events)
        simulator.processDeadlines(through: start("01-09"), into: &events)
        XCTAssertEqual(
            events,
            [
                .accepted(OrderNumber(1), at: start("01-02")),
                .cancelled(OrderNumber(1), reason: .superseded, limitedBy: nil, at: start("01-04")),
            ])
    }

    // MARK: - Rule 14

    private let same = SimulationRules.plain.with { $0.marketFill = .sameClose }

    func testRule14_TheCloseOfTheBarThatStartsBeforeTheDecisionAndEndsAtOrAfterIt() throws {
        let cases = [
            ("01-02 09:30", "a +1@100 market_close 01-02 09:30"), ("01-02 09:31", "a +1@100 same_close 01-02 09:30"),
            ("01-02 09:32", "a +1@101 same_close 01-02 09:31"), ("01-02 09:33", "a +1@102 same_close 01-02 09:32"),
            ("01-02 09:34", "a +1@110 market_close 01-03 09:30"), ("01-02", "a +1@102 same_close 01-02 09:32"),
            ("01-01", "a +1@100 market_close 01-02 09:30"), ("01-03", "a +1@111 same_close 01-03 09:31"),
        ]
        for (time, expected) in cases {
            XCTAssertEqual(try play(sessions, [buy("a", 1, at: time)], same, interval: .minute).fills, [expected], time)
        }
    }

    func testRule14_ADecisionWithinABarTakesItsClose() throws {
        XCTAssertEqual(
            try play([bar("01-02", 100, 110, 90, 104), flat("01-03", 50)], [buy("a", 1, at: "01-02 16:00")], same)
                .fills,
            ["a +1@104 same_close 01-02"])
    }

    func testRule14_WithoutBarOrVolumeItGoesOnAsNextClose() throws {
        let cases: [([ScenarioBar], String)] = [
            (
                [flat("01-02", 100), flat("01-03", 1, of: "Y"), bar("01-06", 100, 104, 99, 103)],
                "a +1@103 market_close 01-06"
            ),
            (
                [flat("01-02", 100), flat("01-03", 100, volume: 0), bar("01-06", 100, 104, 99, 103)],
                "a +1@103 market_close 01-06"
            ),
        ]
        for (bars, expected) in cases {
            XCTAssertEqual(try play(bars, [buy("a", 1, at: "01-03")], same).fills, [expected])
        }
    }

    func testRule14_TheRestAfterTheCapGoesOnAsNextClose() throws {
        let bars = [bar("01-02", 100, 110, 90, 104, volume: 400), bar("01-03", 105, 110, 100, 106)]
        let outcome = try play(
            bars,
            [buy("early", 30, limit(101)), buy("a", 50, at: "01-02"), sell("b", 5, at: "01-02", .immediateOrCancel)],
            same)
        XCTAssertEqual(
            outcome.log,
            [
                "early +30@100 limit_open 01-02", "a +10@104 same_close 01-02",
                "b cancelled immediate_or_cancel volume_limit 01-03",
                "a +40@106 market_close 01-03",
            ])
    }

    func testRule14_TheRestKeepsItsDeadline() throws {
        var simulator = MarketSimulator(
            rules: same, instruments: [Instrument(ticker: "X")], actions: [], localTime: .utc, cash: .zero)
        var events: [VenueEvent] = []
        func order(_ number: Int64, _ type: OrderType, _ timeInForce: TimeInForce, at day: String) -> VenueRequest {
            let terms = OrderTerms(
                instrument: InstrumentID(0), side: .buy, quantity: shares(100), type: type, timeInForce: timeInForce)
            let time = decision(day)
            return .submit(
                VenueOrder(
                    number: OrderNumber(number), terms: terms, decidedAt: time.instant, isDecidedOnDate: true,
                    arrival: time.instant, row: number))
        }
        func slice(_ day: String, volume: Double) -> BarSlice {
            BarSlice(
                start: start(day), end: decision(day).instant, session: date(day), isFirstOfSession: true,
                isLastOfSession: true, nextSession: nil, instruments: [InstrumentID(0)],
                bars: [flat(day, 100, volume: volume).bar])
        }
        try simulator.handle(order(1, limit(50), .goodTilCancelled, at: "01-01"), into: &events)
        try simulator.playOpen(slice("01-02", volume: 400), into: &events)
        try simulator.playRest(into: &events)
        try simulator.handle(
            .cancel(OrderNumber(1), effective: start("01-03"), reason: .superseded), into: &events)
        try simulator.handle(order(2, .market, until("01-03"), at: "01-02"), into: &events)
        simulator.processDeadlines(through: start("01-03"), into: &events)
        try simulator.playSameClose(into: &events)
        try simulator.playOpen(slice("01-03", volume: 0), into: &events)
        try simulator.playRest(into: &events)
        simulator.processDeadlines(through: start("01-06"), into: &events)
        XCTAssertEqual(
            events.last,
            .expired(OrderNumber(2), reason: .goodTill, limitedBy: .noVolume, at: start("01-04")))
    }

    func testRule14_OnlyMarketOrdersTakeIt() throws {
        let bars = [bar("01-02", 100, 110, 90, 104), bar("01-03", 105, 112, 80, 106)]
        let cases: [(ScenarioOrder, String)] = [
            (buy("a", 1, limit(107), at: "01-02"), "105 limit_open"),
            (buy("a", 1, stop(111), at: "01-02"), "111 stop_inside"),
            (buy("a", 1, .market, at: "01-02", .atTheOpening), "105 opening"),
        ]
        for (order, expected) in cases { XCTAssertEqual(try play(bars, [order], same).prices, [expected]) }
    }

    func testRule14_SellsComeBeforeTheBuysTheyPayFor() throws {
        let bars = [flat("01-02", 100), flat("01-02", 10, of: "Y"), flat("01-03", 100)]
        let outcome = try play(
            bars,
            [buy("b", 100, at: "01-02", of: "Y", cash: .wait, phase: 2), sell("s", 10, at: "01-02")], same, cash: 0)
        XCTAssertEqual(outcome.fills, ["s -10@100 same_close 01-02", "b +100@10 same_close 01-02"])
    }

    func testRule14_AShortOpenedAtTheCloseIsBorrowedOverNight() throws {
        let rules = same.with { $0.borrowRateE9 = e9(0.036) }
        let outcome = try play([flat("01-02", 100), flat("01-03", 100)], [sell("a", 10, at: "01-02")], rules)
        XCTAssertEqual(outcome.changes, ["X BORROW -0.1"])
        let covered = try play(
            [flat("01-02", 100), flat("01-03", 100)], [sell("a", 10), buy("b", 10, at: "01-02")], rules)
        XCTAssertEqual(covered.changes, [])
    }
}
