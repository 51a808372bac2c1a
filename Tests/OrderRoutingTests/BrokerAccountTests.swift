import OrderPlanning
import RiskControl
import TradingModel
import XCTest

@testable import OrderRouting

/// The engine over a broker's account: releases against cash, and reports that come late, twice, or from nobody's order.
final class BrokerAccountTests: XCTestCase {
    private var engine = ExecutionEngine(
        instruments: [], planning: PlanningRules(), router: ModeRouter(mode: .production, latency_ms: 0))
    private var output = EngineOutput()
    private let time = Timestamp(ms: 1_000)
    private let apple = InstrumentID(0)
    private let ibm = InstrumentID(1)

    override func setUpWithError() throws { try open(cash: 10_000, held: 0) }

    /// An account that holds some of IBM.
    private func open(
        cash: Int64, held: Int64, planning: PlanningRules = PlanningRules(), bufferE9: Int64 = 0
    ) throws {
        engine = ExecutionEngine(
            instruments: [Instrument(ticker: "AAPL"), Instrument(ticker: "IBM")], planning: planning,
            router: ModeRouter(mode: .production, latency_ms: 0), reservation: CashReservation(bufferE9: bufferE9))
        output = EngineOutput()
        let holding = HoldingRecord(
            instrument: ibm, quantity: Quantity(units: held), averageCost: price(90), reportedAt: time)
        try take(.adopt([holding], .opening, at: time))
        try take(.adoptCash(Money(e6: cash * Money.scale), .opening, at: time))
    }

    private func price(_ units: Int64) -> Price { Price(e8: units * Price.scale) }

    private func take(_ input: EngineInput) throws { try engine.handle(input, into: &output) }

    /// Plans quantities at a price of 100 and returns nothing sent.
    private func plan(_ targets: [(InstrumentID, Int64)]) throws {
        let requests = targets.enumerated().map { row, target in
            TargetRequest(
                row: Int64(row), instrument: target.0, size: .quantity(Quantity(units: target.1)), referencePrice: nil,
                type: .market, timeInForce: .day)
        }
        try take(
            .decide(
                [TargetBatch(decision: DecisionID(0), targets: requests)],
                at: DecisionTime(instant: time, isDate: false), lastCloses: [price(100), price(100)]))
    }

    /// What was asked to be sent since the last time: numbers and quantities.
    private func release() throws -> [String] {
        output.requests = []
        try take(.release(at: time))
        return output.requests.map { request in
            switch request {
            case .submit(let order): "\(order.number.value) \(order.terms.side.code) \(order.terms.quantity)"
            case .cancel(let number, _, _): "cancel \(number.value)"
            case .modify(let number, let type, _): "modify \(number.value) \(type.limitPrice.map { "\($0)" } ?? "")"
            }
        }
    }

    private func fill(
        _ number: Int64?, _ side: Side, _ units: Int64, at units_price: Int64 = 100, id: String,
        _ instrument: InstrumentID? = nil
    ) -> AccountExecution {
        AccountExecution(
            id: ExecutionID(id), order: number.map(OrderNumber.init),
            instrument: instrument ?? (side == .buy ? apple : ibm),
            side: side, quantity: Quantity(units: units), price: price(units_price), time: time)
    }

    private func state(_ number: Int64) -> OrderState? { engine.order(OrderNumber(number))?.state }

    private func submitAndAccept(_ numbers: [Int64]) throws {
        _ = try release()
        for number in numbers {
            try take(.broker(.acknowledged(OrderNumber(number), venueOrderID: "9\(number)", at: time)))
        }
    }

    // MARK: - Release

    func testNothingIsSentBeforeItsRelease() throws {
        try plan([(apple, 10)])
        XCTAssertTrue(output.requests.isEmpty)
        XCTAssertEqual(state(1), .planned)
        XCTAssertEqual(try release(), ["1 BUY 10"])
        XCTAssertEqual(try release(), [], "once")
    }

    func testSellsGoAtOnceAndBuysAsTheCashAllows() throws {
        try open(cash: 500, held: 20)
        try plan([(apple, 10), (ibm, 10)])
        XCTAssertEqual(try release(), ["2 SELL 10"], "the buy of 1,000 waits for proceeds")
        try take(.broker(.executed(fill(2, .sell, 4, id: "a.01"))))
        XCTAssertEqual(try release(), [], "900 of 1,000")
        try take(.broker(.executed(fill(2, .sell, 1, id: "b.01"))))
        XCTAssertEqual(try release(), ["1 BUY 10"], "the rest of the sell need not be waited for")
    }

