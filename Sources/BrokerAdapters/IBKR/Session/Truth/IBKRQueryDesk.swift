import TradingModel

/// Keeps the lists that are being asked for.
struct IBKRQueryDesk: Sendable {
    fileprivate struct Pending: Sendable {
        /// Nil for lists without a number.
        var requestID: Int32?
        var askedAt: Timestamp
        var askedAt_ms: Int64
        var items = Items()
        /// Whether the request left; before, no answer can come.
        var hasLeft = false
        /// Somebody asked again meanwhile: the list is asked for once more when it is here.
        var isWantedAgain = false
    }

    fileprivate struct Items: Sendable {
        var openOrders: [TWSOpenOrder] = []
        var completedOrders: [TWSCompletedOrder] = []
        var executions: [TWSExecutionDetails] = []
        var positions: [TWSPosition] = []
        var summary: [TWSAccountSummary] = []
    }

    private var pending: [IBKRQueryKind: Pending] = [:]
    /// Unnumbered lists that were given up and whose end may still come.
    private var unended: Set<IBKRQueryKind> = []
    /// The lists whose last answer failed.
    private(set) var failed: Set<IBKRQueryKind> = []
    private(set) var completed: Set<IBKRQueryKind> = []

    var isIdle: Bool { pending.isEmpty }
    var knowsEverything: Bool { completed.count == IBKRQueryKind.allCases.count && failed.isEmpty }

    func isPending(_ kind: IBKRQueryKind) -> Bool { pending[kind] != nil }
    func isUnended(_ kind: IBKRQueryKind) -> Bool { unended.contains(kind) }

    /// The question that a request id belongs to.
    func kind(of requestID: Int32) -> IBKRQueryKind? {
        IBKRQueryKind.allCases.first { pending[$0]?.requestID == requestID }
    }

    mutating func begin(_ kind: IBKRQueryKind, requestID: Int32?, at moment: IBKRMoment) {
        pending[kind] = Pending(requestID: requestID, askedAt: moment.time, askedAt_ms: moment.uptime_ms)
    }

    mutating func markLeft(_ kind: IBKRQueryKind) { pending[kind]?.hasLeft = true }
    mutating func wantAgain(_ kind: IBKRQueryKind) { pending[kind]?.isWantedAgain = true }

    /// A new connection: nothing that was asked on the old one can come any more.
    mutating func reset() {
        pending = [:]
        unended = []
        failed = []
        completed = []
    }

    /// Everything has to be asked again.
    mutating func forgetAnswers() {
        failed = []
        completed = []
    }

    // MARK: - Items

    mutating func add(_ order: TWSOpenOrder) {
        guard !order.order.whatIf else { return }
        pending[.openOrders]?.items.openOrders.append(order)
    }

    mutating func add(_ order: TWSCompletedOrder) { pending[.completedOrders]?.items.completedOrders.append(order) }

    mutating func add(_ execution: TWSExecutionDetails) {
        guard let requestID = execution.requestID, pending[.executions]?.requestID == requestID else { return }
        pending[.executions]?.items.executions.append(execution)
    }

    mutating func add(_ position: TWSPosition) { pending[.positions]?.items.positions.append(position) }

    mutating func add(_ value: TWSAccountSummary) {
        guard pending[.accountSummary]?.requestID == value.requestID else { return }
        pending[.accountSummary]?.items.summary.append(value)
    }

    // MARK: - Ends

    /// The end marker of a list came; nil when it belongs to no question that is open.
    mutating func end(_ kind: IBKRQueryKind, requestID: Int32? = nil) -> (answer: IBKRAnswer, isWantedAgain: Bool)? {
        if !kind.isNumbered, unended.remove(kind) != nil { return nil }
        guard let question = pending[kind], question.requestID == requestID else { return nil }
        pending[kind] = nil
        failed.remove(kind)
        completed.insert(kind)
        return (question.answer(kind), question.isWantedAgain)
    }

    /// Gives a question up.
    mutating func fail(_ kind: IBKRQueryKind, _ failure: IBKRQueryFailure) -> IBKRAnswer? {
        guard let question = pending.removeValue(forKey: kind) else { return nil }
        if !kind.isNumbered, question.hasLeft { unended.insert(kind) }
        failed.insert(kind)
        completed.remove(kind)
        return IBKRAnswer(content: .failed(kind, failure), askedAt: question.askedAt, askedAt_ms: question.askedAt_ms)
    }

    /// Gives all questions up, in the order of their kinds.
    mutating func failAll(_ failure: IBKRQueryFailure) -> [IBKRAnswer] {
        IBKRQueryKind.allCases.compactMap { fail($0, failure) }
    }

    /// The questions that an unreadable message may belong to.
    func affected(byMessage id: Int32?) -> [IBKRQueryKind] {
        let kinds: [IBKRQueryKind] =
            switch id {
            case TWSOpenOrder.id, TWSOpenOrderEnd.id: [.openOrders]
            case TWSCompletedOrder.id, TWSCompletedOrdersEnd.id: [.completedOrders]
            case TWSExecutionDetails.id, TWSExecutionDetailsEnd.id: [.executions]
            case TWSPosition.id, TWSPositionEnd.id: [.positions]
            case TWSAccountSummary.id, TWSAccountSummaryEnd.id: [.accountSummary]
            case nil: IBKRQueryKind.allCases
            default: []
            }
        return kinds.filter(isPending)
    }
}

extension IBKRQueryDesk.Pending {
    fileprivate func answer(_ kind: IBKRQueryKind) -> IBKRAnswer {
        let content: IBKRAnswer.Content =
            switch kind {
            case .openOrders: .openOrders(.complete(items.openOrders))
            case .completedOrders: .completedOrders(.complete(items.completedOrders))
            case .executions: .executions(.complete(items.executions))
            case .positions: .positions(.complete(items.positions))
            case .accountSummary: .accountSummary(.complete(items.summary))
            }
        return IBKRAnswer(content: content, askedAt: askedAt, askedAt_ms: askedAt_ms)
    }
}

extension IBKRAnswer.Content {
    static func failed(_ kind: IBKRQueryKind, _ failure: IBKRQueryFailure) -> IBKRAnswer.Content {
        switch kind {
        case .openOrders: .openOrders(.failed(failure))
        case .completedOrders: .completedOrders(.failed(failure))
        case .executions: .executions(.failed(failure))
        case .positions: .positions(.failed(failure))
        case .accountSummary: .accountSummary(.failed(failure))
        }
    }
}
