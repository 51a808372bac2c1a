/// How a run stands.
public enum RunStatus: String, Sendable {
    case running = "RUNNING"
    /// It says that it is running, but its writer is gone; the same command completes it.
    case interrupted = "INTERRUPTED"
    case completed = "COMPLETED"
    case failed = "FAILED"
}

extension RunStore {
    /// The runs whose writers are gone, by run id.
    public func interruptedRuns() throws(DatabaseError) -> Set<String> {
        Set(try writers().filter { $0.presence == .gone }.map(\.runID))
    }
}
