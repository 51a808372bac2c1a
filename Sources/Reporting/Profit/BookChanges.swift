import TradingModel

/// What changes books without a trade, by account: each waits for its time among the trades.
struct BookChanges {
    enum Change {
        case split(ProfitBook.Split)
        /// At what the broker says it cost; nil where it does not.
        case adjustment(ticker: String, Quantity, price: Price?)
    }

    private struct Entry {
        var time: Timestamp
        var change: Change
    }

    private var waiting: [String: [Entry]] = [:]
    /// How many of an account's are booked.
    private var booked: [String: Int] = [:]

    /// Of one time, what is appended first is booked first.
    mutating func append(_ change: Change, of account: String, at time: Timestamp) {
        var entries = waiting[account, default: []]
        let entry = Entry(time: time, change: change)
        let place = entries.lastIndex { $0.time <= time }.map { $0 + 1 } ?? 0
        entries.insert(entry, at: place)
        waiting[account] = entries
    }

    /// Books those of an account that are no younger than `time`.
    mutating func book(
        of account: String, until time: Timestamp, into book: inout ProfitBook
    ) throws(ArithmeticOverflow) {
        guard let entries = waiting[account] else { return }
        var next = booked[account] ?? 0
        while next < entries.count, entries[next].time <= time {
            try Self.book(entries[next].change, of: account, into: &book)
            next += 1
        }
        booked[account] = next
    }

    /// Books all that are left.
    mutating func book(into book: inout ProfitBook) throws(ArithmeticOverflow) {
        for account in waiting.keys.sorted() { try self.book(of: account, until: Timestamp(ms: .max), into: &book) }
    }

    private static func book(
        _ change: Change, of account: String, into book: inout ProfitBook
    ) throws(ArithmeticOverflow) {
        switch change {
        case .split(let split): try book.split(split)
        case .adjustment(let ticker, let quantity, let price):
            try book.adjust(account: account, ticker: ticker, quantity, price: price)
        }
    }
}
