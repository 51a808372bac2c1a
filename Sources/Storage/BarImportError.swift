import TradingModel

/// Why bars are not imported; the whole import is rolled back.
public enum BarImportError: Error, Equatable, Sendable {
    /// The database has another bar of that ticker, interval and time.
    ///
    /// Values are in units of 10⁻⁸; nil is an absent volume or adjusted close.
    case conflict(ticker: String, start: Timestamp, field: String, recorded: Int64?, given: Int64?)
    /// The bar starts before 1811 or after 2128.
    case outOfRange(ticker: String, start: Timestamp)
}

extension BarImportError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .conflict(let ticker, let start, let field, let recorded, let given):
            "\(ticker) \(start): the database has \(field) \(BarImportError.text(recorded)), the import has \(BarImportError.text(given)); "
                + "bars are not overwritten: import a corrected history into a new database"
        case .outOfRange(let ticker, let start):
            "\(ticker) \(start): bars from 1811 to 2128 can be stored"
        }
    }

    private static func text(_ e8: Int64?) -> String { e8.map { DecimalText.format($0, scale: 8) } ?? "(none)" }
}
