import Foundation
import Reporting

/// Why a file is not gone on with as the ledger of a database; nothing in it was changed.
public enum LedgerRefusal: Error, Equatable, Sendable {
    /// The system does not open the file; `code` is its number for the reason.
    case cannotOpen(path: String, code: Int32)
    /// A folder, a pipe or a device.
    case noRegularFile(path: String)
    /// Another exporter writes to it.
    case inUse(path: String)
    /// A line that no ledger has, counted from 1.
    case noLedger(path: String, line: Int, problem: LedgerProblem)
    /// The ledger of another database, or of a later state of this one.
    case otherDatabase(path: String, database: String, problem: LedgerProblem)
    /// To be followed, but the database can only be read as one that does not change.
    case cannotFollow(database: String)
}

extension LedgerRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotOpen(let path, let code):
            "\(path): cannot be opened for writing: \(String(cString: strerror(code)))"
        case .noRegularFile(let path): "\(path): is no regular file; give a file, or - for standard output"
        case .inUse(let path): "\(path): another exporter is writing to this file; stop it, or give another --out"
        case .noLedger(let path, let line, let problem):
            "\(path):\(line): \(problem); give another --out, or move the file away to write the ledger from its start"
        case .otherDatabase(let path, let database, let problem):
            "\(path): is no ledger of \(database), or of a later state of it: it \(problem); give another --out, or move the file away to write the ledger from its start"
        case .cannotFollow(let database):
            "\(database): cannot be followed, because its folder cannot be written and no other program has the database open; make the folder writable, or leave --follow out"
        }
    }
}

/// What stopped a ledger on its way; the same command goes on where it stopped.
public enum LedgerFailure: Error, Equatable, Sendable {
    /// The system refused to read or write; `code` is its number for the reason.
    case inputOutput(path: String, code: Int32)
    /// Somebody else shortened, lengthened, moved or removed the file.
    case outputChanged(path: String)
    /// Another file has taken the database's place.
    case databaseReplaced(path: String)
}

extension LedgerFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .inputOutput(let path, let code):
            "\(path): the operating system failed to read or write it: \(String(cString: strerror(code)))"
        case .outputChanged(let path):
            "\(path): was changed, moved or removed by another program while the ledger was written to it"
        case .databaseReplaced(let path): "\(path): is not the file any more that was opened; start again"
        }
    }
}
