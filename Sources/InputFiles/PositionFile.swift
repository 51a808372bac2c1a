import TradingModel

/// What a file says is held of one ticker.
public struct PositionRow: Sendable, Equatable {
    /// As the file spells it.
    public var ticker: String
    /// Negative is short.
    public var quantity: Quantity

    public init(ticker: String, quantity: Quantity) {
        self.ticker = ticker
        self.quantity = quantity
    }
}

/// Reads positions from CSV or JSON Lines: `ticker` and `quantity`.
public enum PositionFile {
    static let schema = TableSchema(
        rowName: "position",
        columns: [
            .init(name: "ticker", aliases: ["symbol"], isRequired: true),
            .init(name: "quantity", aliases: ["size", "position", "shares"], isRequired: true),
        ])

    /// Reads a file as a whole.
    ///
    /// Throws `InputError` with everything that is wrong with it, a ticker that is there twice included.
    public static func read(_ file: InputFile) throws(InputError) -> [PositionRow] {
        var records = try RecordReader(file: file, schema: schema)
        var tickers = StringTable()
        var lineOfTicker: [Int32: Int] = [:]
        var rows: [PositionRow] = []
        while try records.next() {
            guard let ticker = records.ticker(0, in: &tickers) else { continue }
            if let earlier = lineOfTicker.updateValue(records.line, forKey: ticker) {
                records.note(0, "is there twice (first on line \(earlier))", accepted: "give one row for each ticker")
            }
            records.requireFilled(1, accepted: "give a number of shares; short is negative")
            guard let e8 = records.decimal(1, scale: 8, example: "-100") else { continue }
            rows.append(PositionRow(ticker: tickers[ticker], quantity: Quantity(e8: e8)))
        }
        try records.finish()
        return rows
    }
}
