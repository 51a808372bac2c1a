import OrderPlanning
import OrderRouting
import RiskControl
import TradingModel
import XCTest

/// Targets of strategies: one order of all who decide a ticker at one time, and whose its fills are.
final class StrategyTests: XCTestCase {
    /// What three strategies are to hold, the one order that makes of it, and what each has when so much of it has filled.
    func testOneOrderOfAll() throws {
        let cases: [(units: [Int64?], order: [String], fills: [Int64], holdings: [String])] = [
            ([100, nil, nil], ["1 BUY 100"], [40, 60], ["40 0 0 | 0", "100 0 0 | 0"]),
            // Opposite wishes: what both want is exchanged at once.
            ([100, -40, nil], ["1 BUY 60"], [30, 30], ["70 -40 0 | 0", "100 -40 0 | 0"]),
            ([40, -100, nil], ["1 SELL 60"], [60], ["40 -100 0 | 0"]),
            ([50, -50, nil], [], [], []),
            // The same side: in proportion, the lots that are left over to who wants most for each.
            ([60, 40, nil], ["1 BUY 100"], [50, 25, 25], ["30 20 0 | 0", "45 30 0 | 0", "60 40 0 | 0"]),
            ([1, 1, 1], ["1 BUY 3"], [1, 1, 1], ["1 0 0 | 0", "1 1 0 | 0", "1 1 1 | 0"]),
            ([-30, 10, -30], ["1 SELL 50"], [25, 25], ["-18 10 -17 | 0", "-30 10 -30 | 0"]),
            ([0, 0, 0], [], [], []),
        ]
        for (units, order, fills, holdings) in cases {
            var world = try StrategyDesk()
            try world.decide(units)
            XCTAssertEqual(world.desk.sent, order, "\(units)")
            for (fill, holding) in zip(fills, holdings) {
                try world.desk.fill(1, fill, at: 100, commission: 1)
                XCTAssertEqual(world.holdings(), holding, "\(units) after \(fill)")
            }
            try world.check()
        }
    }

    /// What is exchanged is booked with the plan, at its price.
    func testExchangeNeedsNoOrder() throws {
        var world = try StrategyDesk()
        try world.decide([50, -50, nil])
        XCTAssertEqual(world.holdings(), "50 -50 0 | 0")
        XCTAssertEqual(
            world.rows,
            [
                "a asked 50 granted 50 held 0 open 0 wanted 50 crossed 50",
                "b asked -50 granted -50 held 0 open 0 wanted -50 crossed -50",
            ])
        XCTAssertEqual(
            world.desk.journal.strategies.targets.map(\.price),
            [Price(e8: 100 * Price.scale)] + [Price(e8: 100 * Price.scale)])
        XCTAssertEqual(world.desk.planned, ["0: 50 held 0 open 0 planned 50", "1: -50 held 0 open 0 planned -50"])
        try world.check()
    }

    /// The limit of the targets is the price at which neither side is worse off than it allows.
    func testExchangeIsAtTheLimit() throws {
        var world = try StrategyDesk()
        try world.decide(
            [(0, 0, .quantity(Quantity(units: 5))), (1, 0, .quantity(Quantity(units: -5)))],
            type: .limit(Price(e8: 98 * Price.scale)))
        XCTAssertEqual(world.desk.journal.strategies.targets.map(\.price.description), ["98", "98"])
    }

    func testTheOrderIsOfWhoWantsMost() throws {
        var world = try StrategyDesk()
        try world.decide([20, 50, -10])
        XCTAssertEqual(world.desk.orders.values.map(\.decision), [DecisionID(1)])
    }

    /// Long to short through zero is a CLOSE and an OPEN of one plan; who decides nothing keeps what it has.
    func testFlip() throws {
        var world = try StrategyDesk()
        try world.decide([30, 10, nil])
        try world.desk.fill(1, 40)
        try world.decide([-20, nil, -15], round: 1)
        XCTAssertEqual(world.desk.sent, ["1 BUY 40", "2 SELL 40", "3 SELL 25"])
        try world.desk.fill(3, 13)
        XCTAssertEqual(world.holdings(), "20 10 -3 | 0")
        try world.desk.fill(2, 40)
        XCTAssertEqual(world.holdings(), "-11 10 -12 | 0")
        try world.desk.fill(3, 12)
        XCTAssertEqual(world.holdings(), "-20 10 -15 | 0")
        try world.check()
    }

