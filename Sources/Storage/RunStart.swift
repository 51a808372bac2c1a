import TradingModel

/// A run that this process writes.
public struct RunHandle: Sendable, Equatable {
    /// What the run began with.
    public let header: RunHeader
    /// The run's number in its database, the base of its row ids.
    public let runNumber: Int64
    /// What an earlier, interrupted attempt has committed; zero for a new run.
    public let committed: JournalCounts
}

/// A run that is over.
public struct FinishedRun: Sendable, Equatable {
    /// The run's name.
    public let runID: String
    /// When it ended, as text.
    public let finishedAt: String
    /// The summary it was finished with, as JSON.
    public let summaryJSON: String?
}

/// What `RunStore.begin` found.
public enum RunStart: Sendable, Equatable {
    /// A new run.
    case started(RunHandle)
    /// The same run was interrupted; what it has committed stays, and it goes on from there.
    case resumes(RunHandle)
    /// The same run is complete; there is nothing to do.
    case alreadyCompleted(FinishedRun)
}
