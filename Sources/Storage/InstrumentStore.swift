import TradingModel

/// What the database knows of an instrument; nil where the configuration's default holds.
public struct InstrumentRow: Sendable, Equatable {
    /// The instrument's name, unique.
    public var ticker: String
    /// Orders are multiples of this.
    public var lotSize: Quantity?
    /// Prices are multiples of this.
    public var tickSize: Price?
    /// Orders worth less are not sent.
    public var minimumNotional: Money?
    /// Yearly rate charged on short value, in units of 10⁻⁹.
    public var borrowRateE9: Int64?

    public init(
        ticker: String, lotSize: Quantity? = nil, tickSize: Price? = nil, minimumNotional: Money? = nil,
        borrowRateE9: Int64? = nil
    ) {
        self.ticker = ticker
        self.lotSize = lotSize
        self.tickSize = tickSize
        self.minimumNotional = minimumNotional
        self.borrowRateE9 = borrowRateE9
    }
}

/// The instruments of a historical database and their corporate actions.
public struct InstrumentStore {
    let connection: Connection

    public init(_ database: Database) { connection = database.connection }

    init(_ connection: Connection) { self.connection = connection }

    /// Every instrument, by ticker.
    public func all() throws(DatabaseError) -> [InstrumentRow] {
        let statement = try connection.prepare(
            """
            SELECT ticker, lot_size_e8, tick_size_e8, minimum_notional_e6, borrow_rate_e9 FROM instruments ORDER BY ticker
            """)
        var rows: [InstrumentRow] = []
        while try statement.step() {
            rows.append(
                InstrumentRow(
                    ticker: statement.text(0) ?? "", lotSize: statement.optionalInt64(1).map(Quantity.init(e8:)),
                    tickSize: statement.optionalInt64(2).map(Price.init(e8:)),
                    minimumNotional: statement.optionalInt64(3).map(Money.init(e6:)),
                    borrowRateE9: statement.optionalInt64(4)))
        }
        return rows
    }

    /// Writes the trading steps of instruments, all or none; instruments that are not there are made.
    public func write(_ rows: [InstrumentRow]) throws {
        try connection.transaction {
            let statement = try connection.prepare(
                """
                UPDATE instruments SET lot_size_e8 = ?2, tick_size_e8 = ?3, minimum_notional_e6 = ?4, borrow_rate_e9 = ?5
                WHERE instrument_id = ?1
                """)
            for row in rows {
                statement.bind(1, try identify(row.ticker))
                statement.bind(2, row.lotSize?.e8)
                statement.bind(3, row.tickSize?.e8)
                statement.bind(4, row.minimumNotional?.e6)
                statement.bind(5, row.borrowRateE9)
                try statement.run()
            }
        }
    }

    /// The id of a ticker's row, which is made when it is not there.
    func identify(_ ticker: String) throws(DatabaseError) -> Int64 {
        let insertion = try connection.prepare("INSERT INTO instruments (ticker) VALUES (?1) ON CONFLICT DO NOTHING")
        try insertion.bind(1, ticker)
        try insertion.run()
        let selection = try connection.prepare("SELECT instrument_id FROM instruments WHERE ticker = ?1")
        try selection.bind(1, ticker)
        try selection.step()
        return selection.int64(0)
    }
}
