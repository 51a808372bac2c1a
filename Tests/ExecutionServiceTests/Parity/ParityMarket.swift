import TradingModel

/// The sessions of the bars with their closes.
struct ParityMarket {
    struct Session {
        /// `yyyy-mm-dd`.
        let date: String
        /// In 10⁻⁸; tickers that have no bar yet are absent.
        var closes: [(ticker: String, close_e8: Int64)]
    }

    private(set) var sessions: [Session] = []

    /// - Parameter rows: date, ticker and close of every bar, ascending.
    init(rows: [[String]]) {
        for row in rows {
            if sessions.last?.date != row[0] { sessions.append(Session(date: row[0], closes: [])) }
            sessions[sessions.count - 1].closes.append((row[1], Int64(row[2]) ?? 0))
        }
    }

    /// Places with the one at which what is decided there is over.
    func spans(of places: [Int]) -> [(place: Int, end: Int)] {
        Array(zip(places, places.dropFirst() + [sessions.count - 1]))
    }

    /// The places of the last sessions of the weeks, without those of the first and the last one.
    var weekEnds: [Int] {
        sessions.indices.dropFirst(5).dropLast().filter { week(of: $0) != week(of: $0 + 1) }
    }

    private func week(of place: Int) -> Int32? {
        let parts = sessions[place].date.split(separator: "-").compactMap { Int($0) }
        // 1970-01-01 was a Thursday.
        return CalendarDate(year: parts[0], month: parts[1], day: parts[2]).map { ($0.days + 3) / 7 }
    }
}

/// What is decided at the end of one session.
struct ParityDecision {
    /// The session, by its place in the market.
    let place: Int
    /// The last session for what was decided: that of the next decision, or the last one of all.
    let end: Int
    /// Rows of the file, each with its end of line.
    let rows: [String]
}

/// Prices as files have them.
enum ParityPrice {
    /// A price so many tenths of a percent from another, with so many decimals.
    static func text(_ price_e8: Int64, tenthsOff: Int, decimals: Int = 2) -> String {
        let unit: Int64 = decimals == 2 ? 1_000_000 : 100_000
        return DecimalText.format(price_e8 / unit * Int64(1_000 + tenthsOff) / 1_000, scale: decimals)
    }
}
