import MarketSimulation
import TradingModel
import XCTest

/// Slippage models, cash, corporate actions, quantities.
final class Rule15To18Tests: XCTestCase {
    // MARK: - Rule 15

    private func impact(_ value: Double, volumeLimit: Double? = 0.1) -> SimulationRules {
        .plain.with {
            $0.slippage = .volumeShare(priceImpactE9: e9(value))
            $0.volumeLimitE9 = volumeLimit.map(e9)
        }
    }

    func testRule15_VolumeShareCountsAllFillsOfTheBarThisOneIncluded() throws {
        let market = [flat("01-02", 100, volume: 1_000)]
        // 0.1 × 0.05² = 0.00025, then 0.1 × 0.08² = 0.00064, then the cap: 0.1 × 0.1² = 0.001
        XCTAssertEqual(
            try play(market, [buy("a", 50), sell("b", 30), buy("c", 50)], impact(0.1)).briefFills,
            ["+50@100.025 market_open", "-30@99.936 market_open", "+20@100.1 market_open"])
    }

    func testRule15_TheShareIsAtMostTheVolumeLimitOrOne() throws {
        let market = [flat("01-02", 100, volume: 10)]
        XCTAssertEqual(try play(market, [buy("a", 1_000)], impact(0.1, volumeLimit: nil)).prices, ["110 market_open"])
        XCTAssertEqual(try play(market, [buy("a", 5)], impact(0.1, volumeLimit: nil)).prices, ["102.5 market_open"])
        XCTAssertEqual(try play(market, [buy("a", 1_000)], impact(0.1, volumeLimit: 0.5)).prices, ["102.5 market_open"])
    }

    func testRule15_TheFractionIsRoundedOnceToTheNearest() throws {
        // 0.1 × (1 ÷ 3)² = 0.0111111111
        XCTAssertEqual(
            try play([flat("01-02", 100, volume: 3)], [buy("a", 1)], impact(0.1, volumeLimit: nil)).prices,
            ["101.1111111 market_open"])
        // 0.000000001 × (1 ÷ 2)² = 2.5e-10 is nothing, 0.000000002 × ¼ is half of 10⁻⁹ and goes up
        let half = [flat("01-02", 100, volume: 2)]
        XCTAssertEqual(try play(half, [buy("a", 1)], impact(1e-9, volumeLimit: nil)).prices, ["100 market_open"])
        XCTAssertEqual(
            try play(half, [buy("a", 1)], impact(2e-9, volumeLimit: nil)).prices, ["100.0000001 market_open"])
    }

    func testRule15_VolumeShareWithTheLargestNumbers() throws {
        let market = [flat("01-02", 0.5, volume: 9e9)]
        XCTAssertEqual(
            try play(market, [buy("a", 1e9)], impact(0.9, volumeLimit: 1)).prices, ["0.50555556 market_open"])
    }

    private let squareRoot = SimulationRules.plain.with { $0.slippage = .squareRoot(coefficient: 1) }

    func testRule15_SquareRootOfTheShareOfTheAverageDailyVolume() throws {
        // Closes 100, 110, 99: returns +10 % and −10 %, sample deviation √0.02; ADV 1,000,000.
        let bars = [flat("01-02", 100), flat("01-03", 110), flat("01-06", 99), flat("01-07", 100)]
        // √0.02 × √(10,000 ÷ 1,000,000) = 0.0141421356
        XCTAssertEqual(
            try play(bars, [buy("a", 10_000, at: "01-06")], squareRoot).prices, ["101.4142136 market_open"])
        XCTAssertEqual(
            try play(
                bars, [sell("a", 10_000, at: "01-06")], squareRoot.with { $0.slippage = .squareRoot(coefficient: 0.5) }
            )
            .prices, ["99.2928932 market_open"])
    }

