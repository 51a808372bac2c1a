import OrderPlanning
import RiskControl
import TradingModel
import XCTest

@testable import OrderRouting

/// The engine under limits: what it tells the gate of the account, and what comes of it.
final class LimitedEngineTests: XCTestCase {
    private static let day_ms: Int64 = 86_400_000
    private let time = Timestamp(ms: 20_000 * day_ms + 50_000_000)
    private var output = EngineOutput()

    override func setUp() { output = EngineOutput() }

    private func engine(
        _ mode: ExecutionMode = .production, planning: PlanningRules = PlanningRules(),
        _ change: (inout RiskLimits) -> Void
    ) -> ExecutionEngine {
        var limits = RiskLimits()
        change(&limits)
        let decisions = [Decision(decisionID: "D", decidedAt: time)]
        return ExecutionEngine(
            instruments: ["A", "B", "C"].map { Instrument(ticker: $0) }, planning: planning,
            router: ModeRouter(mode: mode, latency_ms: 0),
            risk: RiskSetup(limits: limits, decisions: decisions, localTime: .utc))
    }

    private func price(_ units: Int64) -> Price { Price(e8: units * Price.scale) }
    private func money(_ units: Int64) -> Money { Money(e6: units * Money.scale) }
    private var hundreds: [Price?] { Array(repeating: price(100), count: 3) }
    private func daysAgo(_ days: Int64) -> Timestamp { time.adding(ms: -days * Self.day_ms) }

    private func hold(_ units: Int64, of instrument: Int, cash: Int64, _ engine: inout ExecutionEngine) throws {
        let holding = HoldingRecord(
            instrument: InstrumentID(instrument), quantity: Quantity(units: units), averageCost: price(100),
            reportedAt: time)
        try engine.handle(.adopt([holding], .opening, at: time), into: &output)
        try engine.handle(.adoptCash(money(cash), .opening, at: time), into: &output)
    }

    private func decide(
        _ targets: [(instrument: Int, size: TargetSize)], algorithm: AlgorithmTerms? = nil,
        priceTimes: [Timestamp?]? = nil, _ engine: inout ExecutionEngine
    ) throws {
        let requests = targets.enumerated().map { row, target in
            TargetRequest(
                row: Int64(row), instrument: InstrumentID(target.instrument), size: target.size, referencePrice: nil,
                type: .market, timeInForce: .day, algorithm: row == 0 ? algorithm : nil)
        }
        try engine.handle(
            .decide(
                [TargetBatch(decision: DecisionID(0), targets: requests)],
                at: DecisionTime(instant: time, isDate: false), lastCloses: hundreds, priceTimes: priceTimes),
            into: &output)
    }

    private func own(
        _ side: Side, _ units: Int64, _ type: OrderType, row: Int64
    ) -> OwnOrder {
        OwnOrder(
            row: row, decision: DecisionID(0),
            terms: OrderTerms(
                instrument: InstrumentID(0), side: side, quantity: Quantity(units: units), type: type,
                timeInForce: .goodTilCancelled))
    }

    /// What was asked for, approved and why not more: `A BUY 100: 20 max_position_quantity`.
    private var verdicts: [String] {
        output.journal.riskDecisions.map { record in
            let ticker = ["A", "B", "C"][Int(record.instrument.index)]
            return "\(ticker) \(record.side.code) \(record.requested): \(record.approved)"
                + (record.limit.map { " \($0)" } ?? "")
        }
    }

    // MARK: - Losses

    /// A later process knows nothing of a withdrawal but what is on record.
    func testAWithdrawalIsNoLossForALaterProcess() throws {
        for (moved, expected) in [
            (Int64(-500_000), "A BUY 100: 100"), (0, "A BUY 100: 0 max_drawdown"),
            (-300_000, "A BUY 100: 0 max_drawdown"),
        ] {
            output = EngineOutput()
            var engine = engine { $0.maxDrawdown = .init(e9: 200_000_000) }
            var record = AccountRecord()
            record.cash = money(500_000)
            record.equityMarks = [
                EquityMark(time: daysAgo(3), equity: money(1_000_000)),
                EquityMark(time: daysAgo(1), equity: money(500_000)),
            ]
            record.cashMovements = [
                CashMovement(time: daysAgo(4), amount: money(1_000_000)),
                // In the moment of the mark that was made with it.
                CashMovement(time: daysAgo(1), amount: money(moved)),
            ]
            try engine.restore(record)
            try decide([(0, .quantity(Quantity(units: 100)))], &engine)
            XCTAssertEqual(verdicts, [expected], "\(moved) went out")
        }
    }

