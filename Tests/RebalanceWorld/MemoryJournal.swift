import OrderRouting
import Storage
import TradingModel

/// A journal in memory that keeps what the tables of a database would, in their row ids.
public struct MemoryJournal: WorldJournal {
    struct StoredOrder {
        var key: OrderKey
        var decision: String
        var ticker: String
        var record: OrderRecord
        var wasAcknowledged = false
        var margin: MarginTake?
    }

    struct StoredTrade {
        var record: BrokerTradeRecord
        var order: Int64?
        var decision: String?
        var ticker: String
        var supersedes: Int64?
        var commission: Money
    }

    private var runs: [String: Int64] = [:]
    private var completed: Set<String> = []
    /// The run that was begun last and has not ended; dry runs aside.
    private var unfinished: String?
    private var runID = ""
    /// As it was opened.
    private var plan: RunPlan?
    /// Of runs that send, by id.
    private var intents: [String: (stored: StoredIntent, status: String, order: Int64?)] = [:]
    /// The run that is open, and what its numbers mean.
    private var run: Int64 = 0
    private var tickers: [String] = []
    private var decisions: [String] = []

    private(set) var orders: [Int64: StoredOrder] = [:]
    private(set) var trades: [Int64: StoredTrade] = [:]
    private var positions: [String: PositionRecord] = [:]
    private var balance = Money.zero
    private var equityMarks: [EquityMark] = []
    private var highWaterMark: Int32 = 0
    private var isKnown = false
    private var planned: [Int64: [(decision: String, ticker: String)]] = [:]
    private var record = JournalFacts()

    public init() {}

    // MARK: - Runs

    public mutating func open(_ plan: RunPlan) throws -> RunOpening? {
        runID = plan.isTask ? unfinished ?? plan.runID : plan.runID
        self.plan = plan
        if completed.contains(runID) { return nil }
        if let unfinished, unfinished != runID, !plan.isDry { throw RecordedTwice("run \(unfinished) is unfinished") }
        if !plan.isDry { unfinished = runID }
        let next = Int64(runs.count + 1)
        run = runs[runID] ?? next
        runs[runID] = run
        decisions = plan.decisions.map(\.decisionID)
        tickers = plan.tickers
        let targets = planned[run, default: []]
        let others = Set(
            orders.values.map(\.ticker) + trades.values.map(\.ticker) + positions.keys + targets.map(\.ticker))
        tickers += others.subtracting(tickers).sorted()
        let known = Set(decisions)
        decisions += Set(orders.values.map(\.decision) + targets.map(\.decision)).subtracting(known).sorted()
        return RunOpening(
            record: accountRecord(), tickers: tickers,
            keys: Dictionary(uniqueKeysWithValues: orders.map { (number($0.key), $0.value.key) }),
            highWaterMark: highWaterMark)
    }

    public mutating func add(ticker: String) { tickers.append(ticker) }

    public mutating func finish(isComplete: Bool, intentsWithoutOrder: [IntentWithoutOrder]) throws {
        for other in intentsWithoutOrder {
            try record(other.row, status: other.cause == .hold ? "HOLD" : "EXPIRED", order: nil)
        }
        if isComplete { completed.insert(runID) }
        if unfinished == runID { unfinished = nil }
    }

    public func intents(_ ids: [String]) -> [String: StoredIntent] {
        Dictionary(
            ids.compactMap { id in intents[id].map { (id, $0.stored) } }, uniquingKeysWith: { first, _ in first })
    }

    public func isRunOpen() -> Bool { unfinished != nil }

    /// Puts the intent of a row on record; one that is there already cannot be.
    private mutating func record(_ row: Int32, status: String, order: Int64?) throws {
        guard let plan, !plan.isDry, let given = plan.intent(row) else { return }
        let id = given.intent.intentID
        guard intents[id] == nil else { throw RecordedTwice("intent \(id)") }
        let stored = StoredIntent(
            intent: given.intent, runID: runID, receivedAt: "", contentDigest: given.contentDigest)
        intents[id] = (stored, status, order)
    }

    public mutating func abandon() {}
    public func verify() -> [String] { [] }

    private func row(_ number: Int64) -> Int64 {
        number >= OrderNumber.firstRowID ? number : run * OrderNumber.firstRowID + number
    }

    /// The number by which the open run knows a row.
    private func number(_ row: Int64) -> OrderNumber { OrderNumber(value(row)) }

    private func value(_ row: Int64) -> Int64 {
        row / OrderNumber.firstRowID == run ? row % OrderNumber.firstRowID : row
    }

    // MARK: - Reading

