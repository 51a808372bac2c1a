import CSQLite
import TradingModel

/// What an import did.
public struct BarImportSummary: Sendable, Equatable {
    /// Bars that were new.
    public var inserted: Int64 = 0
    /// Bars that were there already, equal in every field.
    public var unchanged: Int64 = 0

    public init() {}
}

/// Takes the bars of one import; made by `BarStore.importBars`, inside its transaction.
public final class BarImporter {
    private let connection: Connection
    private let interval: BarInterval
    private let instruments: InstrumentStore
    private let insertion: Statement
    private let selection: Statement
    private var series: [String: Int64] = [:]
    /// Whether the last bar was there already: bars that are imported again are looked up first, new ones are inserted first.
    private var meetsKnownBars = false
    private(set) var summary = BarImportSummary()

    init(_ connection: Connection, interval: BarInterval) throws(DatabaseError) {
        self.connection = connection
        self.interval = interval
        instruments = InstrumentStore(connection)
        insertion = try connection.prepare(
            """
            INSERT INTO bar_rows (bar_key, open_e8, high_e8, low_e8, close_e8, volume_e8, adjusted_close_e8)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        selection = try connection.prepare(
            "SELECT open_e8, high_e8, low_e8, close_e8, volume_e8, adjusted_close_e8 FROM bar_rows WHERE bar_key = ?1")
    }

    /// Adds bars of one ticker, in any order; the longer the batch, the less each bar costs.
    ///
    /// Throws `BarImportError` for a bar that differs from the one in the database, `DatabaseError` for what SQLite refuses.
    ///
    /// - Parameter adjustedCloses: One for each bar, or none at all.
    public func append(ticker: String, bars: UnsafeBufferPointer<Bar>, adjustedCloses: [Price?] = []) throws {
        let series = try series(of: ticker)
        if adjustedCloses.isEmpty { insertion.bindNull(7) }
        for (index, bar) in bars.enumerated() {
            guard BarKey.canHold(bar.start) else { throw BarImportError.outOfRange(ticker: ticker, start: bar.start) }
            let adjustedClose = adjustedCloses.isEmpty ? nil : adjustedCloses[index]
            if !adjustedCloses.isEmpty { insertion.bind(7, adjustedClose?.e8) }
            try append(bar, adjustedClose, key: BarKey.key(series: series, start: bar.start), ticker: ticker)
        }
    }

    /// Adds bars of one ticker; see the form for a buffer.
    public func append(ticker: String, bars: [Bar], adjustedCloses: [Price?] = []) throws {
        try bars.withUnsafeBufferPointer { try append(ticker: ticker, bars: $0, adjustedCloses: adjustedCloses) }
    }

    @inline(__always)
    private func append(_ bar: Bar, _ adjustedClose: Price?, key: Int64, ticker: String) throws {
        if meetsKnownBars, try isKnown(bar, adjustedClose, key: key, ticker: ticker) { return }
        if try insert(bar, key: key) { return }
        meetsKnownBars = try isKnown(bar, adjustedClose, key: key, ticker: ticker)
    }

    /// False when there is a bar of that key.
    @inline(__always)
    private func insert(_ bar: Bar, key: Int64) throws(DatabaseError) -> Bool {
        insertion.bind(1, key)
        insertion.bind(2, bar.open.e8)
        insertion.bind(3, bar.high.e8)
        insertion.bind(4, bar.low.e8)
        insertion.bind(5, bar.close.e8)
        insertion.bind(6, bar.volume?.e8)
        do throws(DatabaseError) {
            try insertion.run()
        } catch {
            guard error.extendedCode == SQLiteConstraint.primaryKey else { throw error }
            return false
        }
        summary.inserted += 1
        return true
    }

    /// Whether an equal bar is there; throws when a different one is.
    private func isKnown(_ bar: Bar, _ adjustedClose: Price?, key: Int64, ticker: String) throws -> Bool {
        selection.bind(1, key)
        defer { selection.reset() }
        guard try selection.step() else { return false }
        let given: [(field: String, value: Int64?)] = [
            ("open", bar.open.e8), ("high", bar.high.e8), ("low", bar.low.e8), ("close", bar.close.e8),
            ("volume", bar.volume?.e8), ("adjusted close", adjustedClose?.e8),
        ]
        for (column, (field, value)) in given.enumerated() where selection.optionalInt64(Int32(column)) != value {
            throw BarImportError.conflict(
                ticker: ticker, start: bar.start, field: field, recorded: selection.optionalInt64(Int32(column)),
                given: value)
        }
        summary.unchanged += 1
        return true
    }

    private func series(of ticker: String) throws(DatabaseError) -> Int64 {
        if let known = series[ticker] { return known }
        let instrument = try instruments.identify(ticker)
        let insertion = try connection.prepare(
            "INSERT INTO bar_series (instrument_id, interval, interval_s) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
        insertion.bind(1, instrument)
        try insertion.bind(2, interval.description)
        insertion.bind(3, interval.seconds)
        try insertion.run()
        let selection = try connection.prepare(
            "SELECT series_id FROM bar_series WHERE instrument_id = ?1 AND interval_s = ?2")
        selection.bind(1, instrument)
        selection.bind(2, interval.seconds)
        try selection.step()
        let found = selection.int64(0)
        series[ticker] = found
        return found
    }
}