    func testABuyReservesWhatItMayCost() throws {
        try open(cash: 2_000, held: 0, bufferE9: 50_000_000)
        try plan([(apple, 10), (ibm, 9)])
        XCTAssertEqual(try release(), ["1 BUY 10", "2 BUY 9"], "1,050 + 945 of 2,000")
        try open(cash: 2_000, held: 0, bufferE9: 50_000_000)
        try plan([(apple, 10), (ibm, 10)])
        XCTAssertEqual(try release(), ["1 BUY 10", "2 BUY 9"], "no sell is open, so the second is cut to 950 of cash")
        XCTAssertEqual(output.journal.riskDecisions.last?.approved, Quantity(units: 9))
        XCTAssertEqual(output.journal.riskDecisions.last?.reason, .insufficientCash)
    }

    func testABuyThatNothingPaysForEnds() throws {
        try open(cash: 50, held: 0)
        try plan([(apple, 10)])
        XCTAssertEqual(try release(), [])
        XCTAssertEqual(state(1), .cancelled(.insufficientCash))
    }

    func testRejectTakesNoPart() throws {
        try open(cash: 950, held: 0, planning: PlanningRules(insufficientCash: .reject))
        try plan([(apple, 10)])
        XCTAssertEqual(try release(), [])
        XCTAssertEqual(state(1), .cancelled(.insufficientCash))
    }

    func testWhatDidNotLeaveIsReleasedAgain() throws {
        try plan([(apple, 10)])
        _ = try release()
        try take(.broker(.notSent(OrderNumber(1), BrokerReason(code: nil, text: "disconnected"), at: time)))
        XCTAssertEqual(state(1), .planned)
        XCTAssertEqual(try release(), ["1 BUY 10"])
    }

    func testDismissedOrdersSayWhy() throws {
        try plan([(apple, 10)])
        try take(.dismiss(.dryRun, .run, at: time))
        XCTAssertEqual(state(1), .cancelled(.dryRun))
        XCTAssertEqual(try release(), [])
    }

    /// Failure catalogue, 14: an exit that has filled in part and a second exit never sell more than is held.
    func testFailure14_APartlyFilledExitAndAnEmergencyExitSellWhatIsHeld() throws {
        try open(cash: 0, held: 10)
        try plan([(ibm, 2)])
        XCTAssertEqual(try release(), ["1 SELL 8"])
        try take(.broker(.acknowledged(OrderNumber(1), venueOrderID: "91", at: time)))
        try take(.broker(.executed(fill(1, .sell, 3, id: "a.01"))))
        // Everything has to go, at once, while the first exit still works.
        output.requests = []
        try take(
            .decide(
                [
                    TargetBatch(
                        decision: DecisionID(1),
                        targets: [
                            TargetRequest(
                                row: 0, instrument: ibm, size: .quantity(.zero), referencePrice: nil, type: .market,
                                timeInForce: .day)
                        ])
                ], at: DecisionTime(instant: time, isDate: false), lastCloses: [price(100), price(100)]))
        XCTAssertEqual(output.requests.count, 1, "the cancel of the first exit, and no second one beside it")
        try take(.broker(.executed(fill(1, .sell, 1, id: "b.01"))))
        XCTAssertEqual(try release(), [], "the first exit may still fill")
        try take(.broker(.cancelled(OrderNumber(1), nil, at: time)))
        XCTAssertEqual(try release(), ["2 SELL 6"], "10 held, 4 sold")
        try take(.broker(.acknowledged(OrderNumber(2), venueOrderID: "92", at: time)))
        try take(.broker(.executed(fill(2, .sell, 6, id: "c.01"))))
        XCTAssertEqual(engine.positions[1].quantity, .zero)
    }

    // MARK: - Executions

    func testAFillBooksTradeCashAndPositionOnce() throws {
        try plan([(apple, 10)])
        try submitAndAccept([1])
        try take(.broker(.executed(fill(1, .buy, 10, id: "a.01"))))
        try take(.broker(.executed(fill(1, .buy, 10, id: "a.01"))))
        XCTAssertEqual(state(1), .filled)
        XCTAssertEqual(engine.positions[0].quantity, Quantity(units: 10))
        XCTAssertEqual(engine.cash, Money(e6: 9_000 * Money.scale))
        XCTAssertEqual(output.journal.broker.trades.count, 1)
    }

