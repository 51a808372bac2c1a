import TradingModel

/// A PRODUCTION run that has not ended.
public struct OpenRun: Sendable, Equatable {
    /// What it began with; with it, it can be taken up.
    public let header: RunHeader
    /// Its number in the database.
    public let runNumber: Int64
    /// The machine of the process that writes it, or did last.
    public let writerHost: String
    /// That process's number.
    public let writerPID: Int64
    /// Whether that process still writes it; one on another machine counts as gone after 15 minutes of silence.
    public let isBeingWritten: Bool
    /// When it was written last, by that machine's clock, as text.
    public let lastWrittenAt: String

    static let columns = """
        run_number, run_id, mode, venue, account, currency, initial_cash_e6, config, input_digest, code_version, record,
        started_at, heartbeat_at, writer_host, writer_pid, writer_token,
        heartbeat_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-\(RunStore.silence_s) seconds')
        """

    init(_ statement: Statement) throws(UnreadableRow) {
        guard let mode = statement.text(2).flatMap({ ExecutionMode(rawValue: $0) }),
            let currency = statement.text(5).flatMap({ Currency($0) }),
            let record = statement.text(10).flatMap({ RunRecord(rawValue: $0) }),
            let startedAt = statement.timestamp(11)
        else {
            throw UnreadableRow(
                table: "execution_runs", row: statement.text(1) ?? "", column: "mode, currency, record, started_at",
                value: [2, 5, 10, 11].map { statement.text($0) ?? "(none)" }.joined(separator: ", "))
        }
        header = RunHeader(
            runID: statement.text(1) ?? "", mode: mode, venue: statement.text(3) ?? "",
            account: statement.text(4) ?? "", currency: currency, initialCash: Money(e6: statement.int64(6)),
            configJSON: statement.text(7) ?? "", inputDigest: statement.text(8) ?? "",
            codeVersion: statement.text(9) ?? "", record: record, startedAt: startedAt)
        runNumber = statement.int64(0)
        lastWrittenAt = statement.text(12) ?? ""
        let writer = WriterIdentity(
            host: statement.text(13) ?? "", pid: statement.int64(14), token: statement.text(15) ?? "")
        writerHost = writer.host
        writerPID = writer.pid
        isBeingWritten = writer.isAlive ?? (statement.int64(16) == 0)
    }
}
