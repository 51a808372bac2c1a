import BrokerAdapters
import RiskControl
import TradingModel

/// What reaches the machine.
public enum RebalanceInput: Sendable {
    case start
    case transportOpened(connection: Int64)
    case transportClosed(connection: Int64, why: String)
    case received(connection: Int64, [UInt8])
    /// A moment that `nextDeadline_ms` named has come.
    case wake
    /// The answer to `reconciled` or `planned`: go on, or leave it.
    case consent(Bool)
    /// The levels of aggressiveness that are in force now.
    case levels(AggressivenessLevels)
    /// Nothing more is to be sent; `cancels` says whether what is open is cancelled before the end.
    case stop(cancels: Bool)
    /// The kill switches as they stand now; the machine is told whenever they change.
    case switches(KillSwitchBoard)
    /// Orders of `sendOrders` that were kept back, because the switches had changed since.
    case withheld([IBKROutgoing.Label])
}

/// What the machine wants done, in this order: what the commit names, the commit, what leaves, what is told.
public enum RebalanceOutput: Sendable {
    /// An instrument that was in no list; it has the next id.
    case newInstrument(Instrument)
    /// Has to be on record as a whole before anything that follows is done.
    case commit(JournalBatch)
    case openTransport(connection: Int64, port: UInt16)
    case closeTransport(connection: Int64)
    case send(connection: Int64, [UInt8])
    /// Bytes of orders and changes of orders: sent if the kill switches are still those that the machine was told of; else they are
    /// kept back, and the next inputs are `switches` and `withheld`.
    case sendOrders(connection: Int64, [UInt8], [IBKROutgoing.Label])
    /// Books and broker were compared; `consent` is awaited.
    case reconciled(Reconciliation)
    /// The orders are planned and not on record yet; `consent` is awaited.
    case planned
    case notice(RebalanceNotice)
    case finished(RebalanceOutcome)
}

/// Something for the log.
public enum RebalanceNotice: Sendable, CustomStringConvertible {
    case session(IBKRNotice)
    case phase(String)
    case warning(String)
    /// One that is on record as well.
    case alert(NotificationRecord)

    public var description: String {
        switch self {
        case .session(let notice): notice.description
        case .phase(let text), .warning(let text): text
        case .alert(let notification): notification.message
        }
    }
}

/// How the books and the broker compare.
public struct Reconciliation: Sendable, Equatable {
    /// A position that the book does not explain.
    public struct Break: Sendable, Equatable, CustomStringConvertible {
        public var ticker: String
        public var booked: Quantity
        public var reported: Quantity

        public var description: String { "\(ticker): \(booked) in the book, \(reported) at the broker" }

        /// Whether the broker holds what a split made of the book's, but for less than a share, which is paid for.
        func isSplit(_ exact: Quantity) -> Bool {
            let rest = exact.magnitude.e8.subtractingReportingOverflow(reported.magnitude.e8)
            return !rest.overflow && (0..<Quantity.scale).contains(rest.partialValue)
                && (reported == .zero || reported.e8.signum() == booked.e8.signum())
        }
    }

    /// Whether the account was seen for the first time, so that the book begins with what the broker says.
    public var isFirst: Bool
    public var breaks: [Break]
    /// What the broker's cash is more than the book's; it is booked.
    public var cashDifference: Money
    public var accounts: [String]
}

/// How a session with the broker ended.
public enum RebalanceOutcome: Sendable, Equatable {
    /// It ran to its end; `shortfalls` counts the orders that were not filled whole, and `breaks` says where the books differ.
    case completed(shortfalls: Int, breaks: [Reconciliation.Break])
    /// Orders are still open or unknown; the same command goes on.
    case unfinished(openOrders: Int, why: String)
    /// Nothing was sent.
    case refused([String])
    /// Its user said no; nothing was sent.
    case declined
    /// Its user stopped it.
    case stopped(openOrders: Int)
    /// Kill switches halted it, each in a sentence. Orders are still open, or wait for the same command.
    case halted(openOrders: Int, waiting: Int, why: [String])
    /// The broker cannot be reached or does not serve this session.
    case brokerTrouble(String)
}
