import TradingModel

/// What reaches a session.
public enum IBKRSessionInput: Sendable, Equatable {
    case connect
    case disconnect
    case transportOpened(connection: Int64)
    /// The connection could not be opened, or ended.
    case transportClosed(connection: Int64, why: String)
    case received(connection: Int64, [UInt8])
    /// A timer that was set is due; one that is not due any more is ignored.
    case timerFired(IBKRTimer)
    /// Sends messages, in this order as far as their priorities are the same.
    case send([IBKROutgoing])
    /// Takes back what has not left: orders, changes of orders, and cancels that wait behind them.
    case withdraw([OrderKey], why: String)
    /// Asks for lists again.
    case ask([IBKRQueryKind])
    /// Asks for the executions soon instead of at the next poll.
    case hastenExecutions
}

/// The timers of a session; each is set at most once at a time.
public enum IBKRTimer: Sendable, Hashable {
    /// A step of the start takes too long.
    case step
    case backoff
    case heartbeat
    case pacing
    case query(IBKRQueryKind)
    case queryRetry
    case executionPoll
    case connectivity
    /// An order or a search got no answer; the broker's own, see `IBKRBroker`.
    case answers
    case contracts
}

/// What a session wants done, in this order.
public enum IBKRSessionOutput: Sendable, Equatable {
    case openTransport(connection: Int64, port: UInt16)
    case closeTransport(connection: Int64)
    case send(connection: Int64, [UInt8])
    /// Bytes of orders and changes of orders, whole messages: what a kill switch keeps from leaving.
    case sendOrders(connection: Int64, [UInt8], [IBKROutgoing.Label])
    /// Has to be on record before anything that follows is done.
    case persistHighWaterMark(Int32)
    /// Sets a timer, in the place of the one that is set.
    case setTimer(IBKRTimer, at_ms: Int64)
    case cancelTimer(IBKRTimer)
    case event(IBKRSessionEvent)
    case notice(IBKRNotice)
}

/// What happened, for the layer above.
public enum IBKRSessionEvent: Sendable, Equatable {
    case stateChanged(IBKRSessionState)
    /// What a list contained, or why it is not known.
    case answered(IBKRAnswer)
    /// A message that belongs to orders, contracts or accounts.
    case message(TWSMessage)
    /// A message was given to the connection.
    case sent(IBKROutgoing.Label)
    /// A message was not given to the connection and never will be.
    case dropped(IBKROutgoing.Label, why: String)
    /// The connection ended after messages had left; whether they arrived is not known.
    case connectionLost(IBKRDisconnectReason)
}
