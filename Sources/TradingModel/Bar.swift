/// One bar of one instrument: what traded from its start until its interval ended.
///
/// `start` is the only time a bar has; that a bar is known by its start is what makes look-ahead impossible.
public struct Bar: Sendable, Equatable {
    public var start: Timestamp
    public var open: Price
    public var high: Price
    public var low: Price
    public var close: Price
    /// Traded volume; nil where the source has none, which is allowed only without a volume limit.
    public var volume: Quantity?

    @inlinable
    public init(start: Timestamp, open: Price, high: Price, low: Price, close: Price, volume: Quantity?) {
        self.start = start
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
    }

    /// A bar with a volume of zero is in the calendar and nothing else: it has no trade, so it fills no order.
    @inlinable public var hasTrades: Bool { volume.map { $0.e8 > 0 } ?? true }
}

/// How long the bars of a series last.
public struct BarInterval: Hashable, Sendable, CustomStringConvertible {
    /// Length in seconds; a multiple of 86,400 means calendar days.
    public let seconds: Int64

    /// A century: longer is a mistake, and would leave the range of timestamps.
    private static let longest_s: Int64 = 36_525 * 86_400

    /// Nil unless positive and at most a century.
    public init?(seconds: Int64) {
        guard seconds > 0, seconds <= BarInterval.longest_s else { return nil }
        self.seconds = seconds
    }

    private init(_ seconds: Int64) { self.seconds = seconds }

    public static let day = BarInterval(86_400)
    public static let minute = BarInterval(60)

    /// Reads `1d`, `5m`, `1h`, `30s`, `1w`; nil for anything else.
    public init?(_ text: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        guard let last = text.last, let unit = units[last], text.first != "+", let count = Int64(text.dropLast()) else {
            return nil
        }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        self.init(seconds: seconds)
    }

    /// `1d`, `5m`: the largest unit that divides the interval.
    public var description: String {
        for (unit, letter) in [(Int64(604_800), "w"), (86_400, "d"), (3_600, "h"), (60, "m")] where seconds % unit == 0
        {
            return "\(seconds / unit)\(letter)"
        }
        return "\(seconds)s"
    }

    /// The instant at which the bar that starts at `start` is over.
    ///
    /// A bar of days ends at a local midnight, so a day with a clock change is still one bar long.
    public func end(of start: Timestamp, in localTime: LocalTime) -> Timestamp {
        guard seconds % 86_400 == 0 else { return start.adding(ms: seconds * 1_000) }
        let date = localTime.date(of: start)
        let sinceMidnight_ms = start.ms - localTime.start(of: date).ms
        return localTime.start(of: date.adding(days: Int32(seconds / 86_400))).adding(ms: sinceMidnight_ms)
    }
}
