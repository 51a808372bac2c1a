import MarketSimulation
import TradingModel
import XCTest

/// Time, moments, the cap and prices.
final class Rule01To04Tests: XCTestCase {
    private let threeDays = [
        bar("01-02", 100, 105, 99, 104), bar("01-03", 110, 115, 109, 114), bar("01-06", 120, 125, 119, 124),
    ]

    // MARK: - Rule 1

    func testRule01_ADateIsItsEndSoItFillsInTheNextBar() throws {
        XCTAssertEqual(try play(threeDays, [buy("a", 1, at: "01-02")]).fills, ["a +1@110 market_open 01-03"])
    }

    func testRule01_AnInstantFillsAtTheFirstBarThatStartsAtOrAfterIt() throws {
        let cases = [
            ("01-03 00:00", "a +1@110 market_open 01-03"), ("01-03 00:01", "a +1@120 market_open 01-06"),
            ("01-02 23:59", "a +1@110 market_open 01-03"),
        ]
        for (time, fill) in cases { XCTAssertEqual(try play(threeDays, [buy("a", 1, at: time)]).fills, [fill], time) }
    }

    func testRule01_LatencyDelaysInstantsAndNeverDates() throws {
        let slow = SimulationRules.plain.with { $0.latency_ms = 60_000 }
        XCTAssertEqual(
            try play(threeDays, [buy("a", 1, at: "01-02 23:59"), buy("b", 1, at: "01-03 00:00")], slow).fills,
            ["a +1@110 market_open 01-03", "b +1@120 market_open 01-06"])
        XCTAssertEqual(try play(threeDays, [buy("a", 1, at: "01-02")], slow).fills, ["a +1@110 market_open 01-03"])
    }

    func testRule01_AnOrderArrivesWhetherOrNotItsInstrumentHasABar() throws {
        let bars = [flat("01-02", 50, of: "Y"), flat("01-03", 100)]
        XCTAssertEqual(try play(bars, [buy("a", 1, .market, .day)]).ends, ["a expired day_ended no_bar 01-03"])
        XCTAssertEqual(try play(bars, [buy("a", 1)]).fills, ["a +1@100 market_open 01-03"])
    }

    func testRule01_EmptyBarsCountAsBarTimes() throws {
        let bars = [flat("01-02", 100, volume: 0), flat("01-03", 100)]
        XCTAssertEqual(try play(bars, [buy("a", 1, .market, .day)]).ends, ["a expired day_ended no_volume 01-03"])
    }

    func testRule01_DayEndsWithTheSessionOfItsArrival() throws {
        let minutes = [
            bar("01-02 09:30", 100, 101, 99, 100), bar("01-02 15:59", 100, 101, 98, 99),
            bar("01-03 09:30", 96, 97, 95, 96),
        ]
        let outcome = try play(
            minutes,
            [buy("a", 1, limit(97), at: "01-02 09:31", .day), buy("b", 1, limit(97), at: "01-02 16:00", .day)],
            interval: .minute)
        XCTAssertEqual(outcome.ends, ["a expired day_ended price 01-02 16:00"])
        XCTAssertEqual(outcome.fills, ["b +1@96 limit_open 01-03 09:30"])
    }

    func testRule01_ADateOnAHolidayGoesToTheNextSession() throws {
        XCTAssertEqual(
            try play(threeDays, [buy("a", 1, .market, at: "01-04", .day)]).fills, ["a +1@120 market_open 01-06"])
    }

    // MARK: - Rule 2

    func testRule02_FillsAreNumberedByMomentThenQueueOverAllInstruments() throws {
        let bars = [bar("01-02", 100, 105, 95, 101), bar("01-02", 50, 55, 45, 51, of: "Y")]
        let orders = [
            sell("close", 1, .market, .atTheClose), buy("inside", 1, limit(96)), buy("open2", 1, of: "Y"),
            buy("inside2", 1, limit(46), of: "Y"), buy("open", 1),
        ]
        XCTAssertEqual(
            try play(bars, orders).fills,
            [
                "open2 +1@50 market_open 01-02", "open +1@100 market_open 01-02", "inside +1@96 limit_inside 01-02",
                "inside2 +1@46 limit_inside 01-02", "close -1@101 closing 01-02",
            ])
    }

