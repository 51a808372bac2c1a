import Foundation
import Networking
import Reporting
import Storage

/// What of which database is written where, as a ledger.
public struct LedgerOptions: Sendable {
    /// The database.
    public var database: String
    /// The file that lines are appended to; `-` is standard output, nil a file beside the database.
    public var output: String?
    /// Whether it goes on with what is committed later.
    public var follows = false
    /// Which runs; all unless said.
    public var selection = LedgerSelection()

    public init(database: String) { self.database = database }

    /// The file's name where none is given.
    public static let defaultName = "delta_trades.ndjson"

    /// Where lines go.
    public var outputPath: String {
        if let output { return output }
        guard let slash = database.lastIndex(of: "/") else { return Self.defaultName }
        return database[...slash] + Self.defaultName
    }
}

/// Writes the journal of a database as a ledger: append-only lines of JSON, each record once, also across restarts.
///
/// What is written is known from the ledger itself; there is no other state.
public struct LedgerExport {
    /// How often a ledger that follows looks for changes.
    private static let interval_ms: UInt32 = 200
    /// Looking through all decisions may take one part in so many of the time.
    private static let sweepShare: Int64 = 20

    private let options: LedgerOptions
    private let databaseFile: FileIdentity?
    private let buffer: LedgerBuffer
    private var reader: LedgerReader
    private var lastVersion: Int64?
    private var nextSweep_ms: Int64 = 0

    /// Opens the database and the file, reads what is written, and cuts off what a killed writer left of a last line.
    ///
    /// Throws what opening the database throws, `UnknownRun`, `UnknownAccount`, `LedgerRefusal`, and `LedgerFailure` for what
    /// the system refuses.
    public init(_ options: LedgerOptions) throws {
        self.options = options
        let database = try Database.openForReading(options.database)
        if options.follows, database.connection.isImmutable {
            throw LedgerRefusal.cannotFollow(database: options.database)
        }
        reader = try LedgerReader(database, options.selection)
        databaseFile = FileIdentity(options.database)
        if !options.follows { try reader.checkSelection() }
        if options.outputPath == "-" {
            buffer = LedgerBuffer(LedgerStandardOutput())
        } else {
            let file = try LedgerFile(options.outputPath)
            buffer = LedgerBuffer(file)
            try recall(file)
        }
    }

    /// Lines written by this export.
    public var lineCount: Int { buffer.lineCount }

    private mutating func recall(_ file: LedgerFile) throws {
        var bytes: Int64 = 0
        try reader.recalling { reader in bytes = try file.readLines { try reader.recall($0) } }
        do { try reader.checkRecalled() } catch let problem as LedgerProblem {
            throw LedgerRefusal.otherDatabase(
                path: options.outputPath, database: options.database, problem: problem)
        }
        try file.cut(to: bytes)
    }

    /// Writes what is missing; one that follows does so until it is asked to end, and has then what was committed before.
    ///
    /// Throws `DatabaseError`, and `LedgerFailure` for what stopped it.
    public mutating func run(isInterrupted: () -> Bool) throws {
        while true {
            let isLast = !options.follows || isInterrupted()
            try writeNews()
            if isLast { return }
            usleep(Self.interval_ms * 1_000)
        }
    }

    private mutating func writeNews() throws {
        if let databaseFile, FileIdentity(options.database) != databaseFile {
            throw LedgerFailure.databaseReplaced(path: options.database)
        }
        let start_ms = SystemClock.monotonic_ms
        let sweeps = reader.hasUnsweptDecisions && start_ms >= nextSweep_ms
        // The version is read before the rows: what is committed in between is looked for again.
        let version = try reader.dataVersion()
        guard version != lastVersion || sweeps else { return }
        let buffer = buffer
        try reader.poll(sweepsDecisions: sweeps) { try buffer.append($0) }
        try buffer.finish()
        lastVersion = version
        if sweeps { nextSweep_ms = start_ms + (SystemClock.monotonic_ms - start_ms) * Self.sweepShare }
    }
}
