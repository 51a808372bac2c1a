import BrokerAdapters
import TradingModel

/// Times as the protocol writes them, in the gateway's own zone, and as clients may write them.
struct GatewayTime {
    let localTime: LocalTime
    let zones: [String: LocalTime]

    /// With the zone's name from version 174 on.
    func text(_ instant: Timestamp, _ version: TWSVersion) -> TWSTime? {
        time(instant, zone: version.number >= 174 ? .named(localTime.name) : .local)
    }

    func time(_ instant: Timestamp, zone: TWSTime.Zone) -> TWSTime? {
        let date = localTime.date(of: instant)
        let local_s = floorSeconds(instant.ms) + Int64(localTime.offset_s(at: instant))
        let second = Int(local_s - Int64(date.days) * 86_400)
        return TWSTime(date: date, hour: second / 3_600, minute: second / 60 % 60, second: second % 60, zone: zone)
    }

    private func floorSeconds(_ ms: Int64) -> Int64 { ms >= 0 ? ms / 1_000 : (ms - 999) / 1_000 }

    /// `YYYYMMDD`, as daily bars are dated.
    func date(_ instant: Timestamp) -> String {
        let (year, month, day) = localTime.date(of: instant).components
        return "\(year * 10_000 + month * 100 + day)"
    }

    /// The instant a client means; nil for what is no time, or in a zone that is not known.
    func instant(_ text: String) -> Timestamp? {
        guard let time = TWSTime(text) else { return endOfDate(text) }
        let zone: LocalTime
        switch time.zone {
        case .local: zone = localTime
        case .utc: zone = .utc
        case .named(let name):
            guard let known = name == localTime.name ? localTime : zones[name] else { return nil }
            zone = known
        }
        let second = Int64(time.hour) * 3_600 + Int64(time.minute) * 60 + Int64(time.second)
        let asUTC = Timestamp(ms: (Int64(time.date.days) * 86_400 + second) * 1_000)
        let guess = asUTC.adding(ms: -Int64(zone.offset_s(at: asUTC)) * 1_000)
        return asUTC.adding(ms: -Int64(zone.offset_s(at: guess)) * 1_000)
    }

    /// A date alone is meant with its whole day.
    private func endOfDate(_ text: String) -> Timestamp? {
        guard text.utf8.count == 8, let number = Int(text),
            let date = CalendarDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)
        else { return nil }
        return localTime.start(of: date.adding(days: 1))
    }
}