    func testRule02_WhatActsInWhichMoment() throws {
        let market = [bar("01-02", 100, 105, 95, 101)]
        let closing = SimulationRules.plain.with { $0.limitFill = .close }
        let cases: [(ScenarioOrder, SimulationRules, String)] = [
            (buy("a", 1), .plain, "100 market_open"),
            (buy("a", 1, limit(101)), .plain, "100 limit_open"),
            (buy("a", 1, stop(99)), .plain, "100 stop_open"),
            (buy("a", 1, .market, .atTheOpening), .plain, "100 opening"),
            (buy("a", 1, limit(96)), .plain, "96 limit_inside"),
            (buy("a", 1, stop(104)), .plain, "104 stop_inside"),
            (buy("a", 1), .plain.with { $0.marketFill = .nextClose }, "101 market_close"),
            (buy("a", 1), .plain.with { $0.marketFill = .nextTypical }, "100.33333334 market_typical"),
            (buy("a", 1, .market, .atTheClose), .plain, "101 closing"),
            (buy("a", 1, limit(102)), closing, "101 limit_close"),
        ]
        for (order, rules, expected) in cases { XCTAssertEqual(try play(market, [order], rules).prices, [expected]) }
    }

    func testRule02_AFillAtTheOpenCarriesTheBarsStartALaterOneItsEnd() throws {
        let bars = [bar("01-02 09:30", 100, 105, 95, 101)]
        let orders = [
            buy("a", 1), buy("b", 1, limit(96)), buy("c", 1, .market, .atTheClose),
        ]
        let fills = try play(bars, orders, interval: .minute).fillEvents
        XCTAssertEqual(fills.map { text($0.time) }, ["01-02 09:30", "01-02 09:31", "01-02 09:31"])
        XCTAssertEqual(fills.map { text($0.barStart) }, ["01-02 09:30", "01-02 09:30", "01-02 09:30"])
    }

    func testRule02_TheQueueIsByArrivalWithLatencyThenRow() throws {
        let rules = SimulationRules.plain.with { $0.latency_ms = 120_000 }
        let bars = [flat("01-02 09:30", 100), flat("01-02 09:35", 100)]
        let orders = [
            buy("late", 1, at: "01-02 09:31"), buy("row2", 1, at: "01-01"), buy("row3", 1, at: "01-01"),
            buy("early", 1, at: "01-02 09:30"),
        ]
        XCTAssertEqual(
            try play(bars, orders, rules, interval: .minute).fills,
            [
                "row2 +1@100 market_open 01-02 09:30", "row3 +1@100 market_open 01-02 09:30",
                "early +1@100 market_open 01-02 09:35", "late +1@100 market_open 01-02 09:35",
            ])
    }

    func testRule02_AChildArrivesWhenArmed() throws {
        let outcome = try play(
            [bar("01-02", 100, 105, 95, 101)],
            [buy("entry", 1), sell("child", 1, stop(96), parent: "entry"), sell("other", 1, stop(97))])
        XCTAssertEqual(
            outcome.fills,
            ["entry +1@100 market_open 01-02", "other -1@97 stop_inside 01-02", "child -1@96 stop_inside 01-02"])
    }

    func testRule02_AnOCAGroupStandsWhereItsOldestMemberStands() throws {
        let bars = [flat("01-02", 100), bar("01-03", 100, 105, 95, 101)]
        let orders = [
            buy("old", 10, limit(90), at: "01-01", oca: "g"), buy("middle", 10, limit(97), at: "01-02"),
            buy("young", 10, limit(96), at: "01-02", oca: "g"),
        ]
        XCTAssertEqual(
            try play(bars, orders).fills, ["young +10@96 limit_inside 01-03", "middle +10@97 limit_inside 01-03"])
    }

    // MARK: - Rule 3

    func testRule03_TheCapIsSharedByAllOrdersOfTheInstrumentBothSides() throws {
        let bars = [flat("01-02", 100, volume: 1_000), flat("01-02", 50, volume: 1_000, of: "Y"), flat("01-03", 100)]
        let outcome = try play(bars, [buy("a", 70), sell("b", 70), buy("c", 70, of: "Y")])
        XCTAssertEqual(
            outcome.fills,
            [
                "a +70@100 market_open 01-02", "b -30@100 market_open 01-02", "c +70@50 market_open 01-02",
                "b -40@100 market_open 01-03",
            ])
    }

