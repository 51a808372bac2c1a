import MarketSimulation
import Storage
import TradingModel

/// Merges series of bars into slices, in the order of time, holding only a few bars of each.
struct BarFeed {
    /// Bars fetched from a cursor at a time.
    private static let pieceSize = 512

    private enum Source {
        case memory([Bar])
        case cursor(BarCursor)
    }

    private struct Series {
        var source: Source
        var buffer: [Bar]
        var position = 0
    }

    private let interval: BarInterval
    private let localTime: LocalTime
    private var series: [Series] = []
    /// Start of the next bar of each series, in ms; `Int64.max` when it has no more.
    private var nextStarts: [Int64] = []
    /// Bar times of instruments that are not traded; they are in the calendar all the same.
    private let calendar: [Timestamp]
    private var calendarPosition = 0
    private var nextStart: Int64
    private var lastSession: CalendarDate?

    init(memory: [[Bar]], calendar: [Timestamp], interval: BarInterval, localTime: LocalTime) throws(DatabaseError) {
        try self.init(
            sources: memory.map { .memory($0) }, calendar: calendar, interval: interval, localTime: localTime)
    }

    init(cursors: [BarCursor], calendar: [Timestamp], interval: BarInterval, localTime: LocalTime) throws(DatabaseError)
    {
        try self.init(
            sources: cursors.map { .cursor($0) }, calendar: calendar, interval: interval, localTime: localTime)
    }

    private init(
        sources: [Source], calendar: [Timestamp], interval: BarInterval, localTime: LocalTime
    ) throws(DatabaseError) {
        self.interval = interval
        self.localTime = localTime
        self.calendar = calendar
        nextStart = .max
        for source in sources {
            if case .memory(let bars) = source {
                series.append(Series(source: source, buffer: bars))
            } else {
                series.append(Series(source: source, buffer: []))
            }
        }
        nextStarts = Array(repeating: .max, count: series.count)
        for index in series.indices { try advance(index, to: 0) }
        nextStart = min(nextStarts.min() ?? .max, calendar.first?.ms ?? .max)
    }

    /// The start of the next slice; nil at the end of the data.
    var peek: Timestamp? { nextStart == .max ? nil : Timestamp(ms: nextStart) }

    /// Reads the next slice; false at the end of the data.
    mutating func next(into slice: inout BarSlice) throws(DatabaseError) -> Bool {
        guard nextStart != .max else { return false }
        let start = nextStart
        slice.instruments.removeAll(keepingCapacity: true)
        slice.bars.removeAll(keepingCapacity: true)
        var following = nextCalendarTime(after: start)
        for index in nextStarts.indices {
            if nextStarts[index] == start {
                slice.instruments.append(InstrumentID(index))
                slice.bars.append(series[index].buffer[series[index].position])
                try advance(index, to: series[index].position + 1)
            }
            following = min(following, nextStarts[index])
        }
        nextStart = following
        place(&slice, at: Timestamp(ms: start))
        return true
    }

    private func session(at instant: Timestamp) -> CalendarDate { localTime.date(of: instant) }

    private mutating func place(_ slice: inout BarSlice, at start: Timestamp) {
        let session = session(at: start)
        slice.start = start
        slice.end = interval.end(of: start, in: localTime)
        slice.session = session
        slice.isFirstOfSession = session != lastSession
        let next = peek.map(self.session(at:))
        slice.isLastOfSession = next != session
        slice.nextSession = next == session ? nil : next
        lastSession = session
    }

    private mutating func nextCalendarTime(after start: Int64) -> Int64 {
        while calendarPosition < calendar.count, calendar[calendarPosition].ms <= start { calendarPosition += 1 }
        return calendarPosition < calendar.count ? calendar[calendarPosition].ms : .max
    }

    @inline(__always)
    private mutating func advance(_ index: Int, to position: Int) throws(DatabaseError) {
        series[index].position = position
        if position == series[index].buffer.count, !(try refill(index)) {
            nextStarts[index] = .max
            return
        }
        nextStarts[index] = series[index].buffer[series[index].position].start.ms
    }

    /// Fetches the next piece; false when there is none.
    private mutating func refill(_ index: Int) throws(DatabaseError) -> Bool {
        guard case .cursor(let cursor) = series[index].source else { return false }
        series[index].buffer.removeAll(keepingCapacity: true)
        series[index].position = 0
        return try cursor.read(Self.pieceSize, into: &series[index].buffer) > 0
    }
}
