/// The offsets of one time zone from UTC, as plain data: the edge reads them from the system's tables, the core only looks them up.
public struct LocalTime: Sendable, Equatable {
    /// From `start` on, local time is UTC plus `offset_s`.
    public struct Transition: Sendable, Equatable {
        public let start: Timestamp
        public let offset_s: Int32

        public init(start: Timestamp, offset_s: Int32) {
            self.start = start
            self.offset_s = offset_s
        }
    }

    /// The zone's name, such as `America/New_York`.
    public let name: String
    let initialOffset_s: Int32
    let transitions: [Transition]

    public init(name: String, initialOffset_s: Int32, transitions: [Transition]) {
        self.name = name
        self.initialOffset_s = initialOffset_s
        self.transitions = transitions.sorted { $0.start < $1.start }
    }

    public static let utc = LocalTime(name: "UTC", initialOffset_s: 0, transitions: [])

    /// Seconds to add to UTC at `instant`.
    public func offset_s(at instant: Timestamp) -> Int32 {
        guard !transitions.isEmpty else { return initialOffset_s }
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].start <= instant { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? initialOffset_s : transitions[low - 1].offset_s
    }

    /// The local date at `instant`.
    public func date(of instant: Timestamp) -> CalendarDate {
        let local_ms = instant.ms + Int64(offset_s(at: instant)) * 1_000
        let day = local_ms >= 0 ? local_ms / 86_400_000 : (local_ms - 86_399_999) / 86_400_000
        return CalendarDate(days: Int32(truncatingIfNeeded: day))
    }

    /// The first instant of a local date: its midnight.
    ///
    /// Where the clock is put forward over midnight, the instant the date begins with; where midnight comes twice, the earlier.
    public func start(of date: CalendarDate) -> Timestamp {
        let asUTC = Timestamp(ms: Int64(date.days) * 86_400_000)
        guard !transitions.isEmpty else { return asUTC.adding(ms: -Int64(initialOffset_s) * 1_000) }
        let before = offset_s(at: asUTC.adding(ms: -86_400_000))
        let after = offset_s(at: asUTC.adding(ms: 86_400_000))
        let candidates = [max(before, after), min(before, after)].map { asUTC.adding(ms: -Int64($0) * 1_000) }
        if let midnight = candidates.first(where: {
            self.date(of: $0) == date && self.date(of: $0.adding(ms: -1)) < date
        }) {
            return midnight
        }
        return transitions.first { self.date(of: $0.start) == date && self.date(of: $0.start.adding(ms: -1)) < date }?
            .start
            ?? candidates[1]
    }
}
