import InputFiles
import Storage
import TradingModel

/// The bars of a run, from a historical database or straight from a CSV file.
final class MarketData {
    private enum Source {
        case file([String: InputFiles.BarSeries])
        case database(BarStore, [String: Storage.BarSeries])
    }

    /// The path as the user gave it.
    let name: String
    let interval: BarInterval
    let localTime: LocalTime
    /// Every ticker there is, ascending.
    let tickers: [String]
    /// Splits and dividends that are stored with the bars.
    let actions: [Storage.CorporateActionRow]
    /// Trading steps that are stored with the bars.
    let instruments: [Storage.InstrumentRow]
    /// A line of the file whose bar has no volume, or a sentence that says the same of a database.
    let missingVolume: String?
    private let source: Source
    /// What tells these bars from others, for the digest of a run's inputs.
    let identity: [String]

    /// Opens bars; a file that begins like a SQLite database is one, anything else is CSV.
    ///
    /// Throws `InputError`, `DatabaseRefusal` and `DatabaseError`, and `AmbiguousInterval` where a database has bars of
    /// several intervals and none was named.
    static func open(_ path: String, interval: BarInterval?, localTime: LocalTime) throws -> MarketData {
        if path != "-", try isDatabase(path) {
            return try MarketData(database: path, interval: interval, localTime: localTime)
        }
        return try MarketData(file: path, interval: interval, localTime: localTime)
    }

    private static func isDatabase(_ path: String) throws(InputError) -> Bool {
        try InputFile.firstBytes(of: path, count: 16) == Array("SQLite format 3\0".utf8)
    }

    private init(file path: String, interval: BarInterval?, localTime: LocalTime) throws {
        name = path
        self.localTime = localTime
        let digest = try SHA256Digest()
        var failure: DigestFailure?
        let file = try InputFile(path: path)
        file.onBytes = { bytes in
            do throws(DigestFailure) { try digest.update(bytes) } catch { failure = error }
        }
        let options = BarFile.Options(interval: interval, localTime: localTime)
        let (series, summary) = try BarFile.readAll(file, options: options)
        if let failure { throw failure }
        self.interval = summary.interval
        tickers = series.map(\.ticker).sorted()
        source = .file(Dictionary(uniqueKeysWithValues: series.map { ($0.ticker, $0) }))
        actions = []
        instruments = []
        missingVolume = summary.firstLineWithoutVolume.map { "\(path):\($0)" }
        identity = [try digest.finishAsHexadecimal(), interval?.description ?? "inferred"]
    }

    private init(database path: String, interval: BarInterval?, localTime: LocalTime) throws {
        name = path
        self.localTime = localTime
        let database = try Database.openForReading(path)
        let store = BarStore(database)
        let all = try store.series()
        self.interval = try Self.choose(interval, among: all, path)
        let chosen = self.interval
        let series = all.filter { $0.interval == chosen }
        tickers = series.map(\.ticker)
        source = .database(store, Dictionary(uniqueKeysWithValues: series.map { ($0.ticker, $0) }))
        actions = try CorporateActionStore(database).all()
        instruments = try InstrumentStore(database).all()
        missingVolume = series.contains { $0.countWithoutVolume > 0 } ? path : nil
        identity =
            series.map(\.fingerprint)
            + actions.map { "\($0.ticker) \($0.exDate) \($0.kind)" } + instruments.map { "\($0)" }
    }

    private static func choose(
        _ interval: BarInterval?, among series: [Storage.BarSeries], _ path: String
    ) throws(NoSuchInterval) -> BarInterval {
        let available = series.map(\.interval).reduce(into: [BarInterval]()) { if !$0.contains($1) { $0.append($1) } }
        if let interval, available.contains(interval) { return interval }
        guard interval == nil, available.count == 1, let only = available.first else {
            throw NoSuchInterval(path: path, wanted: interval, available: available)
        }
        return only
    }

    /// The starts of the first and the last bar of a ticker; nil for a ticker without bars.
    func range(of ticker: String) -> ClosedRange<Timestamp>? {
        switch source {
        case .file(let series):
            guard let bars = series[ticker]?.bars, let first = bars.first, let last = bars.last else { return nil }
            return first.start...last.start
        case .database(_, let series):
            return series[ticker]?.range
        }
    }

    /// The bars of a ticker that start in a span.
    func bars(of ticker: String, from first: Timestamp, before end: Timestamp) throws -> [Bar] {
        switch source {
        case .file(let series):
            return (series[ticker]?.bars ?? []).filter { $0.start >= first && $0.start < end }
        case .database(let store, let series):
            guard let series = series[ticker] else { return [] }
            var bars: [Bar] = []
            _ = try store.cursor(over: series, from: first, before: end).read(.max, into: &bars)
            return bars
        }
    }

    /// From when on there are surely so many dates with bars before a time: two calendar days for each, and ten for holidays.
    static func start(ofDates count: Int64, before time: Timestamp) -> Timestamp {
        time.adding(ms: -(count * 2 + 10) * 86_400_000)
    }

    private static func bars(_ bars: [Bar], from first: Timestamp?) -> [Bar] {
        first.map { first in Array(bars.drop { $0.start < first }) } ?? bars
    }

    /// The bars of the named tickers, in their order; every other ticker's bar times are in its calendar.
    ///
    /// - Parameters:
    ///   - wanted: tickers that have bars.
    ///   - first: bars that start earlier are left out; nil takes all.
    func feed(of wanted: [String], from first: Timestamp? = nil) throws -> SliceSource {
        let named = Set(wanted)
        let others = tickers.filter { !named.contains($0) }
        switch source {
        case .file(let series):
            let times = Set(others.flatMap { series[$0]?.bars.map(\.start) ?? [] })
            return try SliceSource(
                BarFeed(
                    memory: wanted.map { Self.bars(series[$0]?.bars ?? [], from: first) },
                    calendar: times.filter { $0 >= first ?? $0 }.sorted(), interval: interval, localTime: localTime))
        case .database(let store, let series):
            let calendar = others.isEmpty ? [] : try store.calendar(of: interval).filter { $0 >= first ?? $0 }
            let wanted = wanted.compactMap { series[$0] }
            return try SliceSource(
                BarReadAhead { [name, interval, localTime] in
                    let store = BarStore(try Database.openForReading(name))
                    return try BarFeed(
                        cursors: wanted.map { try store.cursor(over: $0, from: first) }, calendar: calendar,
                        interval: interval,
                        localTime: localTime)
                })
        }
    }
}

/// A historical database has no bars of the wanted interval, or of several and none was named.
public struct NoSuchInterval: Error, Equatable, Sendable, CustomStringConvertible {
    public let path: String
    public let wanted: BarInterval?
    public let available: [BarInterval]

    public var description: String {
        let list = available.map(\.description).joined(separator: ", ")
        if available.isEmpty { return "\(path) has no bars; import some with: execution bars import --db \(path) FILE" }
        guard let wanted else { return "\(path) has bars of \(list); say which with --interval" }
        return "\(path) has no bars of \(wanted), only of \(list)"
    }
}