    /// A plan of one strategy cancels the order of another, and takes over what that has not filled.
    func testOneSupersedesAnother() throws {
        var world = try StrategyDesk()
        try world.decide([100, nil, nil])
        try world.desk.fill(1, 30)
        try world.decide([nil, 20, nil], round: 1)
        XCTAssertEqual(world.desk.sent, ["1 BUY 100"], "the older order is not confirmed gone")
        try world.desk.fill(1, 10)
        try world.desk.confirmCancels()
        XCTAssertEqual(world.desk.sent, ["1 BUY 100", "2 BUY 80"])
        XCTAssertEqual(
            Array(world.rows.suffix(2)),
            [
                "b asked 20 granted 20 held 0 open 0 wanted 20 crossed 0",
                "a asked 100 granted 100 held 40 open 0 wanted 60 crossed 0 comes along",
            ])
        try world.desk.fill(2, 80)
        XCTAssertEqual(world.holdings(), "100 20 0 | 0")
        XCTAssertEqual(world.desk.planned.count, 2, "who only comes along has no target of its own")
        try world.check()
    }

    /// What comes along goes on doing so, and its own next decision ends it.
    func testAWishComesAlongUntilItsStrategyDecides() throws {
        var world = try StrategyDesk()
        try world.decide([100, nil, nil])
        try world.decide([nil, 20, nil], round: 1)
        try world.desk.confirmCancels()
        try world.decide([nil, nil, -30], round: 2)
        try world.desk.confirmCancels()
        XCTAssertEqual(world.desk.sent, ["1 BUY 100", "2 BUY 120", "3 BUY 90"])
        XCTAssertEqual(world.holdings(), "25 5 -30 | 0", "30 exchanged")
        try world.decide([25, nil, nil], round: 3)
        try world.desk.confirmCancels()
        XCTAssertEqual(world.desk.sent.last, "4 BUY 15")
        try world.desk.fill(4, 15)
        XCTAssertEqual(world.holdings(), "25 20 -30 | 0")
        try world.check()
    }

    /// An order that ended for another reason is not wanted any more.
    func testWhatExpiredDoesNotComeAlong() throws {
        var world = try StrategyDesk()
        try world.decide([100, nil, nil])
        world.desk.venue.forget(OrderNumber(1))
        try world.desk.take(
            .venue(.expired(OrderNumber(1), reason: .dayEnded, limitedBy: .price, at: world.desk.time)))
        try world.decide([nil, 20, nil], round: 1)
        XCTAssertEqual(world.desk.sent, ["1 BUY 100", "2 BUY 20"])
        try world.check()
    }

    /// A plan that waits for cancels when a newer one comes gives it the wishes of whoever decides nothing then.
    func testAWaitingPlanIsTakenOver() throws {
        var world = try StrategyDesk()
        try world.decide([100, nil, nil])
        try world.decide([nil, 20, 5], round: 1)
        try world.decide([nil, nil, 7], round: 2)
        try world.desk.confirmCancels()
        XCTAssertEqual(world.desk.sent, ["1 BUY 100", "2 BUY 127"])
        XCTAssertEqual(
            world.desk.planned.dropFirst(),
            [
                "5: 5 held 0 open 0 planned 0 superseded", "8: 7 held 0 open 0 planned 7",
                "4: 20 held 0 open 0 planned 20",
            ])
        try world.check()
    }

