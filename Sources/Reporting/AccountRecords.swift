import Storage
import TradingModel

/// A PRODUCTION run of an account.
public struct AccountRun: Sendable, Equatable {
    public let runID: String
    public let venue: String
    public let status: RunStatus
    public let startedAt: Timestamp
    /// Nil while it is not finished.
    public let finishedAt: Timestamp?
    /// The process that writes it; nil once it is finished.
    public let writer: RunWriter?
    /// What it failed on.
    public let error: String?

    /// Whether it sent nothing and never will.
    public var isDryRun: Bool { venue == ProductionStore.dryRunVenue }
}

/// An order that may still fill.
public struct OpenOrder: Sendable, Equatable {
    public let orderID: Int64
    public let orderKey: String
    public let runID: String
    public let ticker: String
    /// `BUY` or `SELL`.
    public let direction: String
    public let orderType: String
    public let size: Quantity
    public let filled: Quantity
    public let limitPrice: Price?
    public let stopPrice: Price?
    /// `PLANNED`, `SUBMITTED`, `WORKING` or `UNKNOWN`.
    public let status: String
    /// The broker's own id, once it is known.
    public let venueOrderID: String?
    public let createdAt: Timestamp
    public let updatedAt: Timestamp
}

/// What an account holds of a ticker by its book, and by the broker's last word.
public struct AccountPosition: Sendable, Equatable {
    /// What the broker said.
    public struct Reported: Sendable, Equatable {
        public let size: Quantity
        public let averageCost: Price?
        public let at: Timestamp
    }

    public let ticker: String
    public let size: Quantity
    public let averageCost: Price?
    public let realized: Money
    /// When the book changed last; nil where it has never had the ticker.
    public let updatedAt: Timestamp?
    /// Nil where the broker has not been asked since the book has it.
    public let broker: Reported?
}

/// The cash of an account in one currency.
public struct CashBalance: Sendable, Equatable {
    public let currency: String
    public let balance: Money
}

/// A row of `position_breaks`.
public struct PositionBreak: Sendable, Equatable {
    /// `book`: not the sum of its trades and adjustments; `broker`: not what the broker said last.
    public let what: String
    public let ticker: String
    public let found: Quantity
    public let expected: Quantity
    /// The run that changed the position last, where there is one.
    public let runID: String?
}

/// A row of `cash_breaks`.
public struct CashBreak: Sendable, Equatable {
    /// `balance`, `trade value` or `commission`.
    public let what: String
    public let runID: String
    public let tradeID: Int64?
    public let found: Money
    public let expected: Money
}

/// Alerts that nobody has delivered yet.
public struct UndeliveredNotifications: Sendable, Equatable {
    /// One alert.
    public struct Notification: Sendable, Equatable {
        public let id: Int64
        public let createdAt: Timestamp
        /// `INFO`, `WARNING` or `CRITICAL`.
        public let severity: String
        public let code: String
        public let message: String
        public let runID: String?
    }

    public let count: Int64
    public let criticalCount: Int64
    /// The newest ten, the newest first.
    public let newest: [Notification]
}

/// How long the orders of an account took.
public struct AccountTimings: Sendable, Equatable {
    /// The last run that sent anything.
    public let lastSendingRunID: String?
    public let lastSendingRun: TimingSummary
    public let allRuns: TimingSummary
}
