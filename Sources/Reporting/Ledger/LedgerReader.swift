import Storage

/// Which runs a ledger is made of; nil for all.
public struct LedgerSelection: Sendable, Equatable {
    /// Only the run of this name.
    public var runID: String?
    /// Only the runs of this account.
    public var account: String?

    public init(runID: String? = nil, account: String? = nil) {
        self.runID = runID
        self.account = account
    }
}

/// Reads the journal of a database as lines of JSON, each row once.
///
/// First it recalls the lines that are written already; then every `poll` gives those that are missing.
public struct LedgerReader {
    /// Takes the bytes of a line without its newline.
    public typealias Output = (UnsafeRawBufferPointer) throws -> Void

    private let database: Database
    private let queries: LedgerQueries
    private let selection: LedgerSelection
    private let decisions: WrittenDecisions
    private var cursor = LedgerCursor()
    /// The runs that may have rows to come, oldest first.
    private var openRuns: [LedgerRun] = []
    private var lastRunNumber: Int64 = 0
    /// The decision of the row before, which is written.
    private var lastDecision: String?

    /// Whether runs began since decisions were last swept; each may have brought decisions that no row refers to.
    public private(set) var hasUnsweptDecisions = true

    /// Throws `DatabaseError` when the database cannot be read.
    public init(_ database: Database, _ selection: LedgerSelection = LedgerSelection()) throws(DatabaseError) {
        self.database = database
        self.selection = selection
        decisions = try WrittenDecisions(database.connection)
        queries = try LedgerQueries(database.connection)
    }

    /// A number that changes whenever another connection has committed.
    public func dataVersion() throws(DatabaseError) -> Int64 {
        try database.connection.integer("PRAGMA data_version") ?? 0
    }

    /// Throws `UnknownRun` or `UnknownAccount` when the database has nothing of what is selected.
    public func checkSelection() throws {
        let report = Report(database)
        try report.checkRun(selection.runID)
        try report.checkAccount(selection.account)
    }
}

// Lines that are written.
extension LedgerReader {
    /// Takes note of all lines that `body` hands on; quicker than without it.
    public mutating func recalling(_ body: (inout LedgerReader) throws -> Void) throws {
        let connection = database.connection
        try connection.transaction(.deferred) { try body(&self) }
    }

    /// Takes note of a line that is written; throws `LedgerProblem` when no ledger has it at this place.
    public mutating func recall(_ line: UnsafeRawBufferPointer) throws {
        guard let line = LedgerLine(line) else { throw LedgerProblem.noLine }
        if case .decision(let id) = line { try decisions.insert(quoted: id) }
        try cursor.take(line)
    }

    /// Whether a line that was cut off anywhere may begin so.
    public static func mayBeCutOff(_ bytes: UnsafeRawBufferPointer) -> Bool { LedgerLine.mayBegin(with: bytes) }

    /// Throws `LedgerProblem` unless the database has the runs and the last rows that are written.
    public func checkRecalled() throws {
        let connection = database.connection
        try connection.transaction(.deferred) {
            let run = try connection.prepare(
                "SELECT 1 FROM execution_runs WHERE run_number = ?1 AND run_id = ?2 AND started_at = ?3")
            for progress in cursor.runs.values.sorted(by: { $0.run.number < $1.run.number }) {
                run.bind(1, progress.run.number)
                try run.bind(2, progress.run.runID)
                try run.bind(3, progress.run.startedAt)
                guard try run.step() else {
                    throw LedgerProblem.otherRun(number: progress.run.number, runID: progress.run.runID)
                }
                run.reset()
            }
            for table in LedgerTable.allCases { try checkRows(of: table) }
        }
    }

    private func checkRows(of table: LedgerTable) throws {
        let row = try database.connection.prepare("SELECT 1 FROM \(table.name) WHERE \(table.key) = ?1")
        for id in cursor.runs.values.compactMap({ $0.lastID(table) }).sorted() {
            row.bind(1, id)
            guard try row.step() else { throw LedgerProblem.rowMissing(record: table.record, id: id) }
            row.reset()
        }
    }
}

// Lines that are missing.
extension LedgerReader {
    /// Gives the lines of one unchanging view of the database that are not written yet: runs that began, decisions, then run by
    /// run its rows, and its end.
    ///
    /// A decision comes before the first row that refers to it. Throws `DatabaseError`, and what `output` throws.
    ///
    /// - Parameter sweepsDecisions: whether decisions that no row refers to are looked for, which reads all of them.
    public mutating func poll(sweepsDecisions: Bool = true, to output: Output) throws {
        let connection = database.connection
        try connection.transaction(.deferred) {
            try writeNewRuns(to: output)
            if sweepsDecisions { try sweepDecisions(to: output) }
            for run in openRuns {
                for table in LedgerTable.allCases { try writeRows(of: table, run, to: output) }
                try writeEnd(of: run, to: output)
            }
        }
    }

    private mutating func writeNewRuns(to output: Output) throws {
        let statement = queries.newRuns
        defer { statement.reset() }
        statement.bind(1, lastRunNumber)
        try statement.bind(2, selection.runID)
        try statement.bind(3, selection.account)
        while try statement.step() {
            let run = LedgerRun(
                number: statement.int64(0), runID: statement.text(1) ?? "", startedAt: statement.text(2) ?? "")
            openRuns.append(run)
            guard cursor.runs[run.number] == nil else { continue }
            try statement.withTextBytes(3, output)
            try cursor.take(.run(run))
            hasUnsweptDecisions = true
        }
        defer { queries.lastRunNumber.reset() }
        if try queries.lastRunNumber.step() { lastRunNumber = queries.lastRunNumber.int64(0) }
    }

    /// Decisions are of no run, so a selection has those alone that its rows refer to.
    private mutating func sweepDecisions(to output: Output) throws {
        hasUnsweptDecisions = false
        guard selection == LedgerSelection() else { return }
        let statement = queries.unwrittenDecisions
        defer { statement.reset() }
        while try statement.step() { try statement.withTextBytes(0, output) }
        try decisions.insertAll()
    }

    private mutating func writeRows(of table: LedgerTable, _ run: LedgerRun, to output: Output) throws {
        let statement = queries.rows[table.rawValue]
        defer { statement.reset() }
        var last = cursor.runs[run.number]?.lastID(table) ?? run.firstID
        statement.bind(1, run.number)
        statement.bind(2, last)
        statement.bind(3, run.endID)
        while try statement.step() {
            if let decision = statement.text(2), decision != lastDecision {
                try write(decision: decision, to: output)
                lastDecision = decision
            }
            try statement.withTextBytes(1, output)
            last = statement.int64(0)
        }
        cursor.advance(table, of: run.number, to: last)
    }

    private func write(decision id: String, to output: Output) throws {
        guard try !decisions.contains(id) else { return }
        let statement = queries.decision
        defer { statement.reset() }
        try statement.bind(1, id)
        if try statement.step() { try statement.withTextBytes(0, output) }
        try decisions.insert(id)
    }

    /// A run whose rows are complete for good is not looked at again.
    private mutating func writeEnd(of run: LedgerRun, to output: Output) throws {
        let statement = queries.ending
        defer { statement.reset() }
        statement.bind(1, run.number)
        guard try statement.step(), let finishedAt = statement.text(0) else { return }
        if cursor.runs[run.number]?.finishedAt != finishedAt {
            try statement.withTextBytes(2, output)
            try cursor.take(.runFinished(number: run.number, finishedAt: finishedAt))
        }
        if statement.int64(1) == 1 { openRuns.removeAll { $0.number == run.number } }
    }
}
