/// How the circuit breaker of a venue stands: a row of `venue_breakers`.
public struct BreakerRecord: Sendable, Equatable {
    /// The words of `venue_breakers.state`.
    public enum State: String, Sendable, Hashable, CaseIterable {
        case closed = "CLOSED"
        case open = "OPEN"
        case halfOpen = "HALF_OPEN"
    }

    public var state: State
    public var changedAt: Timestamp
    /// From when on probes are let through; nil unless it is open.
    public var openUntil: Timestamp?

    public init(state: State, changedAt: Timestamp, openUntil: Timestamp? = nil) {
        self.state = state
        self.changedAt = changedAt
        self.openUntil = openUntil
    }
}

/// One row of `breaker_events`.
public struct BreakerEventRecord: Sendable, Equatable {
    /// The words of `breaker_events.kind`.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Counts against the venue's budget.
        case error = "ERROR"
        case opened = "OPENED"
        case halfOpened = "HALF_OPENED"
        case closed = "CLOSED"
    }

    public var time: Timestamp
    public var kind: Kind
    /// The order that an error is about, where it is about one.
    public var order: OrderNumber?
    public var detail: String

    public init(time: Timestamp, kind: Kind, order: OrderNumber? = nil, detail: String) {
        self.time = time
        self.kind = kind
        self.order = order
        self.detail = detail
    }
}

/// An order that could not be sent, or of which nobody knows what became of it: a row of `dead_letters`.
public struct DeadLetterRecord: Sendable, Equatable {
    /// The words of `dead_letters.reason`.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// It cannot be written for the broker; it never left.
        case notSendable = "not_sendable"
        /// An operator gave it up.
        case givenUp = "given_up"
        /// The broker had it once, and its complete lists do not show it any more.
        case vanished
        /// The session ended before anybody knew whether it had arrived.
        case unanswered
    }

    public var order: OrderNumber
    public var reason: Reason
    public var detail: String
    public var time: Timestamp

    public init(order: OrderNumber, reason: Reason, detail: String, time: Timestamp) {
        self.order = order
        self.reason = reason
        self.detail = detail
        self.time = time
    }
}

/// An order that takes the place of one in `dead_letters`.
public struct DeadLetterRetryRecord: Sendable, Equatable {
    public var order: OrderNumber
    public var replacement: OrderNumber
    public var time: Timestamp

    public init(order: OrderNumber, replacement: OrderNumber, time: Timestamp) {
        self.order = order
        self.replacement = replacement
        self.time = time
    }
}
