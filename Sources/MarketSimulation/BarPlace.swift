import TradingModel

/// A slice without its bars: the place in time and calendar of what is being played.
struct BarPlace: Sendable {
    let start: Timestamp
    let end: Timestamp
    let session: CalendarDate
    let isFirstOfSession: Bool
    let isLastOfSession: Bool
    let nextSession: CalendarDate?

    /// Before the first bar.
    init() {
        start = Timestamp(ms: .min)
        end = Timestamp(ms: .min)
        session = CalendarDate(days: .min)
        isFirstOfSession = false
        isLastOfSession = false
        nextSession = nil
    }

    init(_ slice: BarSlice) {
        start = slice.start
        end = slice.end
        session = slice.session
        isFirstOfSession = slice.isFirstOfSession
        isLastOfSession = slice.isLastOfSession
        nextSession = slice.nextSession
    }
}