    func testRule15_EachFillHasItsOwnRoot() throws {
        let bars = [flat("01-02", 100), flat("01-03", 110), flat("01-06", 99), flat("01-07", 100)]
        XCTAssertEqual(
            try play(bars, [buy("a", 10_000, at: "01-06"), buy("b", 10_000, at: "01-06")], squareRoot).prices,
            ["101.4142136 market_open", "101.4142136 market_open"])
    }

    func testRule15_FewerThanTwoReturnsAreTenBasisPoints() throws {
        let bars = [flat("01-02", 100), flat("01-03", 110), flat("01-06", 100)]
        for day in ["01-01", "01-02", "01-03"] {
            let fill = try play(bars, [buy("a", 1, at: day)], squareRoot).fillEvents[0]
            XCTAssertEqual(fill.price.e8, fill.barStart == start("01-03") ? price(110.11).e8 : price(100.1).e8, day)
        }
    }

    func testRule15_OnlySessionsBeforeTheFillsCountAlsoUnderSameClose() throws {
        let bars = [flat("01-02", 100), flat("01-03", 110), flat("01-06", 99), flat("01-07", 100)]
        let same = squareRoot.with { $0.marketFill = .sameClose }
        XCTAssertEqual(try play(bars, [buy("a", 10_000, at: "01-06")], same).prices, ["99.099 same_close"])
        XCTAssertEqual(try play(bars, [buy("a", 10_000, at: "01-07")], same).prices, ["101.4142136 same_close"])
    }

    func testRule15_TheHistoryIsOfTheLastTwentyDays() throws {
        // Two wild days, then 21 quiet ones: the wild returns are forgotten, what is left does not move.
        var bars = [flat("01-01", 100), flat("01-02", 200)]
        bars += (3...23).map { flat("01-" + ($0 < 10 ? "0\($0)" : "\($0)"), 100, volume: 500_000) }
        XCTAssertEqual(
            try play(bars + [flat("01-24", 100)], [buy("a", 10_000, at: "01-23")], squareRoot).prices,
            ["100 market_open"])
        let early = Array(bars.prefix(21))
        XCTAssertNotEqual(
            try play(early + [flat("01-24", 100)], [buy("a", 10_000, at: "01-23")], squareRoot).prices,
            ["100 market_open"])
    }

    func testRule15_IntradayBarsMakeDailyReturnsAndVolumes() throws {
        let bars = [
            flat("01-02 09:30", 90, volume: 400_000), flat("01-02 09:31", 100, volume: 600_000),
            flat("01-03 09:30", 130, volume: 400_000), flat("01-03 09:31", 110, volume: 600_000),
            flat("01-06 09:30", 90, volume: 400_000), flat("01-06 09:31", 99, volume: 600_000),
            flat("01-07 09:30", 100),
        ]
        XCTAssertEqual(
            try play(bars, [buy("a", 10_000, at: "01-06")], squareRoot, interval: .minute).prices,
            ["101.4142136 market_open"])
    }

    func testRule15_TheHistoryIsSplitAdjusted() throws {
        let bars = [
            flat("01-02", 200, volume: 500_000), flat("01-03", 220, volume: 500_000), flat("01-06", 99),
            flat("01-07", 100),
        ]
        XCTAssertEqual(
            try play(
                bars, [buy("a", 10_000, at: "01-06")], squareRoot, actions: [("X", "01-06", .split(ratioE9: e9(2)))]
            ).prices, ["101.4142136 market_open"])
    }

    func testRule15_ADayOfLargeVolumesFits() throws {
        let bars = (0..<20).map { flat("01-02 10:\(10 + $0)", 1, volume: 9e9) } + [flat("01-03 10:00", 1)]
        XCTAssertEqual(
            try play(bars, [buy("a", 1, at: "01-02")], squareRoot, interval: .minute).prices, ["1.001 market_open"])
    }

    // MARK: - Rule 16

