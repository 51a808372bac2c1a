/// What a real broker reports beyond what a simulated venue does.
///
/// Only `execution` and `correction` change positions; everything else is about the state of orders and of the connection.
public enum BrokerReport: Sendable, Equatable {
    /// The broker holds the order; repeated when it learns the order's permanent id or when an order thought dead lives.
    case acknowledged(OrderKey, permanentID: Int64?, status: BrokerOrderStatus, at: Timestamp)
    /// The broker names another state of the order. Never a fill.
    case status(OrderKey, BrokerOrderStatus, at: Timestamp)
    /// One execution, each id once.
    case execution(BrokerExecution)
    /// The execution takes the place of an earlier one, which is reversed and kept.
    case correction(BrokerExecution, replaces: ExecutionID)
    /// A version of an execution that a newer one had replaced before it was heard of; nothing to book.
    case superseded(BrokerExecution, by: ExecutionID)
    /// What an execution cost. Comes after its execution; again when the amount changes.
    case commission(BrokerCommission)
    /// The order filled whole with less than it was placed for: brokers reduce the orders of a group. All its executions were reported.
    case reduced(OrderKey, to: Quantity)
    /// An execution whose order key is not known here; it is held back until the key is registered or disowned.
    case parked(BrokerExecution)
    /// The remainder is cancelled; executions may still come.
    case cancelled(OrderKey, BrokerReason?, at: Timestamp)
    /// The order was refused; executions may still come.
    case rejected(OrderKey, BrokerReason, at: Timestamp)
    /// The broker shows the order with this limit, whoever changed it.
    case modified(OrderKey, limit: Price, at: Timestamp)
    /// A change of the order was refused.
    case modifyRefused(OrderKey, BrokerReason, originalStands: Bool, at: Timestamp)
    /// A cancel was refused; what became of the order has to be asked.
    case cancelRefused(OrderKey, BrokerReason, at: Timestamp)
    /// The order lives and something about it is to be known.
    case warning(OrderKey, BrokerReason, at: Timestamp)
    /// Nothing certain is known about the order; it has to be asked for.
    case unknown(OrderKey, BrokerDoubt, at: Timestamp)
    /// The order never left this process; `isFinal` where it cannot be written for the broker as it is.
    case notSent(OrderKey, BrokerReason, isFinal: Bool, at: Timestamp)
    /// The order's bytes were given to the connection.
    case sent(OrderKey, at: Timestamp)
    case connectivity(BrokerConnectivity, at: Timestamp)
}

/// Where the broker says an order stands.
public enum BrokerOrderStatus: Sendable, Hashable {
    /// Received, not confirmed by the broker's own system.
    case pending
    /// Accepted and held: waits for a trigger, a parent, or the opening.
    case held(why: String)
    case working
    case cancelPending
    case cancelled
    case filled
    /// Refused, or not active right now.
    case inactive(why: String)
    /// A word that is in no list.
    case other(String)
}

/// A code and a text of the broker.
public struct BrokerReason: Sendable, Hashable {
    public var code: Int32?
    public var text: String

    public init(code: Int32?, text: String) {
        self.code = code
        self.text = text
    }
}

/// Why nothing certain is known about an order.
public enum BrokerDoubt: Sendable, Hashable {
    /// The connection ended before the broker answered.
    case connectionLost
    /// The broker gave no answer in time.
    case noAnswer
    /// The broker sent a code that says nothing certain.
    case code(BrokerReason)
    /// The broker calls the order inactive without saying why.
    case inactive
    /// Reported cancelled after a preset had changed it; such orders have come back to life.
    case cancelledByPreset
    /// Complete lists of open and ended orders do not have it.
    case vanished
    /// More than one order with this key lives at the broker.
    case several(permanentIDs: [Int64])
}

/// Whether the broker can be reached.
public enum BrokerConnectivity: Sendable, Hashable {
    /// No connection to the broker's gateway.
    case disconnected
    /// The gateway is there and has no connection to the broker.
    case gatewayOnly
    /// Connected; what happened meanwhile is being asked.
    case synchronizing
    /// Connected, and every question is answered.
    case ready
    /// The connection cannot be used and will not be tried again.
    case failed(String)
}
