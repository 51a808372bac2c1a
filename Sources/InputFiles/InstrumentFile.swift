import TradingModel

/// What a file says of one instrument; nil leaves it to the configuration.
public struct InstrumentRow: Sendable, Equatable {
    /// The line of the file.
    public var line: Int
    /// As the file spells it.
    public var ticker: String
    /// Above zero.
    public var lotSize: Quantity?
    /// Above zero.
    public var tickSize: Price?
    /// Zero or more.
    public var minimumNotional: Money?
    /// Yearly rate on short value, in units of 10⁻⁹.
    public var borrowRateE9: Int64?
}

/// Reads instruments from CSV or JSON Lines.
///
/// Columns: `ticker`; optionally `lot_size`, `tick_size`, `minimum_notional`, `borrow_rate`.
public enum InstrumentFile {
    static let schema = TableSchema(
        rowName: "instrument",
        columns: [
            .init(name: "ticker", aliases: ["symbol"], isRequired: true),
            .init(name: "lot_size", aliases: ["lot"]),
            .init(name: "tick_size", aliases: ["tick"]),
            .init(name: "minimum_notional", aliases: ["min_notional"]),
            .init(name: "borrow_rate"),
        ])

    /// Reads a file as a whole.
    ///
    /// Throws `InputError` with everything that is wrong with it, a ticker that is there twice included.
    public static func read(_ file: InputFile) throws(InputError) -> [InstrumentRow] {
        var records = try RecordReader(file: file, schema: schema)
        var tickers = StringTable()
        var lineOfTicker: [Int32: Int] = [:]
        var rows: [InstrumentRow] = []
        while try records.next() {
            guard let ticker = records.ticker(0, in: &tickers) else { continue }
            if let earlier = lineOfTicker.updateValue(records.line, forKey: ticker) {
                records.note(0, "is there twice (first on line \(earlier))", accepted: "give one row for each ticker")
            }
            let borrowRate = records.nonNegative(4, scale: 9, example: "0.03")
            if let borrowRate, borrowRate >= 10_000_000_000 {
                records.note(4, "is a rate of 1000 % or more", accepted: "0.03 is 3 % a year")
            }
            rows.append(
                InstrumentRow(
                    line: records.line, ticker: tickers[ticker], lotSize: records.positiveQuantity(1),
                    tickSize: records.price(2),
                    minimumNotional: records.nonNegative(3, scale: 6, example: "100").map(Money.init(e6:)),
                    borrowRateE9: borrowRate))
        }
        try records.finish(allowsNoRows: true)
        return rows
    }
}
