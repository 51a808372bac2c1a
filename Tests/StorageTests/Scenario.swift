import TradingModel

@testable import Storage

/// A small run that keeps its own books, as the engine does, so that its batches agree with themselves.
struct Scenario {
    static let start = Timestamp(ms: 1_262_304_000_000)
    static let decisions = [
        Decision(
            decisionID: "d1", decidedAt: start, strategyID: "momentum", profileVersionID: "v1", regimeID: "bull",
            universeID: "us"),
        Decision(decisionID: "d2", decidedAt: start.adding(ms: 86_400_000), strategyID: "momentum"),
    ]
    static var names: RunNames {
        RunNames(
            tickers: ["AAPL", "MSFT"], decisions: decisions, ocaGroups: ["group-1"],
            orderRef: { $0 == 7 ? "my-order" : nil })
    }

    static func header(
        runID: String = "r1", record: RunRecord = .full, digest: String = "digest", codeVersion: String = "1"
    ) -> RunHeader {
        RunHeader(
            runID: runID, mode: .training, venue: "simulator", account: "training", currency: .usd,
            initialCash: Money(e6: 100_000_000_000), configJSON: "{}", inputDigest: digest, codeVersion: codeVersion,
            record: record, startedAt: start)
    }

    private(set) var batch = JournalBatch()
    private var orders: [Int64: OrderRecord] = [:]
    private var createdInBatch: Set<Int64> = []
    private var positions: [InstrumentID: Position] = [:]
    private var trades: Int64 = 0
    private var balance = Money.zero
    private(set) var now = Scenario.start

    /// What happened since the last call, as one batch.
    mutating func takeBatch() -> JournalBatch {
        for number in orders.keys.sorted() {
            guard let order = orders[number] else { continue }
            if createdInBatch.contains(number) {
                batch.newOrders.append(order)
            } else {
                batch.changedOrders.append(order)
            }
        }
        batch.positions = positions.keys.sorted().map {
            PositionRecord(instrument: $0, position: positions[$0] ?? Position(), updatedAt: now)
        }
        batch.balance = balance
        defer {
            batch = JournalBatch()
            createdInBatch = []
        }
        return batch
    }

    mutating func deposit(_ amount: Money) {
        book(.deposit, amount, trade: nil)
    }

    mutating func order(
        _ number: Int64, decision: Int = 0, _ side: Side, _ units: Int64, of instrument: Int, type: OrderType = .market,
        timeInForce: TimeInForce = .day, inputRow: Int32? = nil, approved: Int64? = nil, ocaGroup: Int32? = nil
    ) throws {
        let terms = OrderTerms(
            instrument: InstrumentID(instrument), side: side, quantity: Quantity(units: approved ?? units), type: type,
            timeInForce: timeInForce)
        orders[number] = OrderRecord(
            number: OrderNumber(number), decision: DecisionID(decision), inputRow: inputRow, leg: 0,
            action: side == .buy ? .openLong : .reduce, terms: terms, state: .planned,
            arrivalPrice: Price(e8: 1_000_000_000), createdAt: now, parent: nil, ocaGroup: ocaGroup)
        createdInBatch.insert(number)
        batch.riskDecisions.append(
            RiskRecord(
                decision: DecisionID(decision), order: OrderNumber(number), instrument: InstrumentID(instrument),
                side: side,
                requested: Quantity(units: units), approved: Quantity(units: approved ?? units),
                reason: approved == nil ? nil : .insufficientCash))
        batch.events.append(
            OrderEventRecord(order: OrderNumber(number), time: now, kind: .created, from: nil, to: .planned))
        try move(number, .submit)
        try move(number, .accept)
    }

    mutating func move(_ number: Int64, _ transition: OrderTransition, limitedBy: Limitation? = nil) throws {
        guard var order = orders[number] else { return }
        let next = try order.state.after(transition)
        let fillsTrade = if case .fill = transition { trades } else { Int64?.none }
        batch.events.append(
            OrderEventRecord(
                order: order.number, time: now, kind: .moved(transition), from: order.state, to: next,
                quantity: fillsTrade == nil ? nil : batch.trades.last?.fill.quantity, trade: fillsTrade))
        order.state = next
        order.limitedBy = limitedBy
        order.updatedAt = now
        orders[number] = order
    }

