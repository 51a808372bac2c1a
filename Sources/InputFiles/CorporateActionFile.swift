import TradingModel

/// What a file says of one split or dividend.
public struct CorporateActionRow: Sendable, Equatable {
    /// The line of the file.
    public var line: Int
    /// As the file spells it.
    public var ticker: String
    /// The first date on which the share trades without it.
    public var exDate: CalendarDate
    /// With its ratio or amount.
    public var kind: CorporateAction.Kind
}

/// Reads splits and cash dividends from CSV or JSON Lines.
///
/// Columns: `ticker`, `ex_date`, `kind` (`split`, `dividend`) and `value`.
/// The value of a split is the number of new shares for each old one; of a dividend, the cash for each share.
public enum CorporateActionFile {
    static let schema = TableSchema(
        rowName: "corporate action",
        columns: [
            .init(name: "ticker", aliases: ["symbol"], isRequired: true),
            .init(name: "ex_date", aliases: ["date", "exdate"], isRequired: true),
            .init(name: "kind", aliases: ["type", "action"], isRequired: true),
            .init(name: "value", aliases: ["ratio", "amount"], isRequired: true),
        ])

    private enum Kind: String {
        case split
        case dividend
    }

    private struct Key: Hashable {
        let ticker: Int32
        let exDate: CalendarDate
        let kind: Kind
    }

    /// Reads a file as a whole.
    ///
    /// Throws `InputError` with everything that is wrong with it, two splits or two dividends of one ticker on one date
    /// included.
    public static func read(_ file: InputFile) throws(InputError) -> [CorporateActionRow] {
        var records = try RecordReader(file: file, schema: schema)
        var times = TimeReader(localTime: .utc)
        var tickers = StringTable()
        var lineOfKey: [Key: Int] = [:]
        var rows: [CorporateActionRow] = []
        while try records.next() {
            let ticker = records.ticker(0, in: &tickers)
            let exDate = records.date(1, &times)
            let kind = records.word(2, [("split", Kind.split), ("dividend", .dividend)])
            for (column, accepted) in [
                (1, "give a date such as 2005-02-28"), (2, "give split or dividend"), (3, "give a number"),
            ] {
                records.requireFilled(column, accepted: accepted)
            }
            guard let ticker, let exDate, let kind, let value = readValue(kind, &records) else { continue }
            if let earlier = lineOfKey.updateValue(
                records.line, forKey: Key(ticker: ticker, exDate: exDate, kind: kind))
            {
                records.note(
                    2, "is there twice for \(tickers[ticker]) on \(exDate) (first on line \(earlier))",
                    accepted: "give one row for each ticker, date and kind")
            }
            rows.append(
                CorporateActionRow(line: records.line, ticker: tickers[ticker], exDate: exDate, kind: value))
        }
        try records.finish(allowsNoRows: true)
        return rows
    }

    private static func readValue(_ kind: Kind, _ records: inout RecordReader) -> CorporateAction.Kind? {
        switch kind {
        case .dividend:
            return records.price(3).map(CorporateAction.Kind.dividend)
        case .split:
            guard let ratio = records.decimal(3, scale: 9, example: "2") else { return nil }
            guard ratio > 0 else {
                records.note(
                    3, "is not a ratio above zero",
                    accepted: "give new shares for each old one: 2 for 2:1, 0.1 for 1:10")
                return nil
            }
            return .split(ratioE9: ratio)
        }
    }
}
