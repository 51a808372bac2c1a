/// What a client was doing when TWS sent an error with the id of it.
public enum TWSErrorContext: Hashable, Sendable, CaseIterable {
    /// Placed an order that TWS has not confirmed yet.
    case newOrder
    /// Changed an order that TWS had confirmed.
    case modify
    /// Asked to cancel an order.
    case cancel
    /// The order is confirmed and nothing is asked of it.
    case workingOrder
    /// Asked for data, contracts, accounts or lists.
    case dataRequest
    /// The id belongs to nothing that is known, or there is none.
    case none

    var isAboutAnOrder: Bool { self != .dataRequest && self != .none }
}

/// What a code says, as far as it says anything certain.
public enum TWSErrorClass: Hashable, Sendable {
    public enum Connectivity: Hashable, Sendable {
        /// TWS has no connection to IBKR, or this client none to TWS.
        case lost
        /// It is back; everything has to be asked for, and subscriptions made again if they were lost.
        case restored(areSubscriptionsLost: Bool)
        /// A data farm is away; orders go on.
        case farmLost
        /// TWS listens on another port from now on.
        case portMoved
    }

    /// What became of the order that a modification was refused for.
    public enum Original: Hashable, Sendable {
        case stands
        case filled
        case uncertain
    }

    public enum CancelVerdict: Hashable, Sendable {
        /// TWS does not know the id; that does not prove that the order never existed.
        case unknownOrder
        /// Filled, cancelled, or not active yet; the text names the state.
        case notCancellable
    }

    /// Nothing happened to any order.
    case notice
    case connectivity(Connectivity)
    /// The connection is of no use any more.
    case connectionRefused
    /// Too many messages; more of them end the connection.
    case pacing
    /// A request for data failed; no order is involved.
    case requestRefused
    /// The order lives, and something about it is to be known.
    case orderWarning
    /// The new order does not exist.
    case orderRejected
    /// Refused by the sound of it, but no source says that the order cannot exist: it has to be asked for.
    case orderProbablyRejected
    case modifyRefused(Original)
    /// The remainder was cancelled, by request or by IBKR; executions may still come.
    case orderEnded
    case cancelVerdict(CancelVerdict)
    /// Says nothing certain about the order that it names.
    case unknown
}

extension TWSErrorMessage {
    /// What the message says in this context.
    public func classified(in context: TWSErrorContext) -> TWSErrorClass {
        TWSErrorClass(code: code, context: context)
    }
}

extension TWSErrorClass {
    /// Classifies a code. The same code may refuse a new order, leave a modified one as it was, or be about data only.
    ///
    /// The lists come from IBKR's documentation and from reports about real gateways; a code that is in none of them is
    /// `unknown`, and the order has to be asked for.
    public init(code: Int32, context: TWSErrorContext) {
        self =
            TWSErrorClass.ofConnection(code) ?? TWSErrorClass.ofLivingOrder(code, context)
            ?? TWSErrorClass.ofModification(code, context) ?? TWSErrorClass.ofNewOrder(code, context)
            ?? TWSErrorClass.ofRequest(code, context) ?? .unknown
    }

    /// Codes that mean the same everywhere.
    private static func ofConnection(_ code: Int32) -> TWSErrorClass? {
        switch code {
        case 2100, 2104, 2106, 2107, 2108, 2119, 2158, 10167: .notice
        case 1100, 2110, 502, 504: .connectivity(.lost)
        case 1101: .connectivity(.restored(areSubscriptionsLost: true))
        case 1102: .connectivity(.restored(areSubscriptionsLost: false))
        case 1300: .connectivity(.portMoved)
        case 2103, 2105, 2157: .connectivity(.farmLost)
        case 326, 503, 506, 507, 508: .connectionRefused
        case 100: .pacing
        default: nil
        }
    }

    /// Warnings, ends, and verdicts about cancels.
    private static func ofLivingOrder(_ code: Int32, _ context: TWSErrorContext) -> TWSErrorClass? {
        guard context != .dataRequest else { return nil }
        switch code {
        case 399, 404, 2109, 2137, 2161, 10349: return .orderWarning
        case 202: return .orderEnded
        case 10147, 135: return .cancelVerdict(.unknownOrder)
        case 10148, 161, 136: return .cancelVerdict(.notCancellable)
        default: return nil
        }
    }

    private static func ofModification(_ code: Int32, _ context: TWSErrorContext) -> TWSErrorClass? {
        guard context == .modify else { return nil }
        switch code {
        case 105, 329, 110, 2102, 321: return .modifyRefused(.stands)
        case 104: return .modifyRefused(.filled)
        case _ where rejections.contains(code) || probableRejections.contains(code) || code == 134:
            return .modifyRefused(.uncertain)
        default: return nil
        }
    }

    private static func ofNewOrder(_ code: Int32, _ context: TWSErrorContext) -> TWSErrorClass? {
        // IBKR's own refusal may come after a cancel was asked for, and after the order was confirmed.
        if code == 201, context.isAboutAnOrder { return .orderRejected }
        guard context == .newOrder else { return nil }
        if rejections.contains(code) { return .orderRejected }
        return probableRejections.contains(code) ? .orderProbablyRejected : nil
    }

    private static func ofRequest(_ code: Int32, _ context: TWSErrorContext) -> TWSErrorClass? {
        guard !context.isAboutAnOrder else { return nil }
        switch code {
        case 162, 165, 321, 322, 354, 366, 420, 10089, 10168, 10189, 10197: return .requestRefused
        case 200, 320: return context == .dataRequest ? .requestRefused : nil
        default: return nil
        }
    }

    /// The new order does not exist.
    private static let rejections: Set<Int32> = [
        103, 109, 110, 111, 113, 116, 200, 201, 203, 320, 321, 382, 383, 388, 434, 435, 436, 10006, 10243, 10250, 10268,
        10269, 10270,
    ]

    /// Texts that speak of a refusal, without a source that says what became of the order.
    private static let probableRejections: Set<Int32> = [
        106, 107, 133, 163, 164, 328, 355, 356, 357, 387, 413, 460, 10311, 10326, 10327,
    ]
}