    func testALateFillAfterTheCancelCounts() throws {
        try plan([(apple, 10)])
        try submitAndAccept([1])
        try take(.cancelOpen(.timeout, .run, at: time))
        try take(.broker(.cancelled(OrderNumber(1), nil, at: time)))
        XCTAssertEqual(state(1), .cancelled(.timeout))
        try take(.broker(.executed(fill(1, .buy, 4, id: "a.01"))))
        XCTAssertEqual(state(1), .cancelled(.timeout))
        XCTAssertEqual(engine.order(OrderNumber(1))?.filled, Quantity(units: 4))
        try take(.broker(.executed(fill(1, .buy, 6, id: "b.01"))))
        XCTAssertEqual(state(1), .filled)
        XCTAssertEqual(engine.openOrderCount(), 0)
    }

    func testADeadOrderMayComeBackToLife() throws {
        try plan([(apple, 10)])
        try submitAndAccept([1])
        try take(.broker(.cancelled(OrderNumber(1), nil, at: time)))
        XCTAssertEqual(engine.openOrderCount(), 0)
        try take(.broker(.acknowledged(OrderNumber(1), venueOrderID: "91", at: time)))
        XCTAssertEqual(state(1), .working)
        XCTAssertEqual(engine.openOrderCount(), 1)
    }

    func testAnExecutionByHandIsATradeOfNobody() throws {
        try take(.broker(.executed(fill(nil, .buy, 3, id: "h.01"))))
        XCTAssertEqual(engine.positions[0].quantity, Quantity(units: 3))
        XCTAssertNil(output.journal.broker.trades.last?.order)
        XCTAssertNil(output.journal.broker.trades.last?.decision)
    }

    func testAnExecutionThatCannotBeOfItsOrderIsBookedAndSaid() throws {
        try plan([(apple, 10)])
        try submitAndAccept([1])
        try take(.broker(.executed(fill(1, .sell, 2, id: "x.01", apple))))
        XCTAssertEqual(engine.positions[0].quantity, Quantity(units: -2))
        XCTAssertNil(output.journal.broker.trades.last?.order)
        XCTAssertEqual(output.journal.broker.notifications.map(\.code), ["contradictory_execution"])
    }

    func testMoreThanWasOrderedIsBookedAndSaid() throws {
        try plan([(apple, 10)])
        try submitAndAccept([1])
        try take(.broker(.executed(fill(1, .buy, 10, id: "a.01"))))
        try take(.broker(.executed(fill(1, .buy, 5, id: "b.01"))))
        XCTAssertEqual(engine.positions[0].quantity, Quantity(units: 15))
        XCTAssertEqual(engine.order(OrderNumber(1))?.terms.quantity, Quantity(units: 15))
        XCTAssertEqual(state(1), .filled)
        XCTAssertEqual(output.journal.broker.notifications.map(\.code), ["overfill"])
    }

    // MARK: - Corrections and commissions

    func testACorrectionReversesAndReplaces() throws {
        try plan([(apple, 10)])
        try submitAndAccept([1])
        try take(.broker(.executed(fill(1, .buy, 10, at: 100, id: "a.01"))))
        try take(.broker(.commission(ExecutionID("a.01"), Money(e6: 1_000_000), at: time)))
        try take(.broker(.corrected(fill(1, .buy, 10, at: 101, id: "a.02"), replaces: ExecutionID("a.01"))))
        let trades = output.journal.broker.trades
        XCTAssertEqual(trades.map(\.executionID), ["a.01", "a.01-reversed", "a.02"])
        XCTAssertEqual(trades.map(\.rule), [.execution, .reversal, .execution])
        XCTAssertEqual(trades.map(\.supersedes), [nil, 1, 1])
        XCTAssertEqual(trades.map(\.side), [.buy, .sell, .buy])
        XCTAssertEqual(engine.positions[0].quantity, Quantity(units: 10))
        XCTAssertEqual(engine.cash, Money(e6: 8_989 * Money.scale), "10,000 − 1,010 − 1")
        XCTAssertEqual(engine.order(OrderNumber(1))?.averagePrice, price(101))
        XCTAssertEqual(state(1), .filled)
        try take(.broker(.executed(fill(1, .buy, 10, at: 100, id: "a.01"))))
        XCTAssertEqual(engine.positions[0].quantity, Quantity(units: 10), "the old version does not come back")
    }

