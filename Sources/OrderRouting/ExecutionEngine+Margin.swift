import RiskControl
import TradingModel

/// What the broker says about an order before it leaves. Without a limit none of it costs anything.
extension ExecutionEngine {
    /// The order that the broker is asked about; nil where it is not.
    public var askedAbout: OrderNumber? {
        if case .asked(let number, _) = margin?.stage { number } else { nil }
    }

    // MARK: - Before an order leaves

    /// Whether an order may leave now; one that has to be asked about first is, when it is its turn.
    mutating func isCleared(
        _ order: OrderRecord, at time: Timestamp, _ output: inout EngineOutput
    ) throws -> Bool {
        guard isAskedAbout(order) else { return true }
        if case .cleared(order.number, order.terms) = margin?.stage { return true }
        guard try isTurn(of: order) else { return false }
        // One that cannot be routed ends where it would have left.
        guard case .submit(let asked) = submission(of: order, at: time) else { return true }
        try margin?.take(.ask(order.number, order.terms))
        output.previews.append(asked)
        return false
    }

    /// Reductions are not, nor what its entry or its parent was asked about for.
    private func isAskedAbout(_ order: OrderRecord) -> Bool {
        order.parent == nil && order.algorithmParent == nil && !isReduction(order)
    }

    /// Whether nobody else is asked about, and what left last is certain. What was asked for in vain does not count.
    private mutating func isTurn(of order: OrderRecord) throws -> Bool {
        switch margin?.stage {
        case nil, .idle: return true
        // Whoever is cleared and does not leave, waits for cash, and is asked about once more.
        case .cleared: return true
        case .asked(let number, let terms):
            if number == order.number { return terms != order.terms }
            guard self.order(number)?.state != .planned else { return false }
            try margin?.take(.takeBack)
            return true
        case .leaving(let number):
            guard self.order(number)?.state != .submitted else { return false }
            try margin?.take(.settle)
            return true
        }
    }

    /// An order has left.
    mutating func noteLeft(_ number: OrderNumber) throws {
        guard case .cleared(number, _) = margin?.stage else { return }
        try margin?.take(.leave(number))
    }

    // MARK: - Answers

    /// An answer about an order that nobody waits for any more changes nothing.
    mutating func takePreview(
        of number: OrderNumber, _ answer: MarginAnswer, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        guard let desk = margin, case .asked(number, let terms) = desk.stage, let order = order(number) else { return }
        guard order.state == .planned, order.terms == terms else { return try losePreview(of: number) }
        switch answer {
        case .figures(let figures): try judge(order, figures, desk, at: time, &output)
        case .unavailable(let why): try judge(order, without: why, desk.limit, at: time, &output)
        }
    }

    /// What was asked about the order is asked again when it is its turn.
    mutating func losePreview(of number: OrderNumber) throws {
        switch margin?.stage {
        case .asked(number, _), .cleared(number, _): try margin?.take(.takeBack)
        default: break
        }
    }

    /// What was asked or answered does not count any more: time has passed.
    public mutating func takeBackPreview() throws {
        switch margin?.stage {
        case .asked, .cleared: try margin?.take(.takeBack)
        case nil, .idle, .leaving: break
        }
    }

    private mutating func judge(
        _ order: OrderRecord, _ figures: MarginFigures, _ desk: MarginDesk, at time: Timestamp,
        _ output: inout EngineOutput
    ) throws {
        let reserved = desk.reserved(for: book.open.filter { $0.state != .planned })
        let isAllowed = desk.limit.allows(figures, reserved: reserved)
        output.journal.broker.previews.append(
            MarginPreviewRecord(
                order: order.number, time: time, quantity: order.terms.quantity, figures: figures, reserved: reserved,
                isCleared: isAllowed))
        if !figures.warning.isEmpty { warnOf(figures.warning, order, at: time, &output) }
        if isAllowed {
            margin?.note(figures, of: order.number, quantity: order.terms.quantity)
            return try margin?.take(.clear(order.number)) ?? ()
        }
        var record = record(of: order, .insufficientMargin)
        record.observed = desk.limit.observed(figures, reserved: reserved)
        record.allowed = desk.limit.maxShare.value
        record.explanation = desk.limit.sentence(
            figures, reserved: reserved, ticker: ticker(order.terms.instrument), quantity: order.terms.quantity)
        try deny(order, record, at: time, &output)
    }

    private mutating func judge(
        _ order: OrderRecord, without figures: String, _ limit: MarginLimit, at time: Timestamp,
        _ output: inout EngineOutput
    ) throws {
        let sentence = limit.sentence(
            without: figures, ticker: ticker(order.terms.instrument), quantity: order.terms.quantity)
        var record = record(of: order, limit.failsOpen ? nil : .riskDataUnavailable)
        record.explanation = sentence
        guard limit.failsOpen else { return try deny(order, record, at: time, &output) }
        output.journal.append(record)
        alertOfOpenMargin(order.number, at: time, &output)
        try margin?.take(.clear(order.number))
    }

    /// Once, for every order says so in its own record.
    private mutating func alertOfOpenMargin(_ number: OrderNumber, at time: Timestamp, _ output: inout EngineOutput) {
        guard margin?.noteOpen() == true else { return }
        output.journal.broker.notifications.append(
            NotificationRecord(
                time: time, severity: .critical, code: "risk_failed_open",
                message: "\(MarginLimit.name) lets orders PASS without its data; risk_decisions says which",
                order: number, isOncePerRun: true))
    }

    private mutating func deny(
        _ order: OrderRecord, _ record: RiskRecord, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        let reason = record.reason ?? .insufficientMargin
        output.journal.append(record)
        alert(.warning, reason.rawValue, record.explanation ?? "", order: order.number, at: time, &output)
        try margin?.take(.deny(order.number))
        try finish(order.number, .deny(reason), nil, at: time, &output)
    }

    // MARK: - Records

    /// A second row about an order that was approved when it was planned.
    private func record(of order: OrderRecord, _ reason: StatusReason?) -> RiskRecord {
        var record = RiskRecord(
            decision: order.decision, order: order.number, instrument: order.terms.instrument, side: order.terms.side,
            requested: order.terms.quantity, approved: reason == nil ? order.terms.quantity : .zero, reason: reason)
        record.limit = MarginLimit.name
        return record
    }

    private mutating func warnOf(
        _ words: String, _ order: OrderRecord, at time: Timestamp, _ output: inout EngineOutput
    ) {
        output.journal.append(
            OrderEventRecord(order: order.number, time: time, kind: .warned, from: .planned, to: .planned))
        output.journal.broker.notes.append(
            EventNote(event: output.journal.events.count - 1, reason: BrokerReason(code: nil, text: words)))
    }
}
