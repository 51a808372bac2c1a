import TradingModel

/// The runs of a database: begins them, and says which are over.
public struct RunStore {
    let connection: Connection

    /// How long a writer on another machine may be silent before its run counts as interrupted, in seconds.
    static let silence_s = 900

    public init(_ database: Database) { connection = database.connection }

    /// Begins a run, takes up an interrupted one, or finds that it is complete.
    ///
    /// Throws `RunRefusal` when the run id is taken by other inputs or another writer, `DecisionConflict` when the id of a
    /// decision is, `DatabaseError` for what SQLite refuses; nothing is written then.
    ///
    /// - Parameter decisions: The decisions of the run, written with it unless only its summary is recorded.
    public func begin(_ header: RunHeader, decisions: [Decision]) throws -> RunStart {
        try connection.transaction {
            guard let recorded = try recorded(header.runID) else {
                let handle = try insert(header)
                if header.record != .summary { try write(decisions) }
                return .started(handle)
            }
            try checkInputs(of: header, against: recorded)
            if recorded.status == "COMPLETED" {
                return .alreadyCompleted(
                    FinishedRun(
                        runID: header.runID, finishedAt: recorded.finishedAt ?? "", summaryJSON: recorded.summaryJSON))
            }
            return .resumes(try takeUp(recorded, header))
        }
    }
}

extension RunStore {
    /// The parts of a recorded run that decide whether it may begin again.
    private struct RecordedRun {
        var runNumber: Int64
        var status: String
        var fields: [(name: String, value: String)]
        var codeVersion: String
        var writer: WriterIdentity
        var isSilent: Bool
        var finishedAt: String?
        var summaryJSON: String?
        var committed: JournalCounts
    }

    private func recorded(_ runID: String) throws -> RecordedRun? {
        let statement = try connection.prepare(
            """
            SELECT run_number, status, input_digest, mode, venue, account, currency, record, code_version,
                   writer_host, writer_pid, writer_token,
                   heartbeat_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-\(RunStore.silence_s) seconds'),
                   finished_at, summary,
                   json_extract(progress, '$.targets'), json_extract(progress, '$.orders'),
                   json_extract(progress, '$.risk_decisions'), json_extract(progress, '$.events'),
                   json_extract(progress, '$.trades'), json_extract(progress, '$.cash'),
                   json_extract(progress, '$.adjustments'), json_extract(progress, '$.strategy_targets'),
                   json_extract(progress, '$.strategy_adjustments')
            FROM execution_runs WHERE run_id = ?
            """)
        try statement.bind(1, runID)
        guard try statement.step() else { return nil }
        let names = ["input digest", "mode", "venue", "account", "currency", "record"]
        return RecordedRun(
            runNumber: statement.int64(0), status: statement.text(1) ?? "",
            fields: names.enumerated().map { ($1, statement.text(Int32($0 + 2)) ?? "") },
            codeVersion: statement.text(8) ?? "",
            writer: WriterIdentity(
                host: statement.text(9) ?? "", pid: statement.int64(10), token: statement.text(11) ?? ""),
            isSilent: statement.int64(12) == 1, finishedAt: statement.text(13), summaryJSON: statement.text(14),
            committed: JournalCounts(columnsOf: statement, from: 15))
    }

    private func checkInputs(of header: RunHeader, against recorded: RecordedRun) throws(RunRefusal) {
        let given = [
            header.inputDigest, header.mode.rawValue, header.venue, header.account, header.currency.description,
            header.record.rawValue,
        ]
        for (field, value) in zip(recorded.fields, given) where field.value != value {
            throw .otherInputs(runID: header.runID, field: field.name, recorded: field.value, given: value)
        }
    }

    private func write(_ decisions: [Decision]) throws {
        let writer = try DecisionWriter(connection)
        for decision in decisions { try writer.write(decision) }
    }