    func testACorrectionOfAnOrderThatNobodyKeepsChangesTheAccountOnly() throws {
        var record = AccountRecord()
        record.executions = [
            AccountRecord.Execution(
                execution: fill(3_000_000_007, .buy, 5, id: "old.01"), trade: 3_000_000_001,
                decision: DecisionID(4), commission: .zero)
        ]
        record.positions = [
            PositionRecord(
                instrument: apple, position: Position(quantity: Quantity(units: 5), cost: .zero, realized: .zero),
                updatedAt: time)
        ]
        try engine.restore(record)
        try take(.broker(.corrected(fill(nil, .buy, 4, id: "old.02"), replaces: ExecutionID("old.01"))))
        XCTAssertEqual(engine.positions[0].quantity, Quantity(units: 4))
        XCTAssertEqual(output.journal.broker.trades.map(\.order), [nil, nil])
        XCTAssertEqual(output.journal.broker.trades.map(\.decision), [DecisionID(4), DecisionID(4)])
        XCTAssertEqual(output.journal.broker.trades.map(\.supersedes), [3_000_000_001, 3_000_000_001])
    }

    func testACorrectionToLessLeavesTheOrderShort() throws {
        try plan([(apple, 10)])
        try submitAndAccept([1])
        try take(.broker(.executed(fill(1, .buy, 10, id: "a.01"))))
        try take(.broker(.corrected(fill(1, .buy, 7, id: "a.02"), replaces: ExecutionID("a.01"))))
        XCTAssertEqual(engine.order(OrderNumber(1))?.filled, Quantity(units: 7))
        XCTAssertEqual(state(1), .cancelled(.corrected))
    }

    func testACommissionIsBookedByItsChanges() throws {
        try plan([(apple, 10)])
        try submitAndAccept([1])
        try take(.broker(.executed(fill(1, .buy, 10, id: "a.01"))))
        for cost in [1_000_000, 1_000_000, 1_500_000] as [Int64] {
            try take(.broker(.commission(ExecutionID("a.01"), Money(e6: cost), at: time)))
        }
        let entries = output.journal.cash.filter { $0.kind == .commission }.map(\.amount.e6)
        XCTAssertEqual(entries, [-1_000_000, -500_000])
        XCTAssertEqual(output.journal.broker.commissions.map(\.total.e6), [1_000_000, 1_500_000])
    }

    // MARK: - What is on record

    func testAnAccountIsTakenUpWhereItWasLeft() throws {
        try plan([(apple, 10), (ibm, 10)])
        try submitAndAccept([1])
        try take(.broker(.executed(fill(1, .buy, 4, id: "a.01"))))
        var record = AccountRecord()
        record.orders = engine.orders
        record.positions = [PositionRecord(instrument: apple, position: engine.positions[0], updatedAt: time)]
        record.cash = engine.cash
        record.executions = [
            AccountRecord.Execution(
                execution: fill(1, .buy, 4, id: "a.01"), trade: 1, decision: DecisionID(0), commission: .zero)
        ]
        (record.lastOrder, record.lastTrade) = (OrderNumber(2), 1)
        record.planned = [
            .init(decision: DecisionID(0), instrument: apple), .init(decision: DecisionID(0), instrument: ibm),
        ]
        var next = ExecutionEngine(
            instruments: engine.instruments, planning: PlanningRules(),
            router: ModeRouter(mode: .production, latency_ms: 0))
        try next.restore(record)
        engine = next
        output = EngineOutput()
        try plan([(apple, 10), (ibm, 10)])
        XCTAssertTrue(output.journal.targets.isEmpty, "planned before")
        try take(.broker(.executed(fill(1, .buy, 4, id: "a.01"))))
        XCTAssertEqual(engine.positions[0].quantity, Quantity(units: 4))
        try take(.broker(.executed(fill(1, .buy, 6, id: "b.01"))))
        XCTAssertEqual(state(1), .filled)
        XCTAssertEqual(output.journal.broker.trades.map(\.number), [2])
    }

