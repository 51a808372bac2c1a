/// A length of time as a configuration states it: a whole number and `ms`, `s`, `m` or `h`.
public struct TimeSpan: Hashable, Comparable, Sendable {
    /// Milliseconds, zero or more.
    public let ms: Int64

    private static let units: [(name: String, ms: Int64)] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)]

    private init(ms: Int64) { self.ms = ms }

    /// Nil for a text that is no whole number with a unit, or that 64 bits of milliseconds do not hold.
    public init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text[digits.endIndex...]
        guard let count = Int64(digits), let factor = TimeSpan.units.first(where: { $0.name == unit })?.ms else {
            return nil
        }
        let (ms, overflow) = count.multipliedReportingOverflow(by: factor)
        if overflow { return nil }
        self.ms = ms
    }

    static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(ms: count * 1_000) }

    static func minutes(_ count: Int64) -> TimeSpan { TimeSpan(ms: count * 60_000) }

    static func hours(_ count: Int64) -> TimeSpan { TimeSpan(ms: count * 3_600_000) }

    public static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.ms < right.ms }
}

extension TimeSpan: CustomStringConvertible {
    /// In the greatest unit that leaves a whole number, `30m` for 1,800 seconds, so that equal spans have one text.
    public var description: String {
        let unit = ms == 0 ? ("s", 1) : TimeSpan.units.first { ms % $0.ms == 0 } ?? ("ms", 1)
        return "\(ms / unit.1)\(unit.0)"
    }
}