    private func accountRecord() -> AccountRecord {
        var account = AccountRecord()
        account.isKnown = isKnown
        account.cash = balance
        account.equityMarks = equityMarks
        account.orders = orders.keys.sorted().map(orderRecord)
        account.acknowledged = Set(orders.filter(\.value.wasAcknowledged).map { number($0.key) })
        let cancelled = Set(record.events.filter { $0.kind == "CANCEL_REQUESTED" }.map(\.order))
        account.cancelledParts = Set(cancelled.filter { orders[$0]?.record.childNumber != nil }.map(number))
        for (row, order) in orders { account.margins[number(row)] = order.margin }
        account.positions = positions.sorted { $0.key < $1.key }.map { ticker, position in
            PositionRecord(
                instrument: instrument(ticker), position: position.position, updatedAt: position.updatedAt)
        }
        readExecutions(into: &account)
        account.lastOrder = account.orders.map(\.number).filter { !$0.isOfEarlierRun }.max() ?? OrderNumber(0)
        account.lastTrade = trades.keys.map(value).filter { $0 < OrderNumber.firstRowID }.max() ?? 0
        account.planned = Set(
            planned[run, default: []].map {
                .init(decision: decision($0.decision), instrument: instrument($0.ticker))
            })
        return account
    }

    private func readExecutions(into account: inout AccountRecord) {
        let superseded = Set(trades.values.compactMap(\.supersedes))
        for (row, trade) in trades.sorted(by: { $0.key < $1.key }) where trade.record.rule == .execution {
            let id = ExecutionID(trade.record.executionID)
            if superseded.contains(row) {
                account.replacedExecutions.append(id)
                continue
            }
            account.executions.append(
                AccountRecord.Execution(
                    execution: AccountExecution(
                        id: id, order: trade.order.map(number), instrument: instrument(trade.ticker),
                        side: trade.record.side, quantity: trade.record.quantity, price: trade.record.price,
                        time: trade.record.time),
                    trade: value(row), decision: trade.decision.map(decision), commission: trade.commission))
        }
    }

    private func orderRecord(_ row: Int64) -> OrderRecord {
        guard let stored = orders[row] else { preconditionFailure("no order \(row)") }
        var record = stored.record
        record.number = number(row)
        record.decision = decision(stored.decision)
        record.terms.instrument = instrument(stored.ticker)
        if let parent = parentRow(of: stored, row), let child = record.childNumber {
            record.role = .child(of: number(parent), number: child)
        }
        return record
    }

    /// The row of a child's parent, by the numbers of the run that wrote it.
    private func parentRow(of order: StoredOrder, _ row: Int64) -> Int64? {
        order.record.algorithmParent.map { parent in
            parent.isOfEarlierRun
                ? parent.value : row / OrderNumber.firstRowID * OrderNumber.firstRowID + parent.value
        }
    }

    private func instrument(_ ticker: String) -> InstrumentID {
        guard let index = tickers.firstIndex(of: ticker) else { preconditionFailure("no ticker \(ticker)") }
        return InstrumentID(index)
    }

    private func decision(_ id: String) -> DecisionID {
        guard let index = decisions.firstIndex(of: id) else { preconditionFailure("no decision \(id)") }
        return DecisionID(index)
    }

    // MARK: - Writing

    public mutating func write(
        _ batch: JournalBatch, trouble: JournalTrouble?, key: (OrderRecord) throws -> OrderKey
    ) throws {
        if trouble != nil { throw NotWritten() }
        for order in batch.newOrders {
            let row = row(order.number.value)
            guard orders[row] == nil else { throw RecordedTwice("order \(row)") }
            orders[row] = StoredOrder(
                key: try key(order), decision: decisions[Int(order.decision.index)],
                ticker: ticker(order.terms.instrument), record: order)
            if order.childNumber == nil, let input = order.inputRow {
                try self.record(input, status: "ORDERED", order: row)
            }
        }
        for order in batch.changedOrders {
            guard orders[row(order.number.value)] != nil else { throw RecordedTwice("no order \(order.number.value)") }
            orders[row(order.number.value)]?.record = order
        }
        write(batch.targets)
        try write(batch.events)
        for trade in batch.broker.trades { try write(trade) }
        for commission in batch.broker.commissions { trades[row(commission.trade)]?.commission = commission.total }
        for link in batch.broker.links { orders[row(link.order.value)]?.wasAcknowledged = true }
        for position in batch.positions { positions[ticker(position.instrument)] = position }
        balance = batch.balance
        if batch.broker.holdings != nil { isKnown = true }
        equityMarks += batch.broker.equityMarks
        if let mark = batch.broker.highWaterMark { highWaterMark = mark }
        writeRest(batch)
    }

    private func ticker(_ instrument: InstrumentID) -> String { tickers[Int(instrument.index)] }

    private mutating func write(_ targets: [TargetRecord]) {
        for target in targets {
            let (decision, ticker) = (decisions[Int(target.decision.index)], ticker(target.instrument))
            planned[run, default: []].append((decision, ticker))
            record.targets.append(
                .init(
                    run: run, decision: decision, ticker: ticker, computed: target.computed, held: target.held,
                    open: target.open, planned: target.planned, reason: target.residualReason?.rawValue))
        }
    }

    private mutating func write(_ events: [OrderEventRecord]) throws {
        for event in events {
            guard orders[row(event.order.value)] != nil else {
                throw RecordedTwice("an event of order \(event.order.value), which is not on record")
            }
            switch event.kind {
            case .moved(.accept), .moved(.fill): orders[row(event.order.value)]?.wasAcknowledged = true
            default: break
            }
            record.events.append(
                .init(
                    order: row(event.order.value), kind: event.kind.code, from: event.from?.code, to: event.to.code,
                    quantity: event.quantity, trade: event.trade.map(row)))
        }
    }