    mutating func fill(
        _ number: Int64, _ units: Int64, at price_e8: Int64, rule: FillRule = .marketOpen, isAmbiguous: Bool = false
    ) throws {
        guard var order = orders[number] else { return }
        trades += 1
        let quantity = Quantity(units: units)
        let price = Price(e8: price_e8)
        let fill = Fill(
            order: order.number, instrument: order.terms.instrument, side: order.terms.side, quantity: quantity,
            price: price, slippage: Money(e6: 10_000), commission: Money(e6: 1_000_000), time: now, barStart: now,
            rule: rule, isAmbiguous: isAmbiguous, executionIndex: 1)
        batch.trades.append(TradeRecord(number: trades, decision: order.decision, fill: fill))
        order.filled = order.filled + quantity
        order.filledValue = order.filledValue + price * quantity
        orders[number] = order
        try positions[order.terms.instrument, default: Position()]
            .book(Quantity(e8: quantity.e8 * order.terms.side.sign), at: price)
        book(
            .trade, try Money(price * Quantity(e8: -quantity.e8 * order.terms.side.sign), rounding: .nearest),
            trade: trades)
        book(.commission, -fill.commission, trade: trades)
        try move(number, .fill(isComplete: order.remaining == .zero))
    }

    mutating func target(_ target: TargetRecord) { batch.targets.append(target) }

    mutating func split(_ instrument: Int, to newQuantity: Quantity) {
        let id = InstrumentID(instrument)
        var position = positions[id] ?? Position()
        let change = newQuantity - position.quantity
        position.split(to: newQuantity, exactQuantity: newQuantity)
        positions[id] = position
        batch.adjustments.append(
            AdjustmentRecord(time: now, instrument: id, kind: .split(ratioE9: 2_000_000_000), change: change))
    }

    mutating func advance() { now = now.adding(ms: 86_400_000) }

    private mutating func book(_ kind: CashKind, _ amount: Money, trade: Int64?) {
        balance = balance + amount
        batch.cash.append(CashRecord(time: now, kind: kind, amount: amount, trade: trade))
    }
}

extension Scenario {
    /// Three days: a buy that fills in two parts, a limit that never fills, a sell that expires in part, a split.
    static func batches() throws -> [JournalBatch] {
        var scenario = Scenario()
        scenario.deposit(Money(e6: 100_000_000_000))
        scenario.target(
            TargetRecord(
                decision: DecisionID(0), instrument: InstrumentID(0), size: .quantity(Quantity(e8: 10_050_000_000)),
                referencePrice: Price(e8: 1_000_000_000), computed: Quantity(e8: 10_050_000_000), held: .zero,
                open: .zero,
                planned: Quantity(units: 100), residualReason: .belowLot))
        try scenario.order(1, .buy, 100, of: 0)
        try scenario.order(
            2, .buy, 50, of: 1, type: .limit(Price(e8: 999_000_000)), timeInForce: .goodTilCancelled, inputRow: 7,
            approved: 40)
        scenario.advance()
        try scenario.fill(1, 60, at: 1_001_000_000)
        try scenario.fill(1, 40, at: 1_002_333_333)
        var batches = [scenario.takeBatch()]
        scenario.advance()
        try scenario.order(3, decision: 1, .sell, 30, of: 0)
        try scenario.fill(3, 10, at: 1_100_000_000, rule: .stopInside, isAmbiguous: true)
        try scenario.move(3, .expire(.dayEnded), limitedBy: .volumeLimit)
        batches.append(scenario.takeBatch())
        scenario.advance()
        scenario.split(0, to: Quantity(units: 180))
        batches.append(scenario.takeBatch())
        return batches
    }

    static func key(_ order: OrderRecord) -> String { "key\(order.number.value)" }

    /// Writes the run whole, or its first batches only.
    @discardableResult
    static func write(
        to database: Database, runID: String = "r1", record: RunRecord = .full, batches count: Int? = nil
    ) throws -> RunJournal? {
        let start = try RunStore(database).begin(header(runID: runID, record: record), decisions: decisions)
        guard case .started(let handle) = start else { return nil }
        let journal = try RunJournal(database, handle: handle, names: names)
        for batch in try batches().prefix(count ?? .max) {
            try journal.write(batch) { "\(runID)\(key($0))" }
        }
        if count == nil { try journal.finish(outcome) }
        return journal
    }

    static let outcome = RunOutcome(
        status: .completed, summaryJSON: #"{"trades":3}"#, finalEquity: Money(e6: 100_123_456_789),
        finishedAt: Timestamp(ms: 1_300_000_000_000))
}
