import BrokerAdapters
import InputFiles
import Synchronization
import TradingModel

/// The zones that gateways name in their times, each looked up in the system's tables when it is first named.
///
/// A zone that the system lacks leaves such times unread.
final class GatewayZones: Sendable {
    /// Names that the system's tables do not list, with those that they do.
    private static let listedNames = [
        "US/Eastern": "America/New_York", "EST5EDT": "America/New_York", "US/Central": "America/Chicago",
        "CST6CDT": "America/Chicago", "US/Mountain": "America/Denver", "US/Pacific": "America/Los_Angeles",
        "GB": "Europe/London", "MET": "Europe/Berlin", "Japan": "Asia/Tokyo", "Hongkong": "Asia/Hong_Kong",
    ]

    private let local: LocalTime
    private let found: Mutex<[String: LocalTime?]>

    /// - Parameter local: that of the configuration, for times without a zone.
    init(local: LocalTime) {
        self.local = local
        found = Mutex([local.name: local])
    }

    var clock: IBKRClock { IBKRClock(local: local) { name in self.zone(named: name) } }

    func zone(named name: String) -> LocalTime? {
        found.withLock { found in
            if let known = found[name] { return known }
            let zone = try? LocalTime.load(name: Self.listedNames[name] ?? name)
            found[name] = .some(zone)
            return zone
        }
    }
}