    /// The end of a session before money moved is of no use after it: what the account was worth then is not known any more.
    func testBarsFromBeforeAMovementMakeNoMark() throws {
        for (days, marks) in [(Int64(2), 0), (1, 1)] {
            var engine = engine { $0.maxDrawdown = .init(e9: 200_000_000) }
            var record = AccountRecord()
            record.cash = money(500_000)
            record.equityMarks = [EquityMark(time: daysAgo(3), equity: money(1_000_000))]
            record.cashMovements = [CashMovement(time: daysAgo(2), amount: money(-500_000))]
            try engine.restore(record)
            let end = daysAgo(days).adding(ms: -1_000)
            let slice = BarSlice(
                start: end.adding(ms: -60_000), end: end, session: LocalTime.utc.date(of: end),
                isFirstOfSession: false, isLastOfSession: true, nextSession: nil)
            try engine.observe(slice)
            XCTAssertEqual(engine.takeEquityMarks().count, marks)
        }
    }

    /// Today is a Friday. What a loss is measured from is of the session before, or it is not known.
    func testALossOfTheDayIsMeasuredFromTheLastSession() throws {
        let known = "A BUY 10: 10"
        let unknown = "A BUY 10: 0 max_daily_loss"
        let cases: [(marked: Int64?, session: Int64?, today: Int64, expected: String)] = [
            (nil, nil, 0, known), (0, nil, 0, known), (1, nil, 0, known), (2, nil, 0, unknown), (30, nil, 0, unknown),
            // Wednesday was the last session, for Thursday was a holiday.
            (2, 2, 0, known), (2, 1, 0, unknown), (8, 8, 0, unknown),
            // Saturday, Sunday and Monday come after Friday, Tuesday does not.
            (0, nil, 1, known), (0, nil, 2, known), (0, nil, 3, known), (0, nil, 4, unknown), (0, 0, 4, known),
        ]
        for row in cases {
            output = EngineOutput()
            var engine = engine { $0.maxDailyLoss = Share(e9: 100_000_000) }
            var record = AccountRecord()
            record.cash = money(100_000)
            record.equityMarks = row.marked.map { [EquityMark(time: daysAgo($0), equity: money(100_000))] } ?? []
            try engine.restore(record)
            if let session = row.session {
                // The mark was made after its end, where both are of one day.
                let end = daysAgo(session).adding(ms: -1_000)
                try engine.observe(
                    BarSlice(
                        start: end.adding(ms: -60_000), end: min(end, daysAgo(row.marked ?? 0).adding(ms: -1_000)),
                        session: LocalTime.utc.date(of: end), isFirstOfSession: false, isLastOfSession: true,
                        nextSession: nil))
            }
            let moment = DecisionTime(instant: daysAgo(-row.today), isDate: false)
            try engine.handle(
                .place([own(.buy, 10, .market, row: 0)], at: moment, lastCloses: hundreds), into: &output)
            XCTAssertEqual(verdicts, [row.expected], "\(row)")
            XCTAssertEqual(
                output.journal.riskDecisions[0].reason, row.expected == known ? nil : .riskDataUnavailable)
        }
    }

    // MARK: - Splits

    /// Bought 100 before four new shares came for one, and 10 since: 410 at 110 are 45,100 of 100,000.
    func testSplitsScaleWhatStrategiesHoldAndHaveTraded() throws {
        try assertSplitsScaleTrades(hasBooks: false)
    }

    /// The same where the strategies' holdings are on record by themselves.
    func testSplitsScaleWhatStrategiesWithBooksHaveTraded() throws { try assertSplitsScaleTrades(hasBooks: true) }

