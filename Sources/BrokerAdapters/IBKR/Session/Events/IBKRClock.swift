import TradingModel

/// Turns the times of the protocol into instants and back; the zones are data that the edge brings.
///
/// Protocol page, "Value spelling", time stamps.
public struct IBKRClock: Sendable {
    private let zone: @Sendable (String) -> LocalTime?
    private let local: LocalTime?

    /// - Parameters:
    ///   - zones: The zones by the names that the gateway may use.
    ///   - local: The zone the gateway is set to, for times without a zone.
    public init(zones: [String: LocalTime] = [:], local: LocalTime? = nil) {
        self.init(local: local) { zones[$0] }
    }

    /// - Parameters:
    ///   - local: The zone the gateway is set to, for times without a zone.
    ///   - zone: Finds a zone by the name that the gateway uses, the same one each time; asked for names that occur.
    public init(local: LocalTime?, zone: @escaping @Sendable (String) -> LocalTime?) {
        self.zone = zone
        self.local = local
    }

    /// The instant; nil where the zone is not known. Of two instants with one reading, the earlier.
    public func instant(of time: TWSTime) -> Timestamp? {
        let midnight_ms = Int64(time.date.days) * 86_400_000
        let seconds = Int64(time.hour) * 3_600 + Int64(time.minute) * 60 + Int64(time.second)
        let reading = Timestamp(ms: midnight_ms + seconds * 1_000)
        guard let zone = zone(of: time) else { return nil }
        let offsets = [-86_400_000, 86_400_000].map { zone.offset_s(at: reading.adding(ms: $0)) }
        let instants = offsets.map { reading.adding(ms: -Int64($0) * 1_000) }
        let exact = zip(instants, offsets).filter { zone.offset_s(at: $0) == $1 }.map(\.0)
        return exact.min() ?? instants.max()
    }

    private func zone(of time: TWSTime) -> LocalTime? {
        switch time.zone {
        case .utc, .named("UTC"), .named("GMT"): .utc
        case .local: local
        case .named(let name): zone(name)
        }
    }

    /// The spelling for requests: UTC, to the second, toward the past.
    public static func text(_ instant: Timestamp) -> String {
        let seconds = divide(Int128(instant.ms), by: 1_000, rounding: .down)
        let day = divide(seconds, by: 86_400, rounding: .down)
        let clock = Int(seconds - day * 86_400)
        let date = CalendarDate(days: Int32(truncatingIfNeeded: day))
        let time = TWSTime(
            date: date, hour: clock / 3_600, minute: clock / 60 % 60, second: clock % 60, zone: .utc)
        return time?.description ?? ""
    }
}
