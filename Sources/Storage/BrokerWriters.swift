import TradingModel

/// The writers of what only a broker's account has.
struct BrokerWriters {
    let trades: BrokerTradeWriter
    private let profits: BrokerProfitWriter
    private let links: VenueLinkWriter
    private let timings: TimingWriter
    private let notifications: NotificationWriter
    private let holdings: HoldingWriter
    private let marks: VenueMarkWriter
    private let equity: EquityMarkWriter
    private let breaker: BreakerWriter
    private let deadLetters: DeadLetterWriter
    private let previews: MarginPreviewWriter

    init(_ context: JournalContext) throws(DatabaseError) {
        trades = try BrokerTradeWriter(context)
        profits = try BrokerProfitWriter(context)
        links = try VenueLinkWriter(context)
        timings = try TimingWriter(context)
        notifications = try NotificationWriter(context)
        holdings = try HoldingWriter(context)
        marks = try VenueMarkWriter(context.connection)
        equity = try EquityMarkWriter(context)
        breaker = try BreakerWriter(context)
        deadLetters = try DeadLetterWriter(context)
        previews = try MarginPreviewWriter(context)
    }

    /// Writes everything but trades, commissions and the words about events; the positions of the batch have to be there already.
    func write(_ journal: BrokerJournal, venue: String, account: String) throws {
        for profit in journal.profits { try profits.write(profit) }
        for link in journal.links { try links.write(link) }
        try timings.write(journal.timings)
        for notification in journal.notifications { try notifications.write(notification) }
        for mark in journal.equityMarks { try equity.write(mark) }
        if let held = journal.holdings { try holdings.replace(held) }
        if let mark = journal.highWaterMark { try marks.raise(to: mark, venue: venue, account: account) }
        if let record = journal.breaker { try breaker.write(record, venue: venue) }
        for event in journal.breakerEvents { try breaker.write(event, venue: venue) }
        for letter in journal.deadLetters { try deadLetters.write(letter) }
        for retry in journal.retries { try deadLetters.write(retry) }
        for preview in journal.previews { try previews.write(preview) }
    }
}
