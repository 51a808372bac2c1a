/// All bars that start at one instant, with their place in the calendar.
///
/// A slice says of the calendar what an exchange publishes ahead (is this the last bar of the session, when is the next
/// session) and nothing of later prices.
public struct BarSlice: Sendable {
    public var start: Timestamp
    public var end: Timestamp
    /// The local date of `start`; a session is a date that has bar times.
    public var session: CalendarDate
    public var isFirstOfSession: Bool
    public var isLastOfSession: Bool
    /// The next date with bar times; nil while the session goes on and at the end of the data.
    public var nextSession: CalendarDate?
    /// The instruments that have a bar, ascending.
    public var instruments: [InstrumentID]
    /// Their bars, in the same order.
    public var bars: [Bar]

    public init(
        start: Timestamp, end: Timestamp, session: CalendarDate, isFirstOfSession: Bool, isLastOfSession: Bool,
        nextSession: CalendarDate?, instruments: [InstrumentID] = [], bars: [Bar] = []
    ) {
        self.start = start
        self.end = end
        self.session = session
        self.isFirstOfSession = isFirstOfSession
        self.isLastOfSession = isLastOfSession
        self.nextSession = nextSession
        self.instruments = instruments
        self.bars = bars
    }
}
