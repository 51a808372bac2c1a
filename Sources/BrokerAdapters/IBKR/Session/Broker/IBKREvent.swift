import TradingModel

/// What happened at IBKR, for the service.
public enum IBKREvent: Sendable, Equatable {
    case report(BrokerReport)
    /// What a list contained, or why it is not known.
    case answered(IBKRAnswer)
    case contractResolved(IBKRContract)
    /// Nothing can be ordered for the instrument.
    case contractRefused(InstrumentID, IBKRContractRefusal)
    /// What an order would cost; it does not exist. An answer without figures may be followed by one that has them.
    case preview(OrderKey, TWSOrderState)
    case previewRefused(OrderKey, IBKRPreviewRefusal)
    /// A question for data was sent under this id; its answers come as messages.
    case dataRequested(IBKRDataQuery, requestID: Int32)
    case dataRefused(IBKRDataQuery, BrokerReason)
    /// A message about accounts or markets.
    case message(TWSMessage)
}

/// Why there is no preview of an order.
public enum IBKRPreviewRefusal: Sendable, Equatable {
    /// The gateway says so.
    case answered(BrokerReason)
    /// The order cannot be written for IBKR, and would not be sent either.
    case notSendable(String)
    /// The question did not leave, or its connection ended.
    case lost(String)
}

/// Questions whose answers are passed on as they come.
public enum IBKRDataQuery: Sendable, Hashable {
    /// The values and the portfolio of the account.
    case accountUpdates(Bool)
    case profitAndLoss
    /// One quote of an instrument that was resolved.
    case quote(InstrumentID)
    /// The gateway's clock.
    case clock
}

/// An order that is on record from earlier.
public struct IBKRKnownOrder: Sendable, Equatable {
    public var key: OrderKey
    public var number: OrderNumber?
    public var permanentIDs: [Int64]
    /// What it was placed for.
    public var quantity: Quantity?
    public var filled: Quantity
    /// Where its limit is; nil where it has none.
    public var limit: Price?
    public var isEnded: Bool

    public init(
        key: OrderKey, number: OrderNumber? = nil, permanentIDs: [Int64] = [], quantity: Quantity? = nil,
        filled: Quantity = .zero, limit: Price? = nil, isEnded: Bool = false
    ) {
        self.limit = limit
        self.quantity = quantity
        self.key = key
        self.number = number
        self.permanentIDs = permanentIDs
        self.filled = filled
        self.isEnded = isEnded
    }
}

/// What reaches the broker.
public enum IBKRBrokerInput: Sendable, Equatable {
    /// Connections, bytes and timers.
    case session(IBKRSessionInput)
    /// Orders on record, before the first connection and whenever a parked execution asks for one.
    case register([IBKRKnownOrder])
    /// Executions on record; they are not reported again.
    case recorded([ExecutionID])
    /// The key of a parked execution is of no order of ours.
    case disown(OrderKey)
    case resolve(InstrumentID, ticker: String, currency: String)
    /// Sends orders. A key is sent once, whatever happens.
    case place([IBKRPlacement])
    /// Sends orders again that `UnknownOrderRule` or an operator released.
    case resend([IBKRPlacement])
    /// Changes an order by its own id; the quantity is the whole one.
    case modify(IBKRPlacement)
    case cancel(OrderKey)
    /// Cancels every order of the login, also those of others.
    case cancelEverything
    /// Takes back orders and changes of orders that have not left.
    case withdraw([OrderKey], why: String)
    /// What was to leave and was kept back, so that it never arrived.
    case withheld([IBKROutgoing.Label], why: String)
    /// Asks what an order would cost; nothing is ordered, and the id is never an order's. It takes the place of an earlier
    /// question about the same order.
    case preview(IBKRPlacement)
    /// The answer to that is not wanted any more.
    case forgetPreview(OrderKey)
    case query(IBKRDataQuery)
}

/// What the broker wants done, in this order.
public enum IBKRBrokerOutput: Sendable, Equatable {
    case openTransport(connection: Int64, port: UInt16)
    case closeTransport(connection: Int64)
    case send(connection: Int64, [UInt8])
    /// Bytes of orders and changes of orders, whole messages: what a kill switch keeps from leaving.
    case sendOrders(connection: Int64, [UInt8], [IBKROutgoing.Label])
    /// Has to be on record before anything that follows is done.
    case persistHighWaterMark(Int32)
    case setTimer(IBKRTimer, at_ms: Int64)
    case cancelTimer(IBKRTimer)
    case notice(IBKRNotice)
    case event(IBKREvent)
}
