import TradingModel

/// How a run ended.
public struct RunOutcome: Sendable, Equatable {
    /// Whether it reached its end.
    public enum Status: String, Sendable {
        case completed = "COMPLETED"
        /// It stopped on an error; the same command takes it up again.
        case failed = "FAILED"
    }

    /// Whether it reached its end.
    public var status: Status
    /// What the run came to, for people and programs.
    public var summaryJSON: String
    /// Cash and positions at the last closes; nil where it is not known.
    public var finalEquity: Money?
    /// When it ended, by the clock on the wall.
    public var finishedAt: Timestamp
    /// The run's intents that made no order; of a run that is taken up again, none yet.
    public var intentsWithoutOrder: [IntentWithoutOrder]

    public init(
        status: Status, summaryJSON: String, finalEquity: Money?, finishedAt: Timestamp,
        intentsWithoutOrder: [IntentWithoutOrder] = []
    ) {
        self.status = status
        self.summaryJSON = summaryJSON
        self.finalEquity = finalEquity
        self.finishedAt = finishedAt
        self.intentsWithoutOrder = intentsWithoutOrder
    }
}

/// An interrupted run that was done again did not make the rows it had committed before.
public struct ResumeMismatch: Error, Equatable, Sendable, CustomStringConvertible {
    /// The run in question.
    public let runID: String
    /// What the first attempt had committed.
    public let committed: JournalCounts
    /// What this attempt made.
    public let made: JournalCounts

    public var description: String {
        "run \(runID) made \(made.json) where its first attempt had committed \(committed.json); choose another --run-id"
    }
}