    private func assertSplitsScaleTrades(hasBooks: Bool) throws {
        output = EngineOutput()
        var limits = RiskLimits()
        limits.capital = CapitalMap(shares: ["trend": Share(e9: 500_000_000)])
        limits.kelly = KellyLimit(
            fraction: Share(e9: 1_000_000_000), source: .record(minimumTrades: 1, untilThen: Share(e9: 0)))
        let decisions = [Decision(decisionID: "D", decidedAt: time, strategyID: "trend")]
        var engine = ExecutionEngine(
            instruments: ["A", "B"].map { Instrument(ticker: $0) }, planning: PlanningRules(),
            router: ModeRouter(mode: .production, latency_ms: 0),
            risk: RiskSetup(limits: limits, decisions: decisions, localTime: .utc),
            strategies: hasBooks ? StrategySetup(places: StrategyPlaces(decisions), ownTargets: true) : nil)
        var record = AccountRecord()
        if hasBooks {
            record.strategies.holdings = [
                .init(owner: DecisionID(0), instrument: InstrumentID(0), quantity: Quantity(units: 410))
            ]
        }
        record.cash = money(100_000 - 45_100)
        var position = Position()
        try position.book(Quantity(units: 410), at: price(110))
        record.positions = [PositionRecord(instrument: InstrumentID(0), position: position, updatedAt: time)]
        let fills: [(days: Int64, instrument: Int, side: Side, units: Int64, price: Int64)] = [
            (5, 0, .buy, 100, 400), (5, 1, .buy, 10, 100), (2, 1, .sell, 40, 30), (1, 0, .buy, 10, 110),
        ]
        record.executions = fills.enumerated().map { number, fill in
            AccountRecord.Execution(
                execution: AccountExecution(
                    id: ExecutionID("e\(number)"), order: nil, instrument: InstrumentID(fill.instrument),
                    side: fill.side, quantity: Quantity(units: fill.units), price: price(fill.price),
                    time: daysAgo(fill.days)),
                trade: Int64(number + 1), decision: DecisionID(0), commission: .zero)
        }
        record.splits = (0...1).map {
            AccountRecord.Split(instrument: InstrumentID($0), ratioE9: 4_000_000_000, time: daysAgo(3))
        }
        try engine.restore(record)
        let held = hasBooks ? engine.held(byStrategy: "trend", InstrumentID(0)) : engine.facts?.held[0][0]
        XCTAssertEqual(held, Quantity(units: 410))
        // The 40 of B that cost 1,000 were sold for 1,200: the only trade that is closed has won, and Kelly's formula allows all.
        try engine.handle(
            .place(
                [own(.buy, 100, .market, row: 0)], at: DecisionTime(instant: time, isDate: false),
                lastCloses: [price(110), price(30)]), into: &output)
        XCTAssertEqual(verdicts, ["A BUY 100: 44 capital.map"])
    }

    // MARK: - Plans

    /// What is sold for a purchase makes room for it, wherever the two stand.
    func testARotationPassesInWhateverOrderItsRowsAre() throws {
        let all = TargetSize.weight(e12: 1_000_000_000_000)
        let none = TargetSize.weight(e12: 0)
        for mode in [ExecutionMode.training, .production] {
            for targets in [[(0, all), (1, none)], [(1, none), (0, all)]] {
                for closes in [false, true] {
                    output = EngineOutput()
                    var engine = engine(mode, planning: PlanningRules(missingTargets: closes ? .close : .hold)) {
                        $0.maxGrossLeverage = Share(e9: 1_000_000_000)
                    }
                    try hold(1_000, of: 1, cash: 0, &engine)
                    try decide(closes ? targets.filter { $0.0 == 0 } : targets, &engine)
                    XCTAssertEqual(
                        verdicts.sorted(), ["A BUY 1000: 1000", "B SELL 1000: 1000"], "\(mode) \(targets) \(closes)")
                    XCTAssertEqual(
                        output.journal.riskDecisions.map(\.order.value), [1, 2], "numbers are in the order of rows")
                    XCTAssertEqual(
                        output.journal.targets.map(\.planned.magnitude), [1_000, 1_000].map(Quantity.init(units:)))
                }
            }
        }
    }