    /// Orders that stay count as if they were filled, for whose they are.
    func testKeptOrders() throws {
        var world = try StrategyDesk(PlanningRules(openOrders: .keep))
        try world.decide([100, 50, nil])
        try world.desk.fill(1, 30)
        try world.decide([nil, 20, 10], round: 1)
        XCTAssertEqual(world.desk.sent, ["1 BUY 150", "2 SELL 20"])
        XCTAssertEqual(
            Array(world.rows.suffix(2)),
            [
                "b asked 20 granted 20 held 10 open 40 wanted -30 crossed -10",
                "c asked 10 granted 10 held 0 open 0 wanted 10 crossed 10",
            ])
        try world.desk.fill(2, 20)
        try world.desk.fill(1, 120)
        XCTAssertEqual(world.holdings(), "100 20 10 | 0")
        try world.check()
    }

    /// What a strategy does not name is closed where that is wanted; what others hold stays.
    func testMissingTargetsAreThoseOfTheStrategy() throws {
        var world = try StrategyDesk(PlanningRules(missingTargets: .close))
        try world.decide([(0, 0, .quantity(Quantity(units: 10))), (1, 0, .quantity(Quantity(units: 20)))])
        try world.desk.fill(1, 30)
        try world.decide([(0, 1, .quantity(Quantity(units: 5)))], round: 1)
        XCTAssertEqual(world.desk.sent, ["1 BUY 30", "2 BUY 5", "3 SELL 10"])
        try world.desk.fill(3, 10)
        XCTAssertEqual(world.holdings(), "0 20 0 | 0")
        try world.check()
    }

    /// What no strategy holds is left alone.
    func testNobodysPositionStays() throws {
        var world = try StrategyDesk()
        try world.desk.take(
            .adopt(
                [
                    HoldingRecord(
                        instrument: InstrumentID(0), quantity: Quantity(units: 500), averageCost: nil,
                        reportedAt: world.desk.time)
                ], .opening, at: world.desk.time))
        try world.decide([0, 10, nil])
        XCTAssertEqual(world.desk.sent, ["1 BUY 10"])
        try world.desk.fill(1, 10)
        XCTAssertEqual(world.holdings(), "0 10 0 | 500")
        try world.check()
    }

    func testSplit() throws {
        var world = try StrategyDesk()
        try world.decide([101, -41, nil])
        try world.desk.fill(1, 20)
        XCTAssertEqual(world.holdings(), "61 -41 0 | 0")
        // 3:2: a 91.5, b −61.5, the position 30.
        try world.desk.split(0, to: 30)
        XCTAssertEqual(world.holdings(), "92 -62 0 | 0", "the left-over lot goes to the first of equal remainders")
        try world.desk.fill(1, 60)
        XCTAssertEqual(world.holdings(), "152 -62 0 | 0")
        try world.check()
    }

    // MARK: - Capital

    /// Each strategy is cut to its part of the capital before they are netted.
    func testCapitalComesBeforeNetting() throws {
        var limits = RiskLimits()
        limits.capital = CapitalMap(shares: ["a": Share(e9: 5_000_000), "b": Share(e9: 3_000_000)])
        var world = try StrategyDesk(limits: limits)
        // Of 1,000,000: a may have 5,000, which is 50 at 100; b 3,000, which is 30; c nothing.
        try world.decide([80, -40, 10])
        XCTAssertEqual(world.desk.sent, ["1 BUY 20"])
        XCTAssertEqual(
            world.rows,
            [
                "a asked 80 granted 50 held 0 open 0 wanted 50 crossed 30 by capital.map",
                "b asked -40 granted -30 held 0 open 0 wanted -30 crossed -30 by capital.map",
                "c asked 10 granted 0 held 0 open 0 wanted 0 crossed 0 by capital.map",
            ])
        XCTAssertEqual(
            world.desk.planned,
            [
                "0: 80 held 0 open 0 planned 50 capital", "1: -40 held 0 open 0 planned -30 capital",
                "2: 10 held 0 open 0 planned 0 capital",
            ])
        XCTAssertEqual(world.desk.journal.strategies.targets.map { $0.allotted?.description }, ["5000", "3000", "0"])
        try world.desk.fill(1, 20)
        XCTAssertEqual(world.holdings(), "50 -30 0 | 0")
        try world.check()
    }