    func testRule16_SellsPayForTheBuysOfTheSameOpen() throws {
        let bars = [flat("01-02", 100), flat("01-02", 10, of: "Y"), flat("01-03", 100), flat("01-03", 10, of: "Y")]
        let outcome = try play(
            bars,
            [
                buy("held", 10), buy("b", 150, at: "01-02", of: "Y", cash: .wait, phase: 2), sell("s", 10, at: "01-02"),
            ], cash: 1_500)
        XCTAssertEqual(
            outcome.fills,
            ["held +10@100 market_open 01-02", "s -10@100 market_open 01-03", "b +150@10 market_open 01-03"])
        XCTAssertEqual(outcome.cash, .zero)
    }

    func testRule16_ABuyThatWaitsIsPaidByTheSellsOfTheSameOpen() throws {
        let bars = [flat("01-02", 100), flat("01-03", 100), flat("01-06", 100)]
        XCTAssertEqual(
            try play(
                bars, [buy("b", 10, .market, .day, cash: .wait, phase: 2), sell("s", 4, at: "01-02")], cash: 600
            ).log,
            ["b +6@100 market_open 01-02", "s -4@100 market_open 01-03", "b +4@100 market_open 01-03"])
    }

    func testRule16_ABuyFillsUpToTheCashAndWaitsWithTheRest() throws {
        let bars = [flat("01-02", 100), flat("01-03", 100), flat("01-06", 100), flat("01-07", 100)]
        XCTAssertEqual(
            try play(bars, [buy("b", 10, .market, .day, cash: .wait), sell("s", 5, at: "01-03")], cash: 650).log,
            ["b +6@100 market_open 01-02", "s -5@100 market_open 01-06", "b +4@100 market_open 01-07"])
    }

    func testRule16_ABuyShortAtTheOpenWaitsForTheNextBarNotForTheInsideOfThisOne() throws {
        let bars = [bar("01-02", 100, 101, 94, 95), flat("01-03", 95)]
        XCTAssertEqual(
            try play(bars, [buy("b", 10, limit(110), cash: .wait), sell("s", 5)], cash: 600).fills,
            ["b +6@100 limit_open 01-02", "s -5@100 market_open 01-02", "b +4@95 limit_open 01-03"])
    }

    func testRule16_ABuyStillShortOnTheLastBarIsOpenAtTheEnd() throws {
        let outcome = try play(
            [flat("01-02", 100), flat("01-03", 100)], [buy("b", 10, .market, .day, cash: .wait)], cash: 650)
        XCTAssertEqual(outcome.log, ["b +6@100 market_open 01-02"])
        XCTAssertEqual(outcome.open, ["b cash"])
    }

    func testRule16_ADayThatWaitedForCashEndsWithTheSessionItWaitedFor() throws {
        let bars = [flat("01-02", 100), flat("01-03", 10, volume: 10), flat("01-06", 10)]
        let outcome = try play(bars, [buy("b", 10, .market, .day, cash: .wait)], cash: 650)
        XCTAssertEqual(
            outcome.log,
            ["b +6@100 market_open 01-02", "b +1@10 market_open 01-03", "b expired day_ended volume_limit 01-04"])
        let absent = [flat("01-02", 100), flat("01-03", 10, volume: 0), flat("01-06", 10)]
        XCTAssertEqual(
            try play(absent, [buy("b", 10, .market, .day, cash: .wait)], cash: 650).log,
            ["b +6@100 market_open 01-02", "b expired day_ended no_volume 01-04"])
    }

    func testRule16_WithRejectItIsRefused() throws {
        let outcome = try play(
            [flat("01-02", 100)], [buy("b", 10, cash: .reject), buy("c", 6, cash: .reject)], cash: 650)
        XCTAssertEqual(outcome.log, ["b rejected insufficient_cash 01-02", "c +6@100 market_open 01-02"])
    }

