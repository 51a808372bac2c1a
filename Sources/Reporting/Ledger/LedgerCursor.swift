import Storage

/// How far a ledger has come: for every run it names, the last row of each table.
///
/// Rows of a run are committed in the order of their ids, but runs interleave, so one number a table would not do.
struct LedgerCursor {
    /// What is written of one run.
    struct Progress: Equatable {
        /// The run.
        let run: LedgerRun
        /// By `LedgerTable.rawValue`; where nothing is written, what the ids of the run begin after.
        fileprivate(set) var lastIDs: [Int64]
        /// The last end that is written; a run that failed may be taken up and end again.
        fileprivate(set) var finishedAt: String?

        init(_ run: LedgerRun) {
            self.run = run
            lastIDs = LedgerTable.allCases.map { _ in run.firstID }
        }

        /// The last row that is written; nil for none.
        func lastID(_ table: LedgerTable) -> Int64? {
            lastIDs[table.rawValue] > run.firstID ? lastIDs[table.rawValue] : nil
        }
    }

    /// By run number.
    private(set) var runs: [Int64: Progress] = [:]

    /// Takes note of a line that is written; decisions are of no run.
    ///
    /// Throws `LedgerProblem` for a line that no ledger has at this place.
    mutating func take(_ line: LedgerLine) throws(LedgerProblem) {
        switch line {
        case .decision: break
        case .run(let run):
            guard run.number > 0, run.number < Int64.max / RowNumbering.rowsPerRun else { throw .noLine }
            guard runs.updateValue(Progress(run), forKey: run.number) == nil else {
                throw .outOfOrder(record: "run", id: run.number)
            }
        case .runFinished(let number, let finishedAt):
            guard runs[number] != nil else { throw .runMissing(number: number) }
            guard runs[number]?.finishedAt != finishedAt else { throw .outOfOrder(record: "run_finished", id: number) }
            runs[number]?.finishedAt = finishedAt
        case .row(let table, let id): try take(table, id)
        }
    }

    private mutating func take(_ table: LedgerTable, _ id: Int64) throws(LedgerProblem) {
        let number = id / RowNumbering.rowsPerRun
        guard let last = runs[number]?.lastIDs[table.rawValue] else { throw .runMissing(number: number) }
        guard id > last else { throw .outOfOrder(record: table.record, id: id) }
        runs[number]?.lastIDs[table.rawValue] = id
    }

    /// Takes note of a row of a run that is there.
    mutating func advance(_ table: LedgerTable, of number: Int64, to id: Int64) {
        runs[number]?.lastIDs[table.rawValue] = id
    }
}

extension LedgerRun {
    /// The id before the first row of the run, in every table.
    var firstID: Int64 { number * RowNumbering.rowsPerRun }
    /// The id after the last row that the run may have.
    var endID: Int64 { firstID + RowNumbering.rowsPerRun }
}
