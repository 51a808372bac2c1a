import Storage

/// A run id that the database does not know.
public struct UnknownRun: Error, Equatable, Sendable, CustomStringConvertible {
    /// The run id that was asked for.
    public let runID: String
    /// The latest run ids it knows.
    public let known: [String]

    public var description: String {
        known.isEmpty
            ? "no run \(runID): the database has no runs yet"
            : "no run \(runID); the latest runs are \(known.joined(separator: ", "))"
    }
}

/// An account that no run of the database is of.
public struct UnknownAccount: Error, Equatable, Sendable, CustomStringConvertible {
    /// The account that was asked for.
    public let account: String
    /// Accounts it knows.
    public let known: [String]

    public var description: String {
        known.isEmpty
            ? "no account \(account): the database has no runs yet"
            : "no account \(account); there are \(known.joined(separator: ", "))"
    }
}

/// How a report is written.
public enum ReportFormat: String, Sendable, CaseIterable {
    /// Aligned columns for people.
    case table
    /// RFC 4180, with a header.
    case csv
    /// One array of objects.
    case json
}

/// Answers table queries from a database.
public struct Report {
    private let database: Database

    public init(_ database: Database) { self.database = database }

    /// Writes the answer to a query piece by piece; only tables for people are held in memory as a whole.
    ///
    /// Throws `UnknownRun`, `DatabaseError`, and what `output` throws.
    public func write(_ query: TableQuery, as format: ReportFormat, to output: (String) throws -> Void) throws {
        switch format {
        case .csv:
            try output(CSVText.header(query.columns.map(\.name)))
            try forEachRow(of: query) { try output(CSVText.row($0)) }
        case .json:
            try writeJSON(query, to: output)
        case .table:
            try output(AlignedTable(columns: query.columns, rows: rows(of: query)).text)
        }
    }

    /// The whole answer to a query; throws as `write` does.
    public func rows(of query: TableQuery) throws -> [[Cell]] {
        var rows: [[Cell]] = []
        try forEachRow(of: query) { rows.append($0) }
        return rows
    }

    /// Hands out the rows of a query's answer in turn; throws as `write` does.
    public func forEachRow(of query: TableQuery, _ body: ([Cell]) throws -> Void) throws {
        try checkRun(query.runID)
        let interrupted = try interruptedRuns(for: query)
        let statement = try database.connection.prepare(query.sql)
        if let runID = query.runID { try statement.bind(1, runID) }
        while try statement.step() {
            var row = query.columns.indices.map { cell(statement.value(Int32($0)), query.columns[$0].kind) }
            if !interrupted.isEmpty { markInterrupted(&row, query, interrupted) }
            try body(row)
        }
    }

    /// An object a line, so that the answer can be read line by line too.
    private func writeJSON(_ query: TableQuery, to output: (String) throws -> Void) throws {
        let rows = JSONRows(columns: query.columns.map(\.name))
        var separator = "[\n"
        try forEachRow(of: query) {
            try output(separator + rows.object($0))
            separator = ",\n"
        }
        try output(separator == ",\n" ? "\n]\n" : "[]\n")
    }

    private func cell(_ value: Value, _ kind: TableQuery.Column.Kind) -> Cell {
        switch (value, kind) {
        case (.integer(let exact), .decimal(let scale)): .decimal(exact, scale: scale)
        case (.integer(let number), _): .integer(number)
        case (.real(let number), _): .real(number)
        case (.text(let text), _): .text(text)
        case (.null, _): .null
        }
    }

    /// Throws `UnknownRun` for a run that the database has not.
    func checkRun(_ runID: String?) throws {
        guard let runID else { return }
        let statement = try database.connection.prepare("SELECT 1 FROM execution_runs WHERE run_id = ?1")
        try statement.bind(1, runID)
        guard try !statement.step() else { return }
        let latest = try database.connection.prepare(
            "SELECT run_id FROM execution_runs ORDER BY run_number DESC LIMIT 5")
        var known: [String] = []
        while try latest.step() { known.append(latest.text(0) ?? "") }
        throw UnknownRun(runID: runID, known: known)
    }

    /// Throws `UnknownAccount` for an account that the database has no run of.
    func checkAccount(_ account: String?) throws {
        guard let account else { return }
        let statement = try database.connection.prepare(
            "SELECT DISTINCT account FROM execution_runs ORDER BY account")
        var known: [String] = []
        while try statement.step() { known.append(statement.text(0) ?? "") }
        if !known.contains(account) { throw UnknownAccount(account: account, known: known) }
    }

    private func interruptedRuns(for query: TableQuery) throws -> Set<String> {
        query.source == "execution_runs" ? try RunStore(database).interruptedRuns() : []
    }

    /// The table cannot know that a run's writer is gone.
    private func markInterrupted(_ row: inout [Cell], _ query: TableQuery, _ interrupted: Set<String>) {
        guard let run = query.columns.firstIndex(where: { $0.name == "run_id" }), case .text(let runID) = row[run],
            interrupted.contains(runID), let status = query.columns.firstIndex(where: { $0.name == "status" })
        else { return }
        row[status] = .text(RunStatus.interrupted.rawValue)
    }
}