    private func insert(_ header: RunHeader) throws(DatabaseError) -> RunHandle {
        let runNumber = (try connection.integer("SELECT max(run_number) FROM execution_runs") ?? 0) + 1
        let statement = try connection.prepare(
            """
            INSERT INTO execution_runs (run_number, run_id, mode, venue, account, currency, status, started_at, record, config,
                input_digest, code_version, writer_host, writer_pid, writer_token, heartbeat_at, initial_cash_e6)
            VALUES (?, ?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?, ?, ?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?)
            """)
        let writer = WriterIdentity.current()
        statement.bind(1, runNumber)
        let texts = [
            header.runID, header.mode.rawValue, header.venue, header.account, header.currency.description,
            header.startedAt.description, header.record.rawValue, header.configJSON, header.inputDigest,
            header.codeVersion,
            writer.host,
        ]
        for (index, text) in texts.enumerated() { try statement.bind(Int32(index + 2), text) }
        statement.bind(13, writer.pid)
        try statement.bind(14, writer.token)
        statement.bind(15, header.initialCash.e6)
        try statement.run()
        return RunHandle(header: header, runNumber: runNumber, committed: JournalCounts())
    }

    /// Makes this process the writer of an interrupted or failed run.
    private func takeUp(_ recorded: RecordedRun, _ header: RunHeader) throws -> RunHandle {
        if recorded.status == "RUNNING", recorded.writer.isAlive ?? !recorded.isSilent {
            throw RunRefusal.running(runID: header.runID, host: recorded.writer.host, pid: recorded.writer.pid)
        }
        guard recorded.codeVersion == header.codeVersion else {
            throw RunRefusal.otherCodeVersion(
                runID: header.runID, recorded: recorded.codeVersion, given: header.codeVersion)
        }
        let writer = WriterIdentity.current()
        let statement = try connection.prepare(
            """
            UPDATE execution_runs
            SET status = 'RUNNING', finished_at = NULL, summary = NULL, writer_host = ?, writer_pid = ?, writer_token = ?,
                heartbeat_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
            WHERE run_number = ?
            """)
        try statement.bind(1, writer.host)
        statement.bind(2, writer.pid)
        try statement.bind(3, writer.token)
        statement.bind(4, recorded.runNumber)
        try statement.run()
        return RunHandle(header: header, runNumber: recorded.runNumber, committed: recorded.committed)
    }
}

extension JournalCounts {
    /// Reads the nine counts from consecutive columns.
    fileprivate init(columnsOf statement: Statement, from first: Int32) {
        targets = statement.int64(first)
        orders = statement.int64(first + 1)
        riskDecisions = statement.int64(first + 2)
        events = statement.int64(first + 3)
        trades = statement.int64(first + 4)
        cash = statement.int64(first + 5)
        adjustments = statement.int64(first + 6)
        // A run without strategies of its own does not say these.
        strategyTargets = statement.int64(first + 7)
        strategyAdjustments = statement.int64(first + 8)
    }

    /// The form in `execution_runs.progress`.
    var json: String {
        """
        {"targets":\(targets),"orders":\(orders),"risk_decisions":\(riskDecisions),"events":\(events),\
        "trades":\(trades),"cash":\(cash),"adjustments":\(adjustments)\(strategyJSON)}
        """
    }

    private var strategyJSON: String {
        strategyTargets == 0 && strategyAdjustments == 0
            ? "" : ",\"strategy_targets\":\(strategyTargets),\"strategy_adjustments\":\(strategyAdjustments)"
    }
}

extension RunStore {
    /// The process of a run shows that it lives, while it is the one that writes it.
    public func beat(runNumber: Int64) throws(DatabaseError) {
        let statement = try connection.prepare(
            """
            UPDATE execution_runs SET heartbeat_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
            WHERE run_number = ?1 AND status = 'RUNNING' AND writer_token = ?2
            """)
        statement.bind(1, runNumber)
        try statement.bind(2, WriterIdentity.current().token)
        try statement.run()
    }
}