    /// A weight is a share of what the strategy is allotted; what it gives up at the same time counts first, wherever it stands.
    func testWeightsAreOfTheAllotment() throws {
        var limits = RiskLimits()
        limits.capital = CapitalMap(shares: ["a": Share(e9: 10_000_000)])
        var world = try StrategyDesk(limits: limits)
        try world.decide([(0, 0, .weight(e12: 1_000_000_000_000))])
        XCTAssertEqual(world.desk.sent, ["1 BUY 100"])
        try world.desk.fill(1, 100)
        try world.decide([(0, 1, .weight(e12: 600_000_000_000)), (0, 0, .weight(e12: 400_000_000_000))], round: 1)
        XCTAssertEqual(world.desk.sent, ["1 BUY 100", "2 BUY 60", "3 SELL 60"])
        // Nothing is left for more.
        try world.desk.fill(3, 60)
        try world.decide([(0, 2, .quantity(Quantity(units: 1)))], round: 2)
        XCTAssertEqual(world.rows.last, "a asked 1 granted 0 held 0 open 0 wanted 0 crossed 0 by capital.map")
        try world.check()
    }

    /// The tightest of a strategy's limits binds; a reduction is never cut.
    func testLimitsOfOneStrategy() throws {
        var limits = RiskLimits()
        limits.strategies["a"] = StrategyLimits(maxShare: Share(e9: 4_000_000), maxNotional: Money(e6: 3_000_000_000))
        var world = try StrategyDesk(limits: limits)
        try world.decide([80, 80, nil])
        XCTAssertEqual(
            world.rows,
            [
                "a asked 80 granted 30 held 0 open 0 wanted 30 crossed 0 by strategies.max_notional",
                "b asked 80 granted 80 held 0 open 0 wanted 80 crossed 0",
            ])
        XCTAssertEqual(world.desk.sent, ["1 BUY 110"])
        try world.desk.fill(1, 110)
        world.desk.closes[0] = Price(e8: 200 * Price.scale)
        try world.decide([20, nil, nil], round: 1)
        XCTAssertEqual(world.rows.last, "a asked 20 granted 20 held 30 open 0 wanted -10 crossed 0")
        try world.check()
    }

    /// What cannot be judged is not granted, unless it is to pass.
    func testMissingPrices() throws {
        for failsOpen in [false, true] {
            var limits = RiskLimits()
            limits.capital = CapitalMap(shares: ["a": Share(e9: 5_000_000)])
            limits.failsOpen = failsOpen
            var world = try StrategyDesk(limits: limits)
            world.desk.closes[1] = nil
            try world.desk.take(
                .adopt(
                    [
                        HoldingRecord(
                            instrument: InstrumentID(1), quantity: Quantity(units: 1), averageCost: nil,
                            reportedAt: world.desk.time)
                    ], .opening, at: world.desk.time))
            try world.decide([10, nil, nil])
            XCTAssertEqual(world.desk.sent, failsOpen ? ["1 BUY 10"] : [])
            XCTAssertEqual(
                world.desk.planned,
                [failsOpen ? "0: 10 held 0 open 0 planned 10" : "0: 10 held 0 open 0 planned 0 risk_data_unavailable"])
        }
    }

    /// The gate judges the order of all, after their capital.
    func testTheGateComesAfter() throws {
        var limits = RiskLimits()
        limits.maxOrderQuantity = Quantity(units: 50)
        var world = try StrategyDesk(limits: limits)
        try world.decide([60, 40, nil])
        XCTAssertEqual(world.desk.sent, ["1 BUY 50"])
        try world.desk.fill(1, 50)
        XCTAssertEqual(world.holdings(), "30 20 0 | 0")
        XCTAssertEqual(world.desk.journal.riskDecisions.map(\.limit), ["max_order_quantity"])
        try world.check()
    }

    // MARK: - Errors

    func testATargetWithoutAPriceIsRefused() throws {
        var world = try StrategyDesk()
        world.desk.closes[0] = nil
        XCTAssertThrowsError(try world.decide([10, nil, nil])) { XCTAssertTrue($0 is MissingPrice) }
    }