    /// A plan that nothing is sent of shows what the plan shows that follows the cancels.
    func testADryRunJudgesAsIfOlderOrdersWereGone() throws {
        for (assumes, expected) in [(true, "A BUY 100: 100"), (false, "A BUY 20: 20")] {
            output = EngineOutput()
            var engine = engine(planning: PlanningRules(openOrders: assumes ? .cancel : .keep)) {
                $0.position.maxQuantity = Quantity(units: 100)
            }
            var record = AccountRecord()
            record.cash = money(100_000)
            record.orders = [
                OrderRecord(
                    number: OrderNumber(OrderNumber.firstRowID + 1), decision: DecisionID(0), inputRow: nil, leg: 0,
                    action: .openLong, terms: own(.buy, 80, .limit(price(90)), row: 0).terms, state: .working,
                    arrivalPrice: nil, createdAt: daysAgo(1), parent: nil, ocaGroup: nil)
            ]
            try engine.restore(record)
            engine.assumesCancels = true
            try decide([(0, .quantity(Quantity(units: 100)))], &engine)
            XCTAssertEqual(verdicts, [expected])
        }
    }

    // MARK: - Reductions

    /// The sell fills, the buy never does.
    func testASellAgainstABuyThatRestsOpensAShort() throws {
        for mode in [ExecutionMode.training, .production] {
            output = EngineOutput()
            var engine = engine(mode) { $0.allowShort = false }
            try hold(30, of: 0, cash: 100_000, &engine)
            let orders = [
                own(.buy, 100, .limit(price(90)), row: 0), own(.sell, 100, .market, row: 1),
                own(.sell, 10, .market, row: 2),
            ]
            try engine.handle(
                .place(orders, at: DecisionTime(instant: time, isDate: false), lastCloses: hundreds), into: &output)
            XCTAssertEqual(verdicts, ["A BUY 100: 100", "A SELL 100: 30 allow_short", "A SELL 10: 0 allow_short"])
        }
    }

    /// What has filled since the account was told can be sold.
    func testWhatHasFilledMayBeSold() throws {
        var engine = engine(.training) { $0.allowShort = false }
        try engine.handle(.deposit(money(100_000), at: time), into: &output)
        func place(_ order: OwnOrder, at moment: Timestamp) throws {
            try engine.handle(
                .place([order], at: DecisionTime(instant: moment, isDate: false), lastCloses: hundreds), into: &output)
        }
        try place(own(.buy, 100, .limit(price(100)), row: 0), at: time)
        try engine.handle(.venue(.accepted(OrderNumber(1), at: time)), into: &output)
        try engine.handle(
            .venue(
                .filled(
                    Fill(
                        order: OrderNumber(1), instrument: InstrumentID(0), side: .buy, quantity: Quantity(units: 40),
                        price: price(100), slippage: .zero, commission: .zero, time: time, barStart: time,
                        rule: .limitOpen,
                        isAmbiguous: false, executionIndex: 1))), into: &output)
        try place(own(.sell, 50, .market, row: 1), at: time)
        XCTAssertEqual(verdicts.last, "A SELL 50: 40 allow_short")
    }

    // MARK: - Prices

    /// A price is as old as the trade that made it, and not as the question for it.
    func testAPriceIsAsOldAsItsTrade() throws {
        for (age_s, approved) in [(Int64(0), 10), (59, 10), (61, 0)] {
            output = EngineOutput()
            var engine = engine { $0.priceMaxAge_ms = 60_000 }
            try hold(0, of: 0, cash: 100_000, &engine)
            let times = Array(repeating: Optional(time.adding(ms: -age_s * 1_000)), count: 3)
            try decide([(0, .quantity(Quantity(units: 10)))], priceTimes: times, &engine)
            XCTAssertEqual(verdicts, ["A BUY 10: \(approved)" + (approved == 0 ? " price_max_age" : "")])
        }
    }

    // MARK: - Releases

    /// What begins without sending anything, or ends, leaves its turn to the next one.
    func testOnlyWhatIsSentTakesATurn() throws {
        var engine = engine { _ in }
        try hold(0, of: 0, cash: 100_000, &engine)
        let waiting = try AlgorithmTerms(name: "pov", parameters: "share=0.1 duration=1h")
        let targets = (0..<3).map { ($0, TargetSize.quantity(Quantity(units: 10))) }
        try decide(targets, algorithm: waiting, &engine)
        output.requests = []
        try engine.handle(.release(at: time, atMost: 1), into: &output)
        XCTAssertEqual(engine.order(OrderNumber(1))?.state, .working, "it waits for volume")
        let sent = output.requests.map { if case .submit(let order) = $0 { order.number.value } else { Int64(0) } }
        XCTAssertEqual(sent, [2])
        XCTAssertEqual(engine.order(OrderNumber(3))?.state, .planned)
    }
}
