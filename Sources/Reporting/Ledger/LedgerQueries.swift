import Storage

/// The statements that make lines: SQLite itself writes the JSON, with every column that the tables have.
struct LedgerQueries {
    /// Which runs are asked for.
    let newRuns: Statement
    /// The last run number there is.
    let lastRunNumber: Statement
    /// How a run stands, and the line of its end.
    let ending: Statement
    /// By `LedgerTable.rawValue`: id, line and decision of each row between two ids.
    let rows: [Statement]
    /// One decision.
    let decision: Statement
    /// The decisions that are not written.
    let unwrittenDecisions: Statement

    /// What is known when a run begins and never changes afterwards.
    private static let beginning = [
        "run_number", "run_id", "mode", "venue", "account", "currency", "started_at", "initial_cash", "config",
        "input_digest", "code_version", "initial_cash_e6",
    ]
    private static let end = [
        "run_number", "run_id", "mode", "account", "status", "finished_at", "final_equity", "summary",
        "final_equity_e6",
    ]
    /// Columns of JSON, which are nested rather than quoted.
    private static let jsonColumns: Set = ["config", "detail", "metadata", "summary"]

    init(_ connection: Connection) throws(DatabaseError) {
        newRuns = try connection.prepare(
            """
            SELECT run_number, run_id, started_at,
                   \(Self.object("run", id: "run_number", of: "r", Self.beginning, more: "'recorded', r.record"))
            FROM execution_runs AS r
            WHERE run_number > ?1 AND (?2 IS NULL OR run_id = ?2) AND (?3 IS NULL OR account = ?3)
            ORDER BY run_number
            """)
        lastRunNumber = try connection.prepare("SELECT max(run_number) FROM execution_runs")
        ending = try connection.prepare(
            """
            SELECT finished_at, status = 'COMPLETED' AND mode = 'TRAINING',
                   \(Self.object("run_finished", id: "run_number", of: "r", Self.end))
            FROM execution_runs AS r WHERE run_number = ?1
            """)
        var rows: [Statement] = []
        for table in LedgerTable.allCases { rows.append(try Self.rows(of: table, connection)) }
        self.rows = rows
        let columns = try Self.columns(of: "pipeline_decisions", connection)
        let object = Self.object("decision", id: "decision_id", of: "d", columns)
        decision = try connection.prepare("SELECT \(object) FROM pipeline_decisions AS d WHERE decision_id = ?1")
        unwrittenDecisions = try connection.prepare(
            """
            SELECT \(object) FROM pipeline_decisions AS d
            WHERE NOT EXISTS (SELECT 1 FROM \(WrittenDecisions.table) AS w WHERE w.decision_id = d.decision_id)
            ORDER BY decision_id
            """)
    }

    private static func rows(of table: LedgerTable, _ connection: Connection) throws(DatabaseError) -> Statement {
        let columns = try columns(of: table.name, connection)
        let decision = columns.contains("decision_id") ? "t.decision_id" : "NULL"
        let run = columns.contains("run_id") ? nil : "'run_id', r.run_id"
        // In this order of the two tables: one run, and the range of its rows.
        return try connection.prepare(
            """
            SELECT t.\(table.key), \(object(table.record, id: table.key, of: "t", columns, more: run)), \(decision)
            FROM execution_runs AS r CROSS JOIN \(table.name) AS t
            WHERE r.run_number = ?1 AND t.\(table.key) > ?2 AND t.\(table.key) < ?3
            ORDER BY t.\(table.key)
            """)
    }

    /// The columns that a table has now, the generated ones too.
    private static func columns(of table: String, _ connection: Connection) throws(DatabaseError) -> [String] {
        let statement = try connection.prepare("SELECT name FROM pragma_table_xinfo('\(table)') ORDER BY cid")
        var columns: [String] = []
        while try statement.step() { columns.append(statement.text(0) ?? "") }
        return columns
    }

    /// The SQL of a line; `record` and `id` come first, because a ledger is read by the beginnings of its lines.
    private static func object(
        _ record: String, id: String, of table: String, _ columns: [String], more: String? = nil
    ) -> String {
        let fields = columns.map { name in
            let value = "\(table).\"\(name)\""
            return "'\(name)', \(jsonColumns.contains(name) ? "json(\(value))" : value)"
        }
        let list = (fields + [more].compactMap(\.self)).joined(separator: ", ")
        return "json_object('record', '\(record)', 'id', \(table).\(id), \(list))"
    }
}