    func testCommissionsAreSharedToTheLastDigit() throws {
        var world = try StrategyDesk()
        try world.decide([1, 1, 1])
        try world.desk.fill(1, 3, at: 100, commission: 1)
        XCTAssertEqual(world.parts, ["1: a 1, b 1, c 1"])
        XCTAssertEqual(world.desk.journal.strategies.trades.map(\.commission.e6), [333_334, 333_333, 333_333])
    }
}

extension StrategyDesk {
    /// What must be true after every input.
    func check(file: StaticString = #filePath, line: UInt = #line) throws {
        try desk.checkBooks(file: file, line: line)
        try checkParts(file: file, line: line)
        try checkHoldings(file: file, line: line)
    }

    private func checkParts(file: StaticString, line: UInt) throws {
        for (trade, parts) in Dictionary(grouping: desk.journal.strategies.trades, by: \.trade) {
            let fill = try XCTUnwrap(desk.journal.trades.first { $0.number == trade }).fill
            let sum = parts.reduce(Quantity.zero) { $0 + $1.change }
            XCTAssertEqual(sum.e8, fill.quantity.e8 * fill.side.sign, "trade \(trade)", file: file, line: line)
            XCTAssertEqual(parts.reduce(.zero) { $0 + $1.commission }, fill.commission, file: file, line: line)
            XCTAssertTrue(
                parts.allSatisfy { $0.change.e8.signum() == fill.side.sign }, "nobody gives back", file: file,
                line: line
            )
        }
    }

    /// A strategy holds what it traded, what it exchanged, and what splits made of that.
    private func checkHoldings(file: StaticString, line: UInt) throws {
        let parted = Set(desk.journal.strategies.trades.map(\.trade))
        for (place, name) in StrategyDesk.names.enumerated() {
            for instrument in desk.instruments.indices {
                let id = InstrumentID(instrument)
                var sum = Quantity.zero
                for part in desk.journal.strategies.trades where Int(part.decision.index) % 3 == place {
                    let fill = try XCTUnwrap(desk.journal.trades.first { $0.number == part.trade }).fill
                    if fill.instrument == id { sum = sum + part.change }
                }
                for trade in desk.journal.trades
                where !parted.contains(trade.number) && Int(trade.decision.index) % 3 == place
                    && trade.fill.instrument == id
                {
                    sum = sum + Quantity(e8: trade.fill.quantity.e8 * trade.fill.side.sign)
                }
                for row in desk.journal.strategies.targets
                where row.instrument == id && Int(row.decision.index) % 3 == place {
                    sum = sum + row.crossed
                }
                for row in desk.journal.strategies.adjustments
                where row.instrument == id && Int(row.owner.index) % 3 == place {
                    sum = sum + row.change
                }
                XCTAssertEqual(
                    desk.engine.held(byStrategy: name, id), sum, "\(name) of \(instrument)", file: file, line: line)
            }
        }
    }
}

extension Desk {
    /// A 3:2 split of an instrument: the position, then its open orders.
    mutating func split(_ instrument: Int, to kept: Int64, ratioE9: Int64 = 1_500_000_000) throws {
        let exact = Quantity(e8: held(instrument).e8 / 1_000_000_000 * ratioE9)
        try take(
            .venue(
                .split(
                    InstrumentID(instrument), ratioE9: ratioE9, exact: exact, kept: Quantity(units: kept), at: time)))
        for number in venue.open {
            let order = try XCTUnwrap(venue.held[number])
            guard order.order.terms.instrument.index == instrument else { continue }
            var terms = order.order.terms
            let lots = order.remaining.e8 / Quantity.scale * ratioE9 / 1_000_000_000
            terms.quantity = order.filled + Quantity(units: lots)
            guard lots > 0 else {
                venue.forget(number)
                try take(.venue(.cancelled(number, reason: .belowLot, limitedBy: nil, at: time)))
                continue
            }
            venue.resize(number, to: terms)
            try take(.venue(.resized(number, terms: terms, filled: order.filled, cause: .split, at: time)))
        }
    }
}
