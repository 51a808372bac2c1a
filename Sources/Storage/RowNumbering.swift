import TradingModel

/// How rows of a run are numbered across the database: `run_number * 10⁹ + number within the run`.
///
/// Jobs that write to one file at once need no common counter, and a run that is done again makes the same ids relative to it.
public struct RowNumbering: Sendable, Equatable {
    /// How many rows of one kind a run may have.
    public static let rowsPerRun: Int64 = OrderNumber.firstRowID

    let base: Int64

    /// The ids of a run.
    public init(runNumber: Int64) { base = runNumber * RowNumbering.rowsPerRun }

    /// The id of a row, from its number within the run; what is too large for a number is the id of an earlier run's row.
    @inline(__always)
    public func id(_ number: Int64) -> Int64 { number < RowNumbering.rowsPerRun ? base + number : number }

}

extension JournalCounts {
    /// Throws `TooManyRows` when the numbers of a run are used up.
    func check() throws(TooManyRows) {
        try check(orders, of: "orders")
        try check(events, of: "order_events")
        try check(trades, of: "trades")
        try check(cash, of: "cash_entries")
    }

    private func check(_ number: Int64, of table: StaticString) throws(TooManyRows) {
        guard number < RowNumbering.rowsPerRun else { throw TooManyRows(table: "\(table)") }
    }
}

/// A run made more rows than a run can have.
public struct TooManyRows: Error, Equatable, Sendable, CustomStringConvertible {
    /// The table whose numbers are used up.
    public let table: String

    public var description: String {
        "a run can have \(RowNumbering.rowsPerRun) rows in \(table) at most; split it into several runs"
    }
}
