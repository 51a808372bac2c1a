import TradingModel

/// How many orders were approved, by date and by minute.
struct OrderCounts: Sendable {
    private static let minute_ms: Int64 = 60_000

    private var date: CalendarDate?
    private var ofDate = 0
    /// When the last orders were approved, in a ring; as many as a minute may have.
    private var times: [Int64]
    private var next = 0
    private var known = 0

    /// Remembers the times of so many orders.
    init(perMinute: Int) { times = Array(repeating: 0, count: max(perMinute, 0)) }

    func count(on date: CalendarDate) -> Int { self.date == date ? ofDate : 0 }

    /// Orders of the 60 seconds up to a time, at most as many as are remembered.
    func count(inMinuteTo time: Timestamp) -> Int {
        var count = 0
        var place = next
        while count < known {
            place = place == 0 ? times.count - 1 : place - 1
            guard times[place] > time.ms - Self.minute_ms else { break }
            count += 1
        }
        return count
    }

    /// Whether the 60 seconds up to a time have as many orders as are remembered.
    func isMinuteFull(at time: Timestamp) -> Bool {
        known == times.count && (times.isEmpty || times[next] > time.ms - Self.minute_ms)
    }

    mutating func note(_ time: Timestamp, _ date: CalendarDate) {
        ofDate = count(on: date) + 1
        self.date = date
        remember(time)
    }

    mutating func restore(_ date: CalendarDate, _ count: Int, _ times: [Timestamp]) {
        ofDate = self.count(on: date) + count
        self.date = date
        for time in times { remember(time) }
    }

    private mutating func remember(_ time: Timestamp) {
        guard !times.isEmpty else { return }
        times[next] = time.ms
        next = next + 1 == times.count ? 0 : next + 1
        known = min(known + 1, times.count)
    }
}
