import OrderPlanning
import OrderRouting
import TradingModel
import XCTest

final class ExecutionEngineTests: XCTestCase {
    private func units(_ units: Int64) -> Quantity { Quantity(units: units) }

    // MARK: - The straight line

    func testATargetBecomesAnOrderAndAPosition() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 10)])
        XCTAssertEqual(desk.sent, ["1 BUY 10"])
        XCTAssertEqual(desk.status(1), "WORKING")
        try desk.fill(1, 4, at: 100, commission: 1)
        XCTAssertEqual(desk.status(1), "WORKING")
        try desk.fill(1, 6, at: 110)
        XCTAssertEqual(desk.status(1), "FILLED")
        XCTAssertEqual(desk.held(0), units(10))
        XCTAssertEqual(desk.engine.cash, Money(e6: (1_000_000 - 400 - 1 - 660) * Money.scale))
        XCTAssertEqual(desk.orders[OrderNumber(1)]?.averagePrice, Price(e8: 106 * Price.scale))
        XCTAssertEqual(
            desk.journal.events.map(\.kind.code), ["CREATED", "SUBMITTED", "ACCEPTED", "FILL", "FILL"])
        XCTAssertEqual(desk.journal.events.map(\.trade), [nil, nil, nil, 1, 2])
        XCTAssertEqual(desk.journal.trades.map(\.decision), [DecisionID(0), DecisionID(0)])
        XCTAssertEqual(desk.planned, ["0: 10 held 0 open 0 planned 10"])
        try desk.checkBooks()
    }

    func testTheRequestCarriesTheOrder() throws {
        var desk = try Desk(latency_ms: 250)
        try desk.decide(0, [(0, 10), (1, -5)])
        let orders = desk.venue.submitted
        XCTAssertEqual(orders.map(\.arrival.ms), [desk.time.ms + 250, desk.time.ms + 250])
        XCTAssertEqual(orders.map(\.decidedAt), [desk.time, desk.time])
        XCTAssertEqual(orders.map(\.phase), [2, 1])
        XCTAssertEqual(orders.map(\.row), [0, 2])
        XCTAssertEqual(orders.map(\.cashRule), [.wait, .unchecked])
        XCTAssertEqual(orders.map(\.isDecidedOnDate), [false, false])
    }

    /// Rule 1: latency is added to instants, never to dates.
    func testLatencyIsNotAddedToDates() throws {
        var desk = try Desk(latency_ms: 250)
        try desk.decide(0, [(0, 10)], at: DecisionTime(instant: desk.time, isDate: true))
        XCTAssertEqual(desk.venue.submitted.map(\.arrival), [desk.time])
        XCTAssertEqual(desk.venue.submitted.map(\.isDecidedOnDate), [true])
        try desk.decide(1, [(0, 20)], at: DecisionTime(instant: desk.time, isDate: true))
        XCTAssertEqual(desk.venue.requests.last, .cancel(OrderNumber(1), effective: desk.time, reason: .superseded))
        try desk.decide(2, [(1, 20)])
        try desk.decide(3, [(1, 30)])
        XCTAssertEqual(
            desk.venue.requests.last, .cancel(OrderNumber(2), effective: desk.time.adding(ms: 250), reason: .superseded)
        )
    }

    func testAFlipIsACloseAndAnOpenOfOneTarget() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 10)])
        try desk.fill(1, 10)
        try desk.decide(1, [(0, -5)])
        XCTAssertEqual(desk.sent, ["1 BUY 10", "2 SELL 10", "3 SELL 5"])
        XCTAssertEqual(desk.orders[OrderNumber(2)]?.action, .close)
        XCTAssertEqual(desk.orders[OrderNumber(3)]?.action, .openShort)
        XCTAssertEqual([2, 3].map { desk.orders[OrderNumber($0)]?.leg }, [0, 1])
        XCTAssertEqual(desk.venue.submitted.map(\.row), [0, 0, 1])
        XCTAssertEqual(desk.journal.targets.count, 2)
        try desk.fill(2, 10)
        try desk.fill(3, 5)
        XCTAssertEqual(desk.held(0), units(-5))
        try desk.checkBooks()
    }

    func testWeightsAreOfTheEquityAtTheLastCloses() throws {
        var desk = try Desk(cash: 10_000)
        try desk.decide(0, [(0, 50)])
        try desk.fill(1, 50)
        desk.closes[0] = Price(e8: 200 * Price.scale)
        // 5,000 of cash and 50 × 200.
        XCTAssertEqual(try desk.engine.equity(at: desk.closes), Money(e6: 15_000 * Money.scale))
        let request = TargetRequest(
            row: 0, instrument: InstrumentID(1), size: .weight(e12: 200_000_000_000), referencePrice: nil,
            type: .market,
            timeInForce: .day)
        try desk.take(
            .decide(
                [TargetBatch(decision: DecisionID(1), targets: [request])],
                at: DecisionTime(instant: desk.time, isDate: false),
                lastCloses: desk.closes))
        XCTAssertEqual(desk.sent.last, "2 BUY 30")
        XCTAssertEqual(desk.orders[OrderNumber(2)]?.arrivalPrice, Price(e8: 100 * Price.scale))
    }

    func testAReferencePriceGoesBeforeTheLastClose() throws {
        var desk = try Desk()
        let request = TargetRequest(
            row: 0, instrument: InstrumentID(0), size: .notional(Money(e6: 1_000 * Money.scale)),
            referencePrice: Price(e8: 50 * Price.scale), type: .market, timeInForce: .day)
        let batch = TargetBatch(decision: DecisionID(0), targets: [request])
        try desk.take(.decide([batch], at: DecisionTime(instant: desk.time, isDate: false), lastCloses: desk.closes))
        XCTAssertEqual(desk.sent, ["1 BUY 20"])
        XCTAssertEqual(desk.journal.targets.first?.referencePrice, Price(e8: 50 * Price.scale))
    }

    func testATargetWithoutAPriceIsAnErrorThatNamesTheTicker() throws {
        var desk = try Desk()
        desk.closes[1] = nil
        try desk.decide(0, [(1, 5)])
        XCTAssertEqual(desk.sent, ["1 BUY 5"], "a quantity needs no price")
        let request = TargetRequest(
            row: 0, instrument: InstrumentID(1), size: .notional(Money(e6: 1)), referencePrice: nil, type: .market,
            timeInForce: .day)
        let batch = TargetBatch(decision: DecisionID(1), targets: [request])
        XCTAssertThrowsError(
            try desk.take(
                .decide([batch], at: DecisionTime(instant: desk.time, isDate: false), lastCloses: desk.closes))
        ) {
            XCTAssertEqual($0 as? MissingPrice, MissingPrice(ticker: "B", time: desk.time))
            XCTAssertTrue("\($0)".hasPrefix("B has no close before 2001-09-09T01:46:40.000Z"), "\($0)")
        }
    }

    func testADeniedOrderIsJournaledAndNeverSent() throws {
        var desk = try Desk()
        desk.closes[0] = Price(e8: .max)
        try desk.decide(0, [(0, 1_000_000_000)])
        XCTAssertEqual(desk.sent, [])
        XCTAssertEqual(desk.status(1), "DENIED notional_overflow")
        XCTAssertEqual(desk.journal.riskDecisions.map(\.reason), [.notionalOverflow])
        XCTAssertEqual(desk.journal.riskDecisions.map(\.approved), [.zero])
        XCTAssertEqual(desk.engine.statistics.shortfalls.map(\.key.status), ["DENIED"])
        try desk.decide(1, [(0, 0)])
        XCTAssertEqual(desk.venue.requests, [], "a denied order is not open")
        try desk.checkBooks()
    }

    // MARK: - Cancel, then plan

    /// Failure-catalogue 13 and 23: a new plan counts what the old order filled while its cancel was on the way.
    func testANewPlanWaitsForTheCancelAndCountsTheRacingFill() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 100)])
        try desk.fill(1, 30)
        try desk.decide(1, [(0, 120)])
        XCTAssertEqual(desk.sent, ["1 BUY 100"], "nothing is sent before the confirmation")
        XCTAssertEqual(desk.venue.cancelled, [OrderNumber(1)])
        XCTAssertEqual(desk.planned.count, 1)
        try desk.fill(1, 50)
        XCTAssertEqual(desk.sent.count, 1)
        try desk.confirmCancels()
        XCTAssertEqual(desk.status(1), "CANCELLED superseded")
        XCTAssertEqual(desk.sent, ["1 BUY 100", "2 BUY 40"])
        XCTAssertEqual(desk.planned.last, "1: 120 held 80 open 0 planned 40")
        try desk.fill(2, 40)
        XCTAssertEqual(desk.held(0), units(120))
        try desk.checkBooks()
    }

    /// Failure-catalogue 14: the exit never sells more than is held.
    func testAnExitAfterAPartlyFilledExitSellsTheRestOnly() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 100)])
        try desk.fill(1, 100)
        try desk.decide(1, [(0, 0)], type: .limit(Price(e8: 101 * Price.scale)))
        try desk.fill(2, 60)
        try desk.decide(2, [(0, 0)])
        try desk.fill(2, 15)
        try desk.confirmCancels()
        XCTAssertEqual(desk.sent, ["1 BUY 100", "2 SELL 100", "3 SELL 25"])
        try desk.fill(3, 25)
        XCTAssertEqual(desk.held(0), .zero)
        try desk.checkBooks()
    }

    func testAPlanGoesOnWhenTheOrderFillsInsteadOfBeingCancelled() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 100)])
        try desk.decide(1, [(0, 40)])
        try desk.fill(1, 100)
        XCTAssertEqual(desk.sent, ["1 BUY 100", "2 SELL 60"])
        try desk.confirmCancels()
        XCTAssertEqual(desk.sent.count, 2)
        try desk.checkBooks()
    }

    func testAPlanGoesOnWhenTheOrderIsRejectedOrExpires() throws {
        for isExpiry in [true, false] {
            var desk = try Desk()
            try desk.decide(0, [(0, 100)])
            try desk.decide(1, [(0, 40)])
            desk.venue.forget(OrderNumber(1))
            try desk.take(
                .venue(
                    isExpiry
                        ? .expired(OrderNumber(1), reason: .dayEnded, limitedBy: .noBar, at: desk.time)
                        : .rejected(OrderNumber(1), reason: .insufficientCash, at: desk.time)))
            XCTAssertEqual(desk.sent, ["1 BUY 100", "2 BUY 40"])
            XCTAssertEqual(desk.status(1), isExpiry ? "EXPIRED day_ended" : "REJECTED insufficient_cash")
            XCTAssertEqual(desk.orders[OrderNumber(1)]?.limitedBy, isExpiry ? .noBar : nil)
            try desk.checkBooks()
        }
    }

    func testAPlanWaitsForEveryOrderOfItsTicker() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 10), (1, 10)])
        try desk.fill(1, 10)
        try desk.decide(1, [(0, -10)])
        XCTAssertEqual(desk.sent.count, 4)
        try desk.decide(2, [(0, 0)])
        XCTAssertEqual(desk.venue.cancelled, [3, 4].map { OrderNumber($0) })
        try desk.fill(3, 10)
        XCTAssertEqual(desk.sent.count, 4, "order 4 is still open")
        try desk.confirmCancels()
        XCTAssertEqual(desk.sent.count, 4, "nothing is left to do")
        XCTAssertEqual(desk.planned.last, "2: 0 held 0 open 0 planned 0")
        XCTAssertEqual(desk.venue.open, [OrderNumber(2)], "the other ticker's order is left alone")
        try desk.checkBooks()
    }

    func testAnOrderIsAskedToCancelOnce() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 100)])
        try desk.decide(1, [(0, 40)])
        try desk.decide(2, [(0, 50)])
        XCTAssertEqual(desk.venue.cancelled, [OrderNumber(1)])
        XCTAssertEqual(desk.journal.events.filter { $0.kind == .cancelRequested }.count, 1)
        XCTAssertEqual(desk.planned, ["0: 100 held 0 open 0 planned 100", "1: 40 held 0 open 0 planned 0 superseded"])
        try desk.confirmCancels()
        XCTAssertEqual(desk.sent, ["1 BUY 100", "2 BUY 50"], "only the newest plan is carried out")
        XCTAssertEqual(desk.planned.last, "2: 50 held 0 open 0 planned 50")
        try desk.decide(3, [(0, 0)])
        XCTAssertEqual(desk.venue.cancelled, [1, 2].map { OrderNumber($0) }, "a slot that is used again starts afresh")
        try desk.checkBooks()
    }

    func testTwoDecisionsOfOneTimeForOneTicker() throws {
        var desk = try Desk()
        desk.venue.cancelsAtOnce = true
        let batches = [10, 25].enumerated().map { index, units in
            TargetBatch(
                decision: DecisionID(index),
                targets: [
                    TargetRequest(
                        row: Int64(index), instrument: InstrumentID(0), size: .quantity(self.units(units)),
                        referencePrice: nil,
                        type: .market, timeInForce: .day)
                ])
        }
        try desk.take(.decide(batches, at: DecisionTime(instant: desk.time, isDate: true), lastCloses: desk.closes))
        XCTAssertEqual(desk.venue.open, [OrderNumber(2)])
        try desk.fill(2, 25)
        XCTAssertEqual(desk.held(0), units(25))
        XCTAssertEqual(desk.engine.statistics.decisions, 2)
        try desk.checkBooks()
    }

    func testPlansThatStillWaitWhenTheDataEndsAreJournaled() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 100), (1, 5)])
        try desk.decide(1, [(1, 40), (0, 30)])
        try desk.take(.venue(.open(OrderNumber(1), limitedBy: .noVolume)))
        try desk.take(.endOfData)
        XCTAssertEqual(
            Array(desk.planned.suffix(2)),
            ["1: 30 held 0 open 0 planned 0 end_of_data", "1: 40 held 0 open 0 planned 0 end_of_data"])
        XCTAssertEqual(desk.status(1), "WORKING")
        XCTAssertEqual(desk.orders[OrderNumber(1)]?.limitedBy, .noVolume)
        XCTAssertEqual(desk.engine.statistics.shortfalls.values.reduce(0, +), 2)
        try desk.checkBooks()
    }

    // MARK: - Open orders kept

    /// Failure-catalogue 23: with `keep` the open orders count.
    func testKeptOrdersAreSubtracted() throws {
        var desk = try Desk(PlanningRules(openOrders: .keep))
        try desk.decide(0, [(0, 100)])
        try desk.fill(1, 30)
        try desk.decide(1, [(0, 120)])
        XCTAssertEqual(desk.sent, ["1 BUY 100", "2 BUY 20"])
        XCTAssertEqual(desk.venue.cancelled, [])
        XCTAssertEqual(desk.planned.last, "1: 120 held 30 open 70 planned 20")
        try desk.decide(2, [(0, 120)])
        XCTAssertEqual(desk.sent.count, 2)
        try desk.fill(1, 70)
        try desk.fill(2, 20)
        XCTAssertEqual(desk.held(0), units(120))
        try desk.decide(3, [(0, 0)])
        try desk.decide(4, [(0, -10)])
        XCTAssertEqual(Array(desk.sent.suffix(2)), ["3 SELL 120", "4 SELL 10"])
        XCTAssertEqual(desk.orders[OrderNumber(4)]?.action, .reduce, "what is held tells")
        try desk.checkBooks()
    }

    /// A broker gets orders by their numbers, a simulation queues them by their rows.
    func testNumbersFollowTheRowsWhicheverDecisionTheyAreOf() throws {
        var desk = try Desk()
        let targets = [(0, 10), (1, 20), (2, 30)].map { row, units in
            TargetRequest(
                row: Int64(row), instrument: InstrumentID(row), size: .quantity(Quantity(units: Int64(units))),
                referencePrice: nil, type: .market, timeInForce: .day)
        }
        let batches = [
            TargetBatch(decision: DecisionID(0), targets: [targets[0], targets[2]]),
            TargetBatch(decision: DecisionID(1), targets: [targets[1]]),
        ]
        try desk.take(
            .decide(batches, at: DecisionTime(instant: desk.time, isDate: false), lastCloses: desk.closes))
        XCTAssertEqual(desk.sent, ["1 BUY 10", "2 BUY 20", "3 BUY 30"])
        XCTAssertEqual((1...3).map { desk.orders[OrderNumber($0)]?.decision.index }, [0, 1, 0])
    }

    // MARK: - Missing targets

    func testMissingTargetsAreClosedBehindBothLegsOfTheLastOne() throws {
        var desk = try Desk(PlanningRules(missingTargets: .close))
        try desk.decide(0, [(0, 10), (1, 10)])
        try desk.fill(1, 10)
        try desk.fill(2, 10)
        try desk.decide(1, [(1, -5)])
        let sent = desk.venue.submitted.dropFirst(2)
        XCTAssertEqual(sent.map(\.number.value), [3, 4, 5])
        XCTAssertEqual(sent.map(\.row), [0, 1, 2])
        XCTAssertEqual(sent.last?.terms.instrument, InstrumentID(0))
    }

    func testMissingTargetsAreHeldUnlessTold() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 10), (1, 10)])
        try desk.fill(1, 10)
        try desk.decide(1, [(2, 10)])
        XCTAssertEqual(desk.venue.cancelled, [])
        XCTAssertEqual(desk.sent, ["1 BUY 10", "2 BUY 10", "3 BUY 10"])
        XCTAssertEqual(desk.journal.targets.count, 3)
    }

    func testMissingTargetsAreClosed() throws {
        var desk = try Desk(PlanningRules(missingTargets: .close))
        try desk.decide(0, [(0, 10), (1, 10), (2, 5)])
        try desk.fill(1, 10)
        try desk.fill(3, 5)
        // A is held, B has nothing but an open order, C is named.
        try desk.decide(1, [(2, 7)])
        try desk.confirmCancels()
        XCTAssertEqual(Array(desk.sent.dropFirst(3)), ["4 BUY 2", "5 SELL 10"])
        XCTAssertEqual(desk.status(2), "CANCELLED superseded")
        XCTAssertEqual(
            Array(desk.planned.suffix(3)),
            ["1: 7 held 5 open 0 planned 2", "1: 0 held 10 open 0 planned -10", "1: 0 held 0 open 0 planned 0"])
        XCTAssertEqual(desk.engine.statistics.targets, 6)
        try desk.fill(5, 10)
        try desk.fill(4, 2)
        try desk.decide(2, [])
        XCTAssertEqual(desk.sent.last, "6 SELL 7", "an empty batch closes everything")
        try desk.checkBooks()
    }

    // MARK: - Late and wrong reports

    /// Failure-catalogue 12: an order reported cancelled had filled.
    func testALateFillAfterACancelIsBookedAndCountedOnce() throws {
        var desk = try Desk()
        desk.collects = false
        try desk.decide(0, [(0, 100)])
        try desk.take(.venue(.cancelled(OrderNumber(1), reason: .superseded, limitedBy: .volumeLimit, at: desk.time)))
        XCTAssertEqual(desk.engine.statistics.shortfalls.values.reduce(0, +), 1)
        try desk.fill(1, 40)
        XCTAssertEqual(desk.held(0), units(40))
        XCTAssertEqual(desk.engine.statistics.partlyFilledOrders, 1)
        XCTAssertEqual(desk.engine.statistics.shortfalls.values.reduce(0, +), 1)
        try desk.fill(1, 60)
        XCTAssertEqual(desk.engine.statistics.filledOrders, 1)
        XCTAssertEqual(desk.engine.statistics.partlyFilledOrders, 0)
        XCTAssertEqual(desk.engine.statistics.shortfalls, [:])
        let batch = desk.collect()
        XCTAssertEqual(batch.newOrders.map(\.state), [.filled])
        XCTAssertEqual(batch.newOrders.map(\.limitedBy), [nil], "a filled order is limited by nothing")
        try desk.checkBooks()
    }

    func testAReportOnAnOrderThatWasNeverSentIsAnError() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 100)])
        for number in [0, 2, -1, .max] as [Int64] {
            let order = OrderNumber(number)
            let reports: [VenueEvent] = [
                .accepted(order, at: desk.time), .rejected(order, reason: .offTick, at: desk.time),
                .cancelled(order, reason: .oca, limitedBy: nil, at: desk.time),
                .expired(order, reason: .dayEnded, limitedBy: nil, at: desk.time), .open(order, limitedBy: nil),
            ]
            for report in reports {
                XCTAssertThrowsError(try desk.take(.venue(report))) {
                    XCTAssertEqual($0 as? UnknownOrder, UnknownOrder(number: order), "\(report)")
                }
            }
        }
    }

    func testAReportOnAForgottenOrderIsAnError() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 100)])
        try desk.fill(1, 100)
        XCTAssertThrowsError(
            try desk.take(.venue(.cancelled(OrderNumber(1), reason: .oca, limitedBy: nil, at: desk.time)))
        ) {
            XCTAssertEqual($0 as? UnknownOrder, UnknownOrder(number: OrderNumber(1)))
            XCTAssertEqual("\($0)", "the venue reports on order 1, which this run has not sent or has closed")
        }
    }

    func testAMoveThatTheLifeCycleDoesNotHaveIsAnErrorThatChangesNothing() throws {
        var desk = try Desk()
        desk.collects = false
        try desk.decide(0, [(0, 100)])
        let fill = try desk.venue.fill(OrderNumber(1), units(100), at: Price(e8: 1), desk.time)
        try desk.take(.venue(fill))
        for report in [VenueEvent.accepted(OrderNumber(1), at: desk.time), fill] {
            XCTAssertThrowsError(try desk.take(.venue(report))) { XCTAssertTrue($0 is IllegalTransition, "\($0)") }
        }
        XCTAssertEqual(desk.held(0), units(100))
        XCTAssertEqual(desk.engine.statistics.fills, 1)
        XCTAssertEqual(desk.collect().newOrders.map(\.filled), [units(100)])
        try desk.checkBooks()
    }

    func testAFillThatContradictsItsOrderIsAnError() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 100)])
        guard case .filled(let fill) = try desk.venue.fill(OrderNumber(1), units(10), at: Price(e8: 1), desk.time)
        else {
            return XCTFail("no fill")
        }
        var wrong = [fill, fill, fill, fill]
        wrong[0].instrument = InstrumentID(1)
        wrong[1].side = .sell
        wrong[2].quantity = .zero
        wrong[3].quantity = units(-10)
        for fill in wrong {
            XCTAssertThrowsError(try desk.take(.venue(.filled(fill)))) {
                XCTAssertEqual($0 as? ContradictoryFill, ContradictoryFill(order: OrderNumber(1)))
            }
        }
        try desk.take(.venue(.filled(fill)))
        try desk.checkBooks()
    }

    // MARK: - Numbers that do not fit

    func testSumsThatDoNotFitAreErrors() throws {
        let huge = Quantity(units: 1_000_000_000)
        let cheap = Price(e8: 1)
        // Positions: 92 fills of a thousand million units fit, the next does not.
        var desk = try Desk(PlanningRules(openOrders: .keep), cash: 1_000_000_000)
        desk.closes = [cheap, cheap, cheap]
        func own(_ row: Int64, _ side: Side) -> OwnOrder {
            OwnOrder(
                row: row, decision: DecisionID(0),
                terms: OrderTerms(
                    instrument: InstrumentID(0), side: side, quantity: huge, type: .market,
                    timeInForce: .goodTilCancelled))
        }
        let now = DecisionTime(instant: desk.time, isDate: false)
        try desk.take(.place((0..<93).map { own($0, .buy) }, at: now, lastCloses: desk.closes))
        // Open orders: their sum does not fit either.
        XCTAssertThrowsError(try desk.decide(1, [(0, 0)])) {
            XCTAssertEqual($0 as? ArithmeticOverflow, ArithmeticOverflow("the open orders of A"))
        }
        for number in 1...92 as ClosedRange<Int64> { try desk.fill(number, 1_000_000_000, at: 0) }
        XCTAssertThrowsError(try desk.fill(93, 1_000_000_000, at: 0)) { XCTAssertTrue($0 is ArithmeticOverflow) }
    }

    func testATargetThatDoesNotFitIsAnErrorThatNamesTheTicker() throws {
        var desk = try Desk()
        let request = TargetRequest(
            row: 0, instrument: InstrumentID(1), size: .notional(Money(e6: .max)), referencePrice: Price(e8: 1),
            type: .market,
            timeInForce: .day)
        let batch = TargetBatch(decision: DecisionID(0), targets: [request])
        XCTAssertThrowsError(
            try desk.take(
                .decide([batch], at: DecisionTime(instant: desk.time, isDate: false), lastCloses: desk.closes))
        ) { XCTAssertEqual("\($0)", "the target quantity of B does not fit its number type") }
        try desk.decide(1, [(0, 10)])
        try desk.fill(1, 10)
        XCTAssertThrowsError(try desk.decide(2, [(0, -92_233_720_368)])) {
            XCTAssertEqual("\($0)", "the change of the position in A does not fit its number type")
        }
    }

    func testEquityThatDoesNotFitIsAnError() throws {
        var desk = try Desk(cash: 1_000_000_000)
        try desk.decide(0, [(0, 1_000_000_000), (1, 1_000_000_000), (2, 1_000_000_000)])
        for number in 1...3 as ClosedRange<Int64> { try desk.fill(number, 1_000_000_000, at: 0) }
        for close in [Price(e8: .max), Price(e8: 1_000_000_000_000)] {
            XCTAssertThrowsError(try desk.engine.equity(at: [close, close, close])) {
                XCTAssertTrue($0 is ArithmeticOverflow)
            }
        }
    }

    func testCashThatDoesNotFitIsAnError() throws {
        var desk = try Desk(cash: 0)
        try desk.take(.deposit(Money(e6: .max), at: desk.time))
        XCTAssertThrowsError(try desk.take(.deposit(Money(e6: 1), at: desk.time))) {
            XCTAssertEqual($0 as? ArithmeticOverflow, ArithmeticOverflow("the account's cash"))
        }
    }

    func testCostsOfTheRunThatDoNotFitAreErrors() throws {
        var desk = try Desk(cash: 0)
        func cash(_ kind: CashKind, _ amount: Int64) throws {
            try desk.take(.venue(.cash(kind, InstrumentID(0), Money(e6: amount), at: desk.time)))
        }
        try cash(.borrow, -.max)
        try cash(.deposit, .max)
        XCTAssertThrowsError(try cash(.borrow, -1)) {
            XCTAssertEqual($0 as? ArithmeticOverflow, ArithmeticOverflow("the cost of borrowing"))
        }
    }
}
