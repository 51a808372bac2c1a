import TradingModel

/// The PRODUCTION runs of accounts: begins them, and says what is on record of an account.
public struct ProductionStore {
    /// The venue of a run that sends nothing.
    public static let dryRunVenue = "dry_run"

    private let connection: Connection
    private let runs: RunStore

    public init(_ database: Database) {
        connection = database.connection
        runs = RunStore(database)
    }

    /// Begins a run, takes up an interrupted one, or finds that it is complete.
    ///
    /// Throws what `RunStore.begin` throws, `RunRefusal.unfinished` while another run of the account has not ended, and
    /// `RunRefusal.overtaken` for a run with open orders after which another one has made orders; nothing is written then.
    ///
    /// - Parameter decisions: The decisions of the run, written with it.
    public func begin(_ header: RunHeader, decisions: [Decision]) throws -> RunStart {
        try connection.transaction {
            let start = try runs.begin(header, decisions: decisions)
            switch start {
            case .alreadyCompleted: break
            case .started(let handle), .resumes(let handle):
                try refuseWhileAnotherIsOpen(handle)
                try refuseWhenOvertaken(handle)
            }
            return start
        }
    }

    /// The runs of an account that have not ended, in the order they were begun; dry runs are left out.
    public func openRuns(_ account: String) throws -> [OpenRun] {
        let statement = try connection.prepare(
            """
            SELECT \(OpenRun.columns) FROM execution_runs
            WHERE book = ?1 AND status = 'RUNNING' AND venue <> '\(ProductionStore.dryRunVenue)'
            ORDER BY run_number
            """)
        try statement.bind(1, RunHeader.book(ofAccount: account))
        var open: [OpenRun] = []
        while try statement.step() { open.append(try OpenRun(statement)) }
        return open
    }

    /// Everything on record of an account that a run of it goes on from.
    ///
    /// The account counts as known once its first balances are on record, or a trade of an order of ours is. Throws `UnreadableRow`
    /// for what this program cannot have written, `DatabaseError` for what SQLite refuses.
    ///
    /// - Parameters:
    ///   - run: The run as `begin` gave it.
    ///   - names: The run's own names; instruments and decisions of the record are numbered by the lists that are returned,
    ///     which begin with these.
    public func record(
        of account: String, run: RunHandle, names: RunNames
    ) throws -> (AccountRecord, tickers: [String], decisions: [Decision], orderKeys: [OrderNumber: String]) {
        try connection.transaction(.deferred) {
            var reader = try AccountRecordReader(connection, account: account, run: run, names: names)
            try reader.read()
            return (
                reader.record, tickers: reader.names.tickers, decisions: reader.names.decisions,
                orderKeys: reader.orderKeys
            )
        }
    }

    /// The highest order id that may have been used at a venue; nil where none was.
    public func highWaterMark(venue: String, account: String) throws -> Int32? {
        let statement = try connection.prepare(
            "SELECT high_water_mark FROM venue_marks WHERE venue = ?1 AND account = ?2")
        try statement.bind(1, venue)
        try statement.bind(2, account)
        return try statement.step() ? Int32(truncatingIfNeeded: statement.int64(0)) : nil
    }

    /// Raises the highest order id that may have been used at a venue; a lower one than is on record changes nothing.
    public func setHighWaterMark(_ mark: Int32, venue: String, account: String) throws {
        try connection.transaction {
            try VenueMarkWriter(connection).raise(to: mark, venue: venue, account: account)
        }
    }
}

extension ProductionStore {
    private func refuseWhileAnotherIsOpen(_ run: RunHandle) throws {
        let others = try openRuns(run.header.account).filter { $0.runNumber != run.runNumber }
        guard let other = others.first else { return }
        throw RunRefusal.unfinished(
            runID: other.header.runID, account: other.header.account, startedAt: other.header.startedAt.description,
            host: other.writerHost, pid: other.writerPID, isBeingWritten: other.isBeingWritten)
    }

    /// Its orders were planned for positions that are others now.
    private func refuseWhenOvertaken(_ run: RunHandle) throws {
        let statement = try connection.prepare(
            """
            SELECT later.run_id
            FROM execution_runs r JOIN execution_runs later ON later.book = r.book AND later.run_number > r.run_number
            WHERE r.run_number = ?1 AND later.venue <> '\(ProductionStore.dryRunVenue)'
                AND json_extract(later.progress, '$.orders') > 0
                AND EXISTS (
                    SELECT 1 FROM orders o
                    WHERE \(AccountRecordReader.rows("o.order_id")) AND o.status IN ('PLANNED', 'SUBMITTED', 'WORKING', 'UNKNOWN'))
            ORDER BY later.run_number DESC
            """)
        statement.bind(1, run.runNumber)
        guard try statement.step(), let later = statement.text(0) else { return }
        throw RunRefusal.overtaken(runID: run.header.runID, account: run.header.account, by: later)
    }
}
