/// Why a file does not go on as the ledger of a database.
public enum LedgerProblem: Error, Equatable, Sendable {
    /// A line that no ledger has.
    case noLine
    /// A row, or the end, of a run whose beginning is not before it.
    case runMissing(number: Int64)
    /// A record that stands before it already.
    case outOfOrder(record: String, id: Int64)
    /// The database has not the run that the file names.
    case otherRun(number: Int64, runID: String)
    /// The database has the run but not the row that the file has.
    case rowMissing(record: String, id: Int64)
}

extension LedgerProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noLine: "is no line of a ledger"
        case .runMissing(let number): "belongs to run number \(number), whose beginning is not in the file before it"
        case .outOfOrder(let record, let id): "has \(record) \(id), which the file has before it already"
        case .otherRun(let number, let runID): "has run \(runID) as number \(number), which the database has not"
        case .rowMissing(let record, let id): "has \(record) \(id), which the database has not"
        }
    }
}
