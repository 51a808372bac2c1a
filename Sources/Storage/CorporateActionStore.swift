import TradingModel

/// A split or dividend as the database has it, by ticker.
public struct CorporateActionRow: Sendable, Equatable {
    /// The instrument's ticker.
    public var ticker: String
    /// The first day without the right to it.
    public var exDate: CalendarDate
    /// What it is, with its value.
    public var kind: CorporateAction.Kind

    public init(ticker: String, exDate: CalendarDate, kind: CorporateAction.Kind) {
        self.ticker = ticker
        self.exDate = exDate
        self.kind = kind
    }
}

/// The database has another value for a split or dividend; nothing was imported.
public struct CorporateActionConflict: Error, Equatable, Sendable, CustomStringConvertible {
    /// What the database has.
    public let recorded: CorporateActionRow
    /// What was to be imported.
    public let given: CorporateActionRow

    public var description: String {
        "\(given.ticker) \(given.exDate): the database has \(recorded.kind.text), the import has \(given.kind.text)"
    }
}

/// The splits and dividends of a historical database.
public struct CorporateActionStore {
    private let connection: Connection
    private let instruments: InstrumentStore

    public init(_ database: Database) {
        connection = database.connection
        instruments = InstrumentStore(database)
    }

    /// Every split and dividend, by ticker and date.
    public func all() throws(DatabaseError) -> [CorporateActionRow] {
        let statement = try connection.prepare(
            """
            SELECT ticker, CAST(julianday(ex_date) - 2440587.5 AS INTEGER), ratio_e9, per_share_e8
            FROM splits_and_dividends ORDER BY ticker, ex_date, kind
            """)
        var rows: [CorporateActionRow] = []
        while try statement.step() {
            let kind: CorporateAction.Kind =
                statement.optionalInt64(2).map { .split(ratioE9: $0) }
                ?? .dividend(perShare: Price(e8: statement.int64(3)))
            rows.append(
                CorporateActionRow(
                    ticker: statement.text(0) ?? "",
                    exDate: CalendarDate(days: Int32(truncatingIfNeeded: statement.int64(1))), kind: kind))
        }
        return rows
    }

    /// Adds splits and dividends, all or none; equal ones that are there are counted as unchanged.
    ///
    /// Throws `CorporateActionConflict` where the database has another value.
    public func write(_ rows: [CorporateActionRow]) throws -> BarImportSummary {
        try connection.transaction {
            var summary = BarImportSummary()
            for row in rows {
                if try insert(row) { summary.inserted += 1 } else { summary.unchanged += 1 }
            }
            return summary
        }
    }

    /// False when an equal row is there.
    private func insert(_ row: CorporateActionRow) throws -> Bool {
        let instrument = try instruments.identify(row.ticker)
        let selection = try connection.prepare(
            """
            SELECT ratio_e9, per_share_e8 FROM corporate_actions WHERE instrument_id = ?1 AND ex_date = ?2 AND kind = ?3
            """)
        selection.bind(1, instrument)
        try selection.bind(2, row.exDate.description)
        try selection.bind(3, row.kind.code)
        guard try selection.step() else { return try insert(row, instrument: instrument) }
        let recorded: CorporateAction.Kind =
            selection.optionalInt64(0).map { .split(ratioE9: $0) } ?? .dividend(perShare: Price(e8: selection.int64(1)))
        guard recorded == row.kind else {
            throw CorporateActionConflict(
                recorded: CorporateActionRow(ticker: row.ticker, exDate: row.exDate, kind: recorded), given: row)
        }
        return false
    }

    private func insert(_ row: CorporateActionRow, instrument: Int64) throws(DatabaseError) -> Bool {
        let insertion = try connection.prepare(
            "INSERT INTO corporate_actions (instrument_id, ex_date, kind, ratio_e9, per_share_e8) VALUES (?1, ?2, ?3, ?4, ?5)"
        )
        insertion.bind(1, instrument)
        try insertion.bind(2, row.exDate.description)
        try insertion.bind(3, row.kind.code)
        switch row.kind {
        case .split(let ratioE9): insertion.bind(4, ratioE9)
        case .dividend(let perShare): insertion.bind(5, perShare.e8)
        }
        try insertion.run()
        return true
    }
}

extension CorporateAction.Kind {
    /// The word in `corporate_actions.kind`.
    fileprivate var code: String {
        switch self {
        case .split: "SPLIT"
        case .dividend: "DIVIDEND"
        }
    }

    fileprivate var text: String {
        switch self {
        case .split(let ratioE9): "a split of \(DecimalText.format(ratioE9, scale: 9))"
        case .dividend(let perShare): "a dividend of \(perShare)"
        }
    }
}