    func testRule03_TheCapIsAnExactDecimalDownToTheLot() throws {
        let cases: [(volume: Double, share: Double, lot: Double, filled: String)] = [
            (1_009, 0.1, 1, "+100@10 market_open"), (1_010, 0.1, 1, "+101@10 market_open"),
            (290, 0.1, 1, "+29@10 market_open"), (3, 1.0 / 3, 1, ""), (30, 0.3, 1, "+9@10 market_open"),
            (1_999, 0.1, 100, "+100@10 market_open"), (1_005, 0.1, 0.5, "+100.5@10 market_open"), (9, 0.1, 1, ""),
        ]
        for (volume, share, lot, filled) in cases {
            let outcome = try play(
                [flat("01-02", 10, volume: volume)], [buy("a", 500)], .plain.with { $0.volumeLimitE9 = e9(share) },
                instruments: [Instrument(ticker: "X", lotSize: shares(lot))])
            XCTAssertEqual(outcome.briefFills, filled.isEmpty ? [] : [filled], "\(volume) × \(share) in lots of \(lot)")
        }
    }

    func testRule03_TheCapCountsTheWholeBarNotEachMoment() throws {
        let outcome = try play(
            [bar("01-02", 100, 105, 95, 101, volume: 1_000)],
            [buy("a", 60), buy("b", 60, limit(96)), buy("c", 60, .market, .atTheClose)])
        XCTAssertEqual(outcome.fills, ["a +60@100 market_open 01-02", "b +40@96 limit_inside 01-02"])
        XCTAssertEqual(outcome.ends, ["c expired closing_only volume_limit 01-03"])
    }

    func testRule03_FOKNeedsWhatIsLeftOfTheCap() throws {
        let bars = [flat("01-02", 100, volume: 1_000)]
        XCTAssertEqual(try play(bars, [buy("a", 100, .market, .fillOrKill)]).briefFills, ["+100@100 market_open"])
        let outcome = try play(bars, [buy("first", 1), buy("a", 100, .market, .fillOrKill)])
        XCTAssertEqual(outcome.fills, ["first +1@100 market_open 01-02"])
        XCTAssertEqual(outcome.ends, ["a cancelled fill_or_kill volume_limit 01-02"])
    }

    func testRule03_ABarWithoutVolumeFillsElectsAndRatchetsNothing() throws {
        let bars = [
            flat("01-02", 100), bar("01-03", 100, 130, 80, 100, volume: 0), flat("01-06", 99.5), flat("01-07", 98),
        ]
        let orders = [
            buy("market", 1, at: "01-02"), buy("limit", 1, limit(90), at: "01-02"),
            buy("stop", 1, stop(110), at: "01-02"),
            sell("trail", 1, trailing(1), at: "01-02"),
        ]
        let outcome = try play(bars, orders)
        XCTAssertEqual(outcome.fills, ["market +1@99.5 market_open 01-06", "trail -1@98 trailing_stop_open 01-07"])
        XCTAssertEqual(outcome.open, ["limit price", "stop price"])
    }

    func testRule03_WithoutALimitMissingVolumeFillsAll() throws {
        let unlimited = SimulationRules.plain.with { $0.volumeLimitE9 = nil }
        XCTAssertEqual(
            try play([flat("01-02", 10, volume: nil)], [buy("a", 5_000)], unlimited).briefFills,
            ["+5000@10 market_open"])
        XCTAssertEqual(
            try play([flat("01-02", 10, volume: 1)], [buy("a", 5_000)], unlimited).briefFills, ["+5000@10 market_open"])
        XCTAssertEqual(try play([flat("01-02", 10, volume: nil)], [buy("a", 5_000)]).briefFills, [])
    }

    // MARK: - Rule 4