    func testRule16_CommissionIsPartOfTheCost() throws {
        let rules = SimulationRules.plain.with { $0.commission = .perOrder(dollars(1)) }
        XCTAssertEqual(
            try play([flat("01-02", 100)], [buy("b", 7, cash: .wait)], rules, cash: 700).briefFills,
            ["+6@100 market_open"])
        XCTAssertEqual(
            try play([flat("01-02", 100)], [buy("b", 7, cash: .wait)], rules, cash: 701).briefFills,
            ["+7@100 market_open"])
    }

    func testRule16_CashIsGivenInQueueOrderOverAllInstruments() throws {
        let bars = [flat("01-02", 100), flat("01-02", 100, of: "A")]
        XCTAssertEqual(
            try play(bars, [buy("first", 5, cash: .wait), buy("second", 5, of: "A", cash: .wait)], cash: 700).fills,
            ["first +5@100 market_open 01-02", "second +2@100 market_open 01-02"])
    }

    func testRule16_AUsersOwnOrdersAreNotCheckedAndTheLowestCashIsKnown() throws {
        let outcome = try play(
            [flat("01-02", 100), flat("01-03", 120)], [buy("b", 10), sell("s", 10, at: "01-02")], cash: 700)
        XCTAssertEqual(outcome.fills.count, 2)
        XCTAssertEqual(outcome.lowestCash, dollars(-300))
        XCTAssertEqual(outcome.cash, dollars(900))
    }

    func testRule16_FOKThatTheCashDoesNotCoverIsCancelled() throws {
        XCTAssertEqual(
            try play([flat("01-02", 100)], [buy("b", 10, .market, .fillOrKill, cash: .wait)], cash: 700).log,
            ["b cancelled fill_or_kill cash 01-02"])
    }

    // MARK: - Rule 17

    func testRule17_ASplitRescalesPositionsAndOpenOrders() throws {
        let bars = [flat("01-02", 100), flat("01-03", 50)]
        let outcome = try play(
            bars,
            [
                buy("held", 10), buy("limit", 10, limit(90)), sell("stop", 10, stop(81)),
                sell("stopLimit", 10, stopLimit(81, 80)), sell("trail", 10, trailing(10)),
                sell("percent", 10, trailing(percent: 15, offset: 2)), sell("market", 10, at: "01-02"),
            ], actions: [("X", "01-03", .split(ratioE9: e9(2)))])
        XCTAssertEqual(
            outcome.changes,
            [
                "X split 20", "limit 20 45 split", "stop 20 40.5 split", "stopLimit 20 40.5/40 split",
                "trail 20 trail 5 split", "percent 20 trail 150000000e-9 offset 1 split", "market 20 split",
            ])
        XCTAssertEqual(outcome.fills.last, "market -20@50 market_open 01-03")
    }

    func testRule17_ReverseSplitsPayCashForFractions() throws {
        let bars = [flat("01-02", 2), flat("01-03", 20)]
        let long = try play(bars, [buy("a", 25)], actions: [("X", "01-03", .split(ratioE9: e9(0.1)))], cash: 100)
        XCTAssertEqual(long.changes, ["X split 2", "X CASH_IN_LIEU 10"])
        XCTAssertEqual(long.cash, dollars(60))
        let short = try play(bars, [sell("a", 25)], actions: [("X", "01-03", .split(ratioE9: e9(0.1)))], cash: 100)
        XCTAssertEqual(short.changes, ["X split -2", "X CASH_IN_LIEU -10"])
        let gone = try play(bars, [buy("a", 9)], actions: [("X", "01-03", .split(ratioE9: e9(0.1)))], cash: 100)
        XCTAssertEqual(gone.changes, ["X split 0", "X CASH_IN_LIEU 18"])
    }

    func testRule17_AnOrderWithLessThanALotLeftIsCancelled() throws {
        let outcome = try play(
            [flat("01-02", 2), flat("01-03", 20)], [buy("a", 9, limit(1)), buy("b", 19, limit(1))],
            actions: [("X", "01-03", .split(ratioE9: e9(0.1)))])
        XCTAssertEqual(outcome.log, ["X split 0", "a cancelled below_lot price 01-03", "b 1 10 split"])
    }