    /// What a strategy has is counted in the shares of now, whatever it bought before and after a split.
    func testStrategiesHoldWhatASplitMadeOfIt() throws {
        var limits = RiskLimits()
        limits.strategies = ["m": StrategyLimits(maxNotional: Money(e6: 3_000 * Money.scale))]
        let decisions = [Decision(decisionID: "D", decidedAt: time, strategyID: "m")]
        // Ten before the split, which are twenty after it, and five more: at 100 that leaves room for five.
        for (splits, room) in [([1], 5), ([], 15), ([1, 2], 0)] as [([Int64], Int64)] {
            var engine = ExecutionEngine(
                instruments: self.engine.instruments, planning: PlanningRules(),
                router: ModeRouter(mode: .production, latency_ms: 0),
                risk: RiskSetup(limits: limits, decisions: decisions, localTime: .utc))
            var record = AccountRecord()
            record.isKnown = true
            record.splits = splits.map {
                AccountRecord.Split(instrument: apple, ratioE9: 2_000_000_000, time: time.adding(ms: $0 * 1_000))
            }
            for (number, (units, ms)) in [(10, 0), (5, 1_500)].enumerated() as EnumeratedSequence<[(Int64, Int64)]> {
                var execution = fill(3_000_000_007, .buy, units, id: "e\(number)")
                execution.time = time.adding(ms: ms)
                record.executions.append(
                    AccountRecord.Execution(
                        execution: execution, trade: Int64(number + 1), decision: DecisionID(0), commission: .zero))
            }
            let held = splits.isEmpty ? 15 : splits.count == 1 ? 25 : 50
            record.positions = [
                PositionRecord(
                    instrument: apple,
                    position: Position(quantity: Quantity(units: Int64(held)), cost: .zero, realized: .zero),
                    updatedAt: time)
            ]
            record.cash = Money(e6: 1_000_000 * Money.scale)
            try engine.restore(record)
            var output = EngineOutput()
            let order = OwnOrder(
                row: 0, decision: DecisionID(0),
                terms: OrderTerms(
                    instrument: apple, side: .buy, quantity: Quantity(units: 40), type: .market, timeInForce: .day))
            try engine.handle(
                .place(
                    [order], at: DecisionTime(instant: time.adding(ms: 9_000), isDate: false),
                    lastCloses: engine.instruments.map { _ in price(100) }), into: &output)
            XCTAssertEqual(output.journal.riskDecisions.map(\.approved), [Quantity(units: room)], "\(splits)")
        }
    }

    func testASplitIsBooked() throws {
        try take(
            .adopt(
                [
                    HoldingRecord(
                        instrument: apple, quantity: Quantity(units: 11), averageCost: price(90), reportedAt: time)
                ],
                .opening, at: time))
        output = EngineOutput()
        try take(.adoptSplit(apple, ratioE9: 1_500_000_000, held: Quantity(units: 16), at: time))
        XCTAssertEqual(engine.positions[0].quantity, Quantity(units: 16))
        XCTAssertEqual(engine.positions[0].averageCost, price(60))
        XCTAssertEqual(
            output.journal.adjustments,
            [
                AdjustmentRecord(
                    time: time, instrument: apple, kind: .split(ratioE9: 1_500_000_000), change: Quantity(units: 5))
            ])
    }

    func testAnOrderOfAnEarlierRunIsKnownByItsRowID() throws {
        var record = AccountRecord()
        let number = OrderNumber(3_000_000_007)
        record.orders = [
            OrderRecord(
                number: number, decision: DecisionID(0), inputRow: nil, leg: 0, action: .openLong,
                terms: OrderTerms(
                    instrument: apple, side: .buy, quantity: Quantity(units: 5), type: .market, timeInForce: .day),
                state: .cancelled(.timeout), arrivalPrice: nil, createdAt: time, parent: nil, ocaGroup: nil)
        ]
        try engine.restore(record)
        try take(.broker(.executed(fill(number.value, .buy, 5, id: "late.01"))))
        XCTAssertEqual(engine.order(number)?.state, .filled)
        XCTAssertEqual(output.journal.broker.trades.last?.order, number)
        try plan([(ibm, 1)])
        XCTAssertEqual(engine.orders.map(\.number), [OrderNumber(1), number], "the run counts from one")
    }
}