    func testRule04_SlippageIsExactAndRoundedOnceAgainstTheOrder() throws {
        let cases: [(open: Double, slippage: SlippageModel, tick: Double?, buys: String, sells: String)] = [
            (100, .fixedFraction(e9: 500_000), nil, "100.05", "99.95"),
            (33.33, .fixedFraction(e9: 500_000), nil, "33.346665", "33.313335"),
            (0.00012345, .fixedFraction(e9: 500_000), nil, "0.00012352", "0.00012338"),
            (33.33, .fixedFraction(e9: 500_000), 0.01, "33.35", "33.31"),
            (100, .fixedFraction(e9: 500_000), 0.05, "100.05", "99.95"),
            (100, .fixedSpread(price(0.03)), nil, "100.015", "99.985"),
            (100, .fixedSpread(price(0.03)), 0.01, "100.02", "99.98"),
            (100, .fixedSpread(Price(e8: 1)), nil, "100.00000001", "99.99999999"),
            (100, .none, nil, "100", "100"),
            (100.005, .none, 0.01, "100.01", "100"),
        ]
        for (open, slippage, tick, buys, sells) in cases {
            let outcome = try play(
                [flat("01-02", open)], [buy("b", 1), sell("s", 1)], .plain.with { $0.slippage = slippage },
                instruments: [Instrument(ticker: "X", tickSize: tick.map(price))])
            XCTAssertEqual(outcome.prices, ["\(buys) market_open", "\(sells) market_open"], "\(open) \(slippage)")
        }
    }

    func testRule04_ASlippedPriceMayLeaveTheBarsRange() throws {
        let rules = SimulationRules.plain.with { $0.slippage = .fixedFraction(e9: e9(0.01)) }
        XCTAssertEqual(try play([flat("01-02", 100)], [buy("a", 1)], rules).prices, ["101 market_open"])
    }

    func testRule04_SlippageThatEatsThePriceLeavesOneStep() throws {
        let rules = SimulationRules.plain.with { $0.slippage = .fixedSpread(price(500)) }
        XCTAssertEqual(try play([flat("01-02", 100)], [sell("a", 1)], rules).prices, ["0.00000001 market_open"])
    }

    func testRule04_TheTypicalPriceIsRoundedOnceWithItsSlippage() throws {
        let bars = [bar("01-02", 100, 100.00000001, 99, 100)]
        let rules = SimulationRules.plain.with { $0.marketFill = .nextTypical }
        XCTAssertEqual(
            try play(bars, [buy("b", 1), sell("s", 1)], rules).prices,
            ["99.66666667 market_typical", "99.66666667 market_typical"])
        // 299.00000001 ÷ 3 = 99.66666667 exactly; with 5 bps 99.716500003… and 99.616833336…
        XCTAssertEqual(
            try play(bars, [buy("b", 1), sell("s", 1)], rules.with { $0.slippage = .fixedFraction(e9: 500_000) })
                .prices,
            ["99.71650001 market_typical", "99.61683333 market_typical"])
    }

    func testRule04_PassiveFillsAreNotRounded() throws {
        let tick = [Instrument(ticker: "X", tickSize: price(0.05))]
        XCTAssertEqual(
            try play([flat("01-02", 101), flat("01-03", 99.98)], [buy("a", 1, limit(100))], instruments: tick).prices,
            ["99.98 limit_open"])
    }

    func testRule04_LimitsRoundAwayFromAggressionAndOffTickStopsAreRefused() throws {
        let tick = [Instrument(ticker: "X", tickSize: price(0.05))]
        let bars = [bar("01-02", 100, 110, 90, 100)]
        XCTAssertEqual(
            try play(bars, [buy("b", 1, limit(95.04)), sell("s", 1, limit(104.96))], instruments: tick).prices,
            ["95 limit_inside", "105 limit_inside"])
        for type in [stop(104.96), stopLimit(104.96, 105), trailing(1, from: 104.96)] {
            XCTAssertEqual(
                try play(bars, [buy("a", 1, type)], instruments: tick).ends, ["a rejected off_tick 01-02"], "\(type)")
        }
    }

    func testRule04_TrailingLevelsRoundAwayFromTheMarket() throws {
        let tick = [Instrument(ticker: "X", tickSize: price(0.1))]
        let bars = [flat("01-02", 100), bar("01-03", 100, 110, 90, 100)]
        let orders = [
            sell("s", 1, trailing(percent: 1.55), at: "01-02"), buy("b", 1, trailing(percent: 1.55), at: "01-02"),
        ]
        XCTAssertEqual(
            try play(bars, orders, instruments: tick).prices,
            ["98.4 trailing_stop_inside", "101.6 trailing_stop_inside"])
    }

    func testRule04_SlippageIsReportedAsMoney() throws {
        let rules = SimulationRules.plain.with { $0.slippage = .fixedFraction(e9: 500_000) }
        let fills = try play([flat("01-02", 100)], [buy("b", 10), sell("s", 10)], rules).fillEvents
        XCTAssertEqual(fills.map(\.slippage), [dollars(0.5), dollars(0.5)])
    }
}