    func testRule17_APartlyFilledOrderKeepsItsOldSharesAndGetsNewOnes() throws {
        let bars = [flat("01-02", 100, volume: 400), flat("01-03", 50)]
        let outcome = try play(bars, [buy("a", 100)], actions: [("X", "01-03", .split(ratioE9: e9(2)))])
        XCTAssertEqual(
            outcome.log, ["a +40@100 market_open 01-02", "X split 80", "a 160 split", "a +120@50 market_open 01-03"])
        XCTAssertEqual(outcome.positions["X"], shares(200))
    }

    func testRule17_BracketsSplitAsFamilies() throws {
        let bars = [flat("01-02", 100, volume: 450), flat("01-03", 1_000, volume: 0), flat("01-06", 1_300)]
        let outcome = try play(
            bars,
            [
                buy("entry", 100, limit(101)), sell("stop", 100, stop(95), parent: "entry"),
                sell("target", 100, limit(120), parent: "entry"),
            ], actions: [("X", "01-03", .split(ratioE9: e9(0.1)))])
        XCTAssertEqual(
            outcome.log,
            [
                "entry +45@100 limit_open 01-02", "X split 4", "X CASH_IN_LIEU 500", "entry 50 1010 split",
                "stop 9 950 split",
                "target 9 1200 split", "entry cancelled exit_filled price 01-06", "stop 4 950 parent",
                "target 4 1200 parent",
                "target -4@1300 limit_open 01-06", "stop cancelled oca price 01-06",
            ])
        XCTAssertEqual(outcome.positions["X"], .zero)
    }

    func testRule17_AnEntryThatASplitEndsTakesOrLeavesItsExits() throws {
        let bars = [flat("01-02", 100), flat("01-03", 1_000)]
        let outcome = try play(
            bars, [buy("entry", 9, limit(50)), sell("stop", 9, stop(40), parent: "entry")],
            actions: [("X", "01-03", .split(ratioE9: e9(0.1)))])
        XCTAssertEqual(
            outcome.log,
            ["X split 0", "entry cancelled below_lot price 01-03", "stop cancelled parent_cancelled parent 01-03"])
    }

    func testRule17_TrailingLevelsAndPricesRoundAwayFromTheMarketAndAggression() throws {
        let outcome = try play(
            [flat("01-02", 100), flat("01-03", 33)],
            [
                buy("bl", 1, limit(50)), sell("sl", 1, limit(200)), buy("bs", 1, stop(200)), sell("ss", 1, stop(50)),
                sell("tr", 1, trailing(10, from: 50)),
            ], instruments: [Instrument(ticker: "X", tickSize: price(0.01))],
            actions: [("X", "01-03", .split(ratioE9: e9(3)))])
        XCTAssertEqual(
            outcome.changes,
            [
                "X split 0", "bl 3 16.66 split", "sl 3 66.67 split", "bs 3 66.67 split", "ss 3 16.66 split",
                "tr 3 trail 3.33333333 from 16.66 split",
            ])
    }

    func testRule17_ADateDecisionComesBeforeTheSplitOfTheNextDay() throws {
        let bars = [flat("01-02", 100), flat("01-03", 50)]
        let split = [(ticker: "X", exDate: "01-03", kind: CorporateAction.Kind.split(ratioE9: e9(2)))]
        XCTAssertEqual(try play(bars, [buy("a", 10, at: "01-02")], actions: split).briefFills, ["+20@50 market_open"])
        XCTAssertEqual(
            try play(bars, [buy("a", 10, at: "01-03 00:00")], actions: split).briefFills, ["+10@50 market_open"])
    }

