import TradingModel

/// What an account was worth over time, as far as drawdown and daily loss need it.
///
/// It is told at the end of every session and at every decision. Money that moves in or out without a trade moves the figures to
/// compare with by as much, so that a withdrawal is no loss.
public struct EquityTrack: Sendable, Equatable {
    /// The most the account was worth; nil before the first mark.
    public private(set) var peak: Money?
    /// The last mark of an earlier date, or the first one of all; nil before the first mark.
    public private(set) var dayStart: Money?
    /// Until when everything is counted: the last mark, or money that moved later. What is told of an earlier time comes too late.
    public private(set) var lastTime: Timestamp?
    private var last: Money?
    private var lastDate: CalendarDate?

    public init() {}

    /// Goes on from what is on record.
    public init(peak: Money, last: Money, at time: Timestamp, on date: CalendarDate, dayStart: Money) {
        self.peak = peak
        self.dayStart = dayStart
        self.last = last
        lastTime = time
        lastDate = date
    }

    /// Notes what the account is worth; times do not go back.
    public mutating func mark(_ equity: Money, at time: Timestamp, on date: CalendarDate) {
        if let last, let lastDate, date > lastDate { dayStart = last }
        dayStart = dayStart ?? equity
        peak = peak.map { max($0, equity) } ?? equity
        last = equity
        lastDate = date
        lastTime = time
    }

    /// Money came in, or went out, without a trade. Throws when a sum does not fit.
    public mutating func move(_ amount: Money, at time: Timestamp) throws(ArithmeticOverflow) {
        lastTime = lastTime.map { max($0, time) } ?? time
        peak = try peak.map { money throws(ArithmeticOverflow) in try money.adding(amount, "the peak equity") }
        dayStart = try dayStart.map { money throws(ArithmeticOverflow) in
            try money.adding(amount, "the equity at the start of the day")
        }
        last = try last.map { money throws(ArithmeticOverflow) in try money.adding(amount, "the account's equity") }
    }
}
