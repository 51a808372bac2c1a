import BrokerAdapters
import TradingModel

/// Times as the protocol writes them, in the gateway's own zone, and as clients may write them.
struct GatewayTime {
    let localTime: LocalTime
    private let clock: IBKRClock

    /// - Parameter zones: those that clients may name beside the gateway's own.
    init(localTime: LocalTime, zones: [String: LocalTime]) {
        self.localTime = localTime
        var zones = zones
        zones[localTime.name] = localTime
        clock = IBKRClock(zones: zones, local: localTime)
    }

    /// With the zone's name from version 174 on; in UTC where a reading of the local clock would be taken for another instant,
    /// because it comes twice when the clock is put back.
    func text(_ instant: Timestamp, _ version: TWSVersion) -> TWSTime? {
        let hasZone = version.number >= 174
        if let local = time(instant, zone: hasZone ? .named(localTime.name) : .local),
            clock.instant(of: local)?.ms == instant.wholeSeconds * 1_000
        {
            return local
        }
        return time(instant, zone: hasZone ? .named(LocalTime.utc.name) : .utc, in: .utc)
    }

    private func time(_ instant: Timestamp, zone: TWSTime.Zone) -> TWSTime? { time(instant, zone: zone, in: localTime) }

    private func time(_ instant: Timestamp, zone: TWSTime.Zone, in localTime: LocalTime) -> TWSTime? {
        let date = localTime.date(of: instant)
        let local_s = instant.wholeSeconds + Int64(localTime.offset_s(at: instant))
        let second = Int(local_s - Int64(date.days) * 86_400)
        return TWSTime(date: date, hour: second / 3_600, minute: second / 60 % 60, second: second % 60, zone: zone)
    }

    /// The hour and minute of the day, as account updates tell it.
    func minute(_ instant: Timestamp) -> String? {
        time(instant, zone: .local).map { time in
            [time.hour, time.minute].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        }
    }

    /// `YYYYMMDD`, as daily bars are dated.
    func date(_ instant: Timestamp) -> String {
        let (year, month, day) = localTime.date(of: instant).components
        return "\(year * 10_000 + month * 100 + day)"
    }

    /// The instant a client means; nil for what is no time, or in a zone that is not known.
    func instant(_ text: String) -> Timestamp? {
        TWSTime(text).map { clock.instant(of: $0) } ?? endOfDate(text)
    }

    /// A date alone is meant with its whole day.
    private func endOfDate(_ text: String) -> Timestamp? {
        guard text.utf8.count == 8, let number = Int(text),
            let date = CalendarDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)
        else { return nil }
        return localTime.start(of: date.adding(days: 1))
    }
}

extension Timestamp {
    /// Seconds since 1970, toward the past.
    var wholeSeconds: Int64 { ms >= 0 ? ms / 1_000 : (ms - 999) / 1_000 }
}
