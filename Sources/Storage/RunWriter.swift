/// The process that writes a run which is not finished.
public struct RunWriter: Sendable, Equatable {
    /// Whether the process is there.
    public enum Presence: String, Sendable, CaseIterable {
        case alive
        /// It has ended or given the run up; the same command completes the run.
        case gone
        /// It is on another machine, which was heard of within the last 15 minutes.
        case elsewhere
    }

    public let runID: String
    /// The name of its machine.
    public let host: String
    /// Its process number there.
    public let pid: Int64
    /// When it wrote last, as text.
    public let heartbeatAt: String
    public let presence: Presence
}

extension RunStore {
    /// The writers of all runs that say that they are running, in the order the runs were begun.
    ///
    /// A writer on another machine counts as gone when it has been silent for 15 minutes.
    public func writers() throws(DatabaseError) -> [RunWriter] {
        let statement = try connection.prepare(
            """
            SELECT run_id, writer_host, writer_pid, writer_token, heartbeat_at,
                   heartbeat_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-\(RunStore.silence_s) seconds')
            FROM execution_runs WHERE status = 'RUNNING' ORDER BY run_number
            """)
        var writers: [RunWriter] = []
        while try statement.step() {
            let identity = WriterIdentity(
                host: statement.text(1) ?? "", pid: statement.int64(2), token: statement.text(3) ?? "")
            writers.append(
                RunWriter(
                    runID: statement.text(0) ?? "", host: identity.host, pid: identity.pid,
                    heartbeatAt: statement.text(4) ?? "",
                    presence: identity.presence(isSilent: statement.int64(5) == 1)))
        }
        return writers
    }
}

extension WriterIdentity {
    fileprivate func presence(isSilent: Bool) -> RunWriter.Presence {
        if let isAlive { return isAlive ? .alive : .gone }
        return isSilent ? .gone : .elsewhere
    }
}
