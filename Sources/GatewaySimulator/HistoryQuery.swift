import BrokerAdapters
import TradingModel

/// A request for bars: which ones, and how their times are written.
struct HistoryQuery {
    private let time: GatewayTime
    private let end: Timestamp
    private let begin: Timestamp
    private let interval_s: Int64
    private let asSeconds: Bool

    init(_ request: TWSReqHistoricalData, time: GatewayTime, now: Timestamp) throws(GatewayRefusal) {
        self.time = time
        asSeconds = request.dateFormat == 2
        if request.endTime.isEmpty {
            end = now
        } else if let end = time.instant(request.endTime) {
            self.end = end
        } else {
            throw .noHistory("invalid end time \(request.endTime)")
        }
        interval_s = try Self.seconds(request.barSize, Self.barUnits)
        let duration_s = try Self.seconds(request.duration, Self.durationUnits)
        begin = end.adding(ms: -duration_s * 1_000)
    }

    private static let barUnits: [String: Int64] = [
        "sec": 1, "secs": 1, "min": 60, "mins": 60, "hour": 3_600, "hours": 3_600, "day": 86_400, "days": 86_400,
        "week": 604_800, "W": 604_800,
    ]
    private static let durationUnits: [String: Int64] = [
        "S": 1, "D": 86_400, "W": 604_800, "M": 30 * 86_400, "Y": 365 * 86_400,
    ]

    /// Reads `5 mins` and the like; at most a hundred years.
    private static func seconds(_ text: String, _ units: [String: Int64]) throws(GatewayRefusal) -> Int64 {
        let words = text.split(separator: " ")
        guard words.count == 2, let count = Int64(words[0]), count > 0, count <= 1_000_000_000,
            let unit = units[String(words[1])]
        else { throw .noHistory("invalid duration or bar size \(text)") }
        return min(count * unit, 36_525 * 86_400)
    }

    func contains(_ start: Timestamp) -> Bool { start >= begin && start < end }

    /// Bars are given as they are in the data, so another size cannot be had.
    func check(_ bars: [Bar]) throws(GatewayRefusal) {
        guard let shortest = zip(bars, bars.dropFirst()).map({ $1.start.ms - $0.start.ms }).min() else { return }
        let isLongEnough = interval_s % 86_400 == 0 ? shortest > 82_800_000 : shortest >= interval_s * 1_000
        guard isLongEnough, interval_s >= 86_400 || shortest < 82_800_000 else {
            throw .noHistory("the data has bars of another size")
        }
    }

    func shown(_ bar: Bar, _ version: TWSVersion) -> TWSHistoricalBar {
        TWSHistoricalBar {
            $0.time = text(bar.start, version)
            $0.open = bar.open
            $0.high = bar.high
            $0.low = bar.low
            $0.close = bar.close
            $0.volume = bar.volume ?? .zero
            $0.average = Price(
                e8: Int64(clamping: (Int128(bar.high.e8) + Int128(bar.low.e8) + Int128(bar.close.e8)) / 3))
            $0.count = 0
        }
    }

    private func text(_ start: Timestamp, _ version: TWSVersion) -> String {
        if interval_s % 86_400 == 0 { return time.date(start) }
        if asSeconds { return "\(start.ms / 1_000)" }
        return time.text(start, version)?.description ?? ""
    }
}

extension GatewayRefusal {
    static func noHistory(_ why: String) -> GatewayRefusal {
        GatewayRefusal(162, "Historical Market Data Service error message:\(why)")
    }
}