    private mutating func write(_ trade: BrokerTradeRecord) throws {
        let id = trade.executionID
        guard trades[row(trade.number)] == nil, !trades.values.contains(where: { $0.record.executionID == id }) else {
            throw RecordedTwice("execution \(id)")
        }
        trades[row(trade.number)] = StoredTrade(
            record: trade, order: trade.order.map { row($0.value) },
            decision: trade.decision.map { decisions[Int($0.index)] }, ticker: ticker(trade.instrument),
            supersedes: trade.supersedes.map(row), commission: trade.commission)
    }

    private mutating func writeRest(_ batch: JournalBatch) {
        for entry in batch.cash {
            record.cash.append(
                .init(run: run, kind: entry.kind.rawValue, amount: entry.amount, trade: entry.trade.map(row)))
        }
        for entry in batch.adjustments {
            record.adjustments.append(
                .init(run: run, ticker: ticker(entry.instrument), kind: entry.kind.code, change: entry.change))
        }
        for risk in batch.riskDecisions {
            record.risks.append(
                .init(
                    order: row(risk.order.value), requested: risk.requested, approved: risk.approved,
                    reason: risk.reason?.rawValue, limit: risk.limit))
        }
        for preview in batch.broker.previews {
            if preview.isCleared { orders[row(preview.order.value)]?.margin = MarginTake(preview) }
            record.previews.append(
                .init(
                    order: row(preview.order.value), isCleared: preview.isCleared,
                    initialBefore: preview.figures.initialBefore, initialAfter: preview.figures.initialAfter,
                    reserved: preview.reserved, equityAfter: preview.figures.equityAfter,
                    warning: preview.figures.warning.isEmpty ? nil : preview.figures.warning))
        }
        record.breaker = batch.broker.breaker ?? record.breaker
        record.breakerEvents += batch.broker.breakerEvents.map(\.kind.rawValue)
        record.breakerErrors += batch.broker.breakerEvents.filter { $0.kind == .error }.map(\.time)
        for letter in batch.broker.deadLetters {
            let prefix = "\(row(letter.order.value)) "
            record.deadLetters.removeAll { $0.hasPrefix(prefix) && !$0.hasSuffix("RETRIED") }
            record.deadLetters.append("\(row(letter.order.value)) \(letter.reason.rawValue)")
        }
        for retry in batch.broker.retries {
            let prefix = "\(row(retry.order.value)) "
            record.deadLetters = record.deadLetters.map { $0.hasPrefix(prefix) ? $0 + " RETRIED" : $0 }
        }
        record.notifications += batch.broker.notifications.map { "\($0.code): \($0.message)" }
    }

    // MARK: - Facts

    public func facts() -> JournalFacts {
        var facts = record
        facts.orders = orders.sorted { $0.key < $1.key }.map { row, order in
            .init(
                row: row, key: order.key.text, run: row / OrderNumber.firstRowID, decision: order.decision,
                ticker: order.ticker, side: order.record.terms.side, quantity: order.record.terms.quantity,
                filled: order.record.filled, status: order.record.state.code,
                reason: order.record.state.reason?.rawValue, parent: parentRow(of: order, row),
                isParent: order.record.isWorkedHere, hasWindow: order.record.algorithm?.duration_ms != nil)
        }
        facts.trades = trades.sorted { $0.key < $1.key }.map { row, trade in
            .init(
                row: row, order: trade.order, ticker: trade.ticker, side: trade.record.side,
                quantity: trade.record.quantity, price: trade.record.price, commission: trade.commission,
                executionID: trade.record.executionID, rule: trade.record.rule.rawValue, supersedes: trade.supersedes)
        }
        facts.intents = intents.sorted { $0.key < $1.key }.map { id, intent in
            .init(
                id: id, status: intent.status, contentDigest: intent.stored.contentDigest,
                key: intent.order.flatMap { orders[$0]?.key.text })
        }
        facts.positions = positions.mapValues(\.position.quantity).filter { $0.value != .zero }
        facts.balance = balance
        facts.highWaterMark = highWaterMark
        return facts
    }

    public func digest() -> String {
        let rows = orders.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let fills = trades.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let held = positions.sorted { $0.key < $1.key }.map { "\($0)" }
        let lists = [rows, fills, held, record.events.map { "\($0)" }, record.cash.map { "\($0)" }]
        let more = [
            record.targets.map { "\($0)" }, record.risks.map { "\($0)" }, record.adjustments.map { "\($0)" },
            record.notifications, ["\(balance) \(highWaterMark)"],
            intents.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" },
        ]
        return (lists + more).map { $0.joined(separator: "\n") }.joined(separator: "\n")
    }
}

extension MarginTake {
    fileprivate init(_ preview: MarginPreviewRecord) {
        let figures = preview.figures
        self.init(amount: max(.zero, figures.initialAfter - figures.initialBefore), quantity: preview.quantity)
    }
}

/// A row that is on record already, or should be and is not.
public struct RecordedTwice: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
