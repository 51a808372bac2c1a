/// Writes to a run's own row how far it has come and how it ended.
struct RunRowWriter {
    private let connection: Connection
    private let runNumber: Int64
    private let progress: Statement

    init(_ connection: Connection, runNumber: Int64) throws(DatabaseError) {
        self.connection = connection
        self.runNumber = runNumber
        progress = try connection.prepare(
            """
            UPDATE execution_runs SET progress = ?1, heartbeat_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
            WHERE run_number = ?2
            """)
        progress.bind(2, runNumber)
    }

    /// Notes what is committed with the transaction, and that the writer lives.
    func writeProgress(_ counts: JournalCounts) throws(DatabaseError) {
        try progress.bind(1, counts.json)
        try progress.run()
    }

    /// Ends the run.
    func write(_ outcome: RunOutcome, progress: JournalCounts) throws(DatabaseError) {
        let statement = try connection.prepare(
            """
            UPDATE execution_runs SET status = ?1, summary = ?2, finished_at = ?3, final_equity_e6 = ?4, progress = ?5
            WHERE run_number = ?6
            """)
        try statement.bind(1, outcome.status.rawValue)
        try statement.bind(2, outcome.summaryJSON)
        try statement.bind(3, outcome.finishedAt.description)
        statement.bind(4, outcome.finalEquity?.e6)
        try statement.bind(5, progress.json)
        statement.bind(6, runNumber)
        try statement.run()
    }

    /// Gives the run up unfinished: it counts as interrupted from now on, though its process lives.
    func release() throws(DatabaseError) {
        let statement = try connection.prepare("UPDATE execution_runs SET writer_token = '' WHERE run_number = ?1")
        statement.bind(1, runNumber)
        try statement.run()
    }
}
