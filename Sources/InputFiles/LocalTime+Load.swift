import Foundation
import Synchronization
import TradingModel

extension LocalTime {
    /// Looks a zone up in the system's tables, `UTC` or a name such as `America/New_York`.
    ///
    /// Clock changes are known for 1970 to 2100. Throws for an unknown name, with the nearest known one; `file` and
    /// `field` say where the name stands.
    public static func load(name: String, file: String = "time zone", field: String? = nil) throws(InputError)
        -> LocalTime
    {
        if ["UTC", "Etc/UTC", "GMT"].contains(name) { return .utc }
        if let loaded = loaded.withLock({ $0[name] }) { return loaded }
        let known = TimeZone.knownTimeZoneIdentifiers
        guard known.contains(name), let zone = TimeZone(identifier: name) else {
            let suggestion = Suggestion.phrase(
                for: name, in: ["UTC"] + known.sorted(), otherwise: "give UTC or a name such as America/New_York")
            throw InputError(
                file: file, field: field, value: name, problem: "is not a known time zone", accepted: suggestion)
        }
        let localTime = LocalTime(zone: zone)
        loaded.withLock { $0[name] = localTime }
        return localTime
    }

    /// Zones by name: reading one takes thousands of questions to the system, and its tables do not change under a process.
    private static let loaded = Mutex<[String: LocalTime]>([:])

    private static let first = Timestamp(ms: 0)
    private static let last = Timestamp(ms: 4_102_444_800_000)

    private init(zone: TimeZone) {
        var transitions: [Transition] = []
        var known = LocalTime.offset(of: zone, at: LocalTime.first)
        let initial = known
        // The offset itself is asked week by week: a table of daylight saving alone misses other changes of a zone.
        let week_ms: Int64 = 7 * 86_400_000
        var instant = LocalTime.first
        while instant < LocalTime.last {
            let next = instant.adding(ms: week_ms)
            let offset = LocalTime.offset(of: zone, at: next)
            if offset != known {
                let start = LocalTime.change(of: zone, from: known, after: instant, until: next)
                transitions.append(Transition(start: start, offset_s: offset))
                known = offset
            }
            instant = next
        }
        self.init(name: zone.identifier, initialOffset_s: initial, transitions: transitions)
    }

    /// The second at which the offset is no longer `known`.
    private static func change(
        of zone: TimeZone, from known: Int32, after start: Timestamp, until end: Timestamp
    ) -> Timestamp {
        var low = start.ms / 1_000
        var high = end.ms / 1_000
        while high - low > 1 {
            let middle = (low + high) / 2
            if offset(of: zone, at: Timestamp(ms: middle * 1_000)) == known { low = middle } else { high = middle }
        }
        return Timestamp(ms: high * 1_000)
    }

    private static func offset(of zone: TimeZone, at instant: Timestamp) -> Int32 {
        Int32(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.ms) / 1_000)))
    }
}
