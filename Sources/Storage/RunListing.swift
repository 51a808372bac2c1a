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
    ///
    /// A writer on another machine counts as gone when it has been silent for 15 minutes.
    public func interruptedRuns() throws(DatabaseError) -> Set<String> {
        let statement = try connection.prepare(
            """
            SELECT run_id, writer_host, writer_pid, writer_token,
                   heartbeat_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-\(RunStore.silence_s) seconds')
            FROM execution_runs WHERE status = 'RUNNING'
            """)
        var interrupted: Set<String> = []
        while try statement.step() {
            let writer = WriterIdentity(
                host: statement.text(1) ?? "", pid: statement.int64(2), token: statement.text(3) ?? "")
            let isAlive = writer.isAlive ?? (statement.int64(4) == 0)
            if !isAlive, let runID = statement.text(0) { interrupted.insert(runID) }
        }
        return interrupted
    }
}