    func testRule17_DividendsArePaidOnWhatWasHeldBeforeTheExDate() throws {
        let bars = [flat("01-02", 100), flat("01-02", 10, of: "Y"), flat("01-03", 99), flat("01-03", 10, of: "Y")]
        let dividends = [
            (ticker: "X", exDate: "01-03", kind: CorporateAction.Kind.dividend(perShare: price(1.25))),
            (ticker: "Y", exDate: "01-03", kind: .dividend(perShare: price(0.123456789))),
        ]
        let outcome = try play(
            bars,
            [buy("long", 10), sell("short", 3, of: "Y"), buy("later", 10, at: "01-02"), buy("open", 1, limit(50))],
            actions: dividends)
        XCTAssertEqual(outcome.changes, ["X DIVIDEND 12.5", "Y DIVIDEND -0.37037"])
        XCTAssertEqual(outcome.open, ["open price"], "open orders are not adjusted")
    }

    func testRule17_ADividendAndASplitOfOneDayPayOnTheOldShares() throws {
        let outcome = try play(
            [flat("01-02", 100), flat("01-03", 50)], [buy("a", 10)],
            actions: [("X", "01-03", .split(ratioE9: e9(2))), ("X", "01-03", .dividend(perShare: price(1)))])
        XCTAssertEqual(outcome.changes, ["X DIVIDEND 10", "X split 20"])
    }

    func testRule17_BorrowIsChargedForTheDaysToTheNextSessionOnTheValueAtTheClose() throws {
        let bars = [
            bar("01-02", 100, 100, 100, 110), bar("01-03", 110, 120, 100, 120), bar("01-06", 120, 120, 120, 120),
        ]
        let rules = SimulationRules.plain.with { $0.borrowRateE9 = e9(0.36) }
        XCTAssertEqual(
            try play(bars, [sell("a", 10), buy("b", 10, at: "01-03")], rules).changes,
            ["X BORROW -1.1", "X BORROW -3.6"])
        let own = [Instrument(ticker: "X", borrowRateE9: e9(0.72))]
        XCTAssertEqual(
            try play(bars, [sell("a", 10), buy("b", 10, at: "01-02")], rules, instruments: own).changes,
            ["X BORROW -2.2"])
        XCTAssertEqual(try play(bars, [sell("a", 10)]).changes, [], "0 when absent")
        XCTAssertEqual(try play(bars, [buy("a", 10)], rules).changes, [], "a long pays none")
    }

    func testRule17_BorrowIsRoundedHalfUp() throws {
        // 0.0001 × 360 days' rate of 1 ÷ 360 … = 0.0000005 exactly, and a hair less
        let rules = SimulationRules.plain.with { $0.borrowRateE9 = e9(0.00018) }
        XCTAssertEqual(
            try play([flat("01-02", 1), flat("01-03", 1)], [sell("a", 1)], rules).changes, ["X BORROW -0.000001"])
        XCTAssertEqual(try play([flat("01-02", 0.999), flat("01-03", 1)], [sell("a", 1)], rules).changes, [])
    }

    // MARK: - Rule 18

    func testRule18_OpenAtTheEndOfTheDataIsWorkingWithItsLimitation() throws {
        let outcome = try play(
            [flat("01-02", 100, volume: 400)],
            [
                buy("capped", 100), buy("price", 1, limit(50)), buy("absent", 1, of: "Y"),
                sell("child", 1, stop(1), parent: "price"),
                buy("unseen", 1, at: "01-02"),
            ])
        XCTAssertEqual(outcome.ends, [])
        XCTAssertEqual(
            outcome.open, ["capped volume_limit", "price price", "absent no_bar", "unseen no_bar", "child parent"])
    }

    func testRule18_ADayOrderExpiresAtTheEndOfTheDataToo() throws {
        XCTAssertEqual(
            try play([flat("01-02", 100)], [buy("a", 1, limit(50), .day)]).ends, ["a expired day_ended price 01-03"])
    }

    func testRule18_AnOrderTheDataNeverReachesStaysOpen() throws {
        XCTAssertEqual(try play([flat("01-02", 100)], [buy("a", 1, .market, at: "01-02", .day)]).open, ["a no_bar"])
    }
}
