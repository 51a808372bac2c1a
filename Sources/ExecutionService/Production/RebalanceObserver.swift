import Rebalancing
import TradingModel

/// Whoever watches a session with the broker and answers for its user.
public struct RebalanceObserver {
    /// What of the session is told: for people, or for programs that stand in its way on purpose.
    public enum Step {
        /// The run is on record as begun.
        case begun(runID: String)
        /// A commit begins; everything in it is lost or kept together.
        case committing(JournalBatch)
        /// All of it is written, and nothing of it committed.
        case written(JournalBatch)
        case committed(JournalBatch)
        /// Bytes are about to leave, and have left as far as the system took them.
        case sending([UInt8])
        case sent([UInt8])
        /// Bytes came and were not looked at yet.
        case received([UInt8])
        case reconciled(Reconciliation)
    }

    /// Shows the plan; false leaves it.
    public var confirm: (RebalancePreview) throws -> Bool
    /// Whether the session is to end early: nil goes on, and else whether open orders are cancelled.
    public var stopRequest: () -> Bool?
    /// A line for the log.
    public var log: (LogLine) -> Void
    public var step: (Step) throws -> Void

    public init(
        confirm: @escaping (RebalancePreview) throws -> Bool, stopRequest: @escaping () -> Bool? = { nil },
        log: @escaping (LogLine) -> Void = { _ in },
        step: @escaping (Step) throws -> Void = { _ in }
    ) {
        self.confirm = confirm
        self.stopRequest = stopRequest
        self.log = log
        self.step = step
    }

    /// The same, with the run in every line of the log.
    func of(runID: String) -> RebalanceObserver {
        var observer = self
        let log = log
        observer.log = { line in
            var line = line
            line.runID = line.runID ?? runID
            log(line)
        }
        return observer
    }
}

/// The orders of a rebalance before any of them is sent.
public struct RebalancePreview: Sendable {
    public var runID: String
    public var account: String
    public var isLive: Bool
    /// Orders that are to be sent, in the order of sending.
    public var orders: [OrderRecord]
    /// Orders that an earlier process of the run has sent and that have not ended.
    public var working: [OrderRecord]
    /// What the risk gate refused.
    public var denied: [OrderRecord]
    /// What the gate said of orders that it cut or refused, each a sentence; nothing of those that an earlier process planned.
    public var explanations: [OrderNumber: String]
    /// How many intents make no order because their time is over.
    public var expiredIntents: Int
    /// By `InstrumentID`.
    public var tickers: [String]
    /// What is held now, by `InstrumentID`.
    public var positions: [Quantity]
    public var cash: Money
    public var currency: Currency
}
