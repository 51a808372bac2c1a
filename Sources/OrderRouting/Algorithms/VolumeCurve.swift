import TradingModel

/// What traded over a span of time.
public struct TradedVolume: Sendable, Equatable {
    public var instrument: InstrumentID
    public var start: Timestamp
    public var end: Timestamp
    public var quantity: Quantity

    public init(instrument: InstrumentID, start: Timestamp, end: Timestamp, quantity: Quantity) {
        self.instrument = instrument
        self.start = start
        self.end = end
        self.quantity = quantity
    }
}

/// What traded over the day in the past: the sum of some dates by time of day, for its proportions.
///
/// A bar of a day or longer says nothing of the time of day: it spreads over all of it.
struct VolumeCurve: Sendable, Equatable {
    struct Part: Sendable, Equatable {
        /// Since local midnight.
        var start_ms: Int64
        var length_ms: Int64
        var volume: Int128
    }

    static let day_ms: Int64 = 86_400_000

    /// Ascending by their start.
    let parts: [Part]

    /// What traded between two times of day on average, in units of its own; times beyond 24 hours are those of the next days.
    func volume(from start_ms: Int64, to end_ms: Int64) -> Int128 {
        var sum: Int128 = 0
        var day = start_ms / VolumeCurve.day_ms
        while day * VolumeCurve.day_ms < end_ms {
            let midnight = day * VolumeCurve.day_ms
            for part in parts {
                let overlap =
                    min(end_ms - midnight, part.start_ms + part.length_ms) - max(start_ms - midnight, part.start_ms)
                if overlap > 0 { sum += part.volume * Int128(overlap) / Int128(part.length_ms) }
            }
            day += 1
        }
        return sum
    }
}

/// The volumes of an instrument's last dates.
@usableFromInline
struct TradedDates: Sendable {
    private struct Day: Sendable {
        var date: CalendarDate
        var parts: [VolumeCurve.Part] = []
    }

    private var days: [Day] = []
    /// How many dates are kept beside the one that runs.
    var limit: Int

    init(limit: Int) { self.limit = limit }

    /// Takes a finished bar; bars come in the order of time.
    mutating func append(_ traded: TradedVolume, in localTime: LocalTime) {
        let date = localTime.date(of: traded.start)
        if days.last.map({ $0.date < date }) ?? true {
            days.append(Day(date: date))
            if days.count > limit + 1 { days.removeFirst(days.count - limit - 1) }
        }
        let length_ms = traded.end.ms - traded.start.ms
        let isWholeDay = length_ms >= VolumeCurve.day_ms - 7_200_000
        days[days.count - 1].parts.append(
            VolumeCurve.Part(
                start_ms: isWholeDay ? 0 : traded.start.ms - localTime.start(of: date).ms,
                length_ms: isWholeDay ? VolumeCurve.day_ms : max(length_ms, 1), volume: Int128(traded.quantity.e8)))
    }

    /// The curve of the last `count` dates before `date`; nil where there is none.
    func curve(before date: CalendarDate, days count: Int) -> VolumeCurve? {
        let past = days.filter { $0.date < date }.suffix(count)
        guard !past.isEmpty else { return nil }
        let parts = past.flatMap(\.parts).sorted { ($0.start_ms, $0.length_ms) < ($1.start_ms, $1.length_ms) }
        var merged: [VolumeCurve.Part] = []
        for part in parts {
            if let last = merged.last, last.start_ms == part.start_ms, last.length_ms == part.length_ms {
                merged[merged.count - 1].volume += part.volume
            } else {
                merged.append(part)
            }
        }
        return VolumeCurve(parts: merged)
    }
}
