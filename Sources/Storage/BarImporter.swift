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
    /// How many bars one statement inserts: about half the time of an insertion is the statement's beginning and end.
    private static let groupSize = 16

    private let connection: Connection
    private let interval: BarInterval
    private let instruments: InstrumentStore
    private let insertion: Statement
    private let groupInsertion: Statement
    private let selection: Statement
    private var series: [String: Series] = [:]
    /// Whether the last bar was there already: bars that are imported again are looked up first, new ones are inserted first.
    private var meetsKnownBars = false
    private(set) var summary = BarImportSummary()

    init(_ connection: Connection, interval: BarInterval) throws(DatabaseError) {
        self.connection = connection
        self.interval = interval
        instruments = InstrumentStore(connection)
        insertion = try connection.prepare(BarImporter.insertionSQL(rows: 1))
        groupInsertion = try connection.prepare(BarImporter.insertionSQL(rows: BarImporter.groupSize))
        selection = try connection.prepare(
            "SELECT open_e8, high_e8, low_e8, close_e8, volume_e8, adjusted_close_e8 FROM bar_rows WHERE bar_key = ?1")
    }

    /// A series of this import, and what it has got so far.
    fileprivate struct Series {
        let id: Int64
        var inserted: Int64 = 0
        var withoutVolume: Int64 = 0
    }

    /// OR FAIL keeps the rows before one that is there already, and spares SQLite the journal it needs to undo a statement.
    private static func insertionSQL(rows: Int) -> String {
        "INSERT OR FAIL INTO bar_rows (bar_key, open_e8, high_e8, low_e8, close_e8, volume_e8, adjusted_close_e8) VALUES "
            + repeatElement("(?, ?, ?, ?, ?, ?, ?)", count: rows).joined(separator: ", ")
    }

    /// Adds bars of one ticker, in any order; the longer the batch, the less each bar costs.
    ///
    /// Throws `BarImportError` for a bar that differs from the one in the database, `DatabaseError` for what SQLite refuses.
    ///
    /// - Parameter adjustedCloses: One for each bar, or none at all.
    public func append(ticker: String, bars: UnsafeBufferPointer<Bar>, adjustedCloses: [Price?] = []) throws {
        var series = try series(of: ticker)
        let batch = Batch(ticker: ticker, series: series.id, bars: bars, adjustedCloses: adjustedCloses)
        for start in stride(from: 0, to: bars.count, by: BarImporter.groupSize) {
            let group = start..<min(start + BarImporter.groupSize, bars.count)
            for index in group where !BarKey.canHold(bars[index].start) {
                throw BarImportError.outOfRange(ticker: ticker, start: bars[index].start)
            }
            let isWhole = group.count == BarImporter.groupSize
            let inserted = isWhole && !meetsKnownBars ? try insert(group, of: batch) : 0
            series.add(bars[group.prefix(inserted)])
            for index in group.dropFirst(inserted) where try append(index, of: batch) {
                series.add(bars[index...index])
            }
        }
        self.series[ticker] = series
    }

    /// Brings the counts of the series up to date; the last thing of an import.
    func finish() throws(DatabaseError) {
        let update = try connection.prepare(
            """
            UPDATE bar_series SET bar_count = bar_count + ?2, bars_without_volume = bars_without_volume + ?3
            WHERE series_id = ?1
            """)
        for series in series.values.sorted(by: { $0.id < $1.id }) where series.inserted > 0 {
            update.bind(1, series.id)
            update.bind(2, series.inserted)
            update.bind(3, series.withoutVolume)
            try update.run()
        }
    }

    /// Adds bars of one ticker; see the form for a buffer.
    public func append(ticker: String, bars: [Bar], adjustedCloses: [Price?] = []) throws {
        try bars.withUnsafeBufferPointer { try append(ticker: ticker, bars: $0, adjustedCloses: adjustedCloses) }
    }

    /// What one call of `append` adds.
    private struct Batch {
        let ticker: String
        let series: Int64
        let bars: UnsafeBufferPointer<Bar>
        let adjustedCloses: [Price?]

        @inline(__always)
        func key(_ index: Int) -> Int64 { BarKey.key(series: series, start: bars[index].start) }

        @inline(__always)
        func adjustedClose(_ index: Int) -> Price? { adjustedCloses.isEmpty ? nil : adjustedCloses[index] }

        /// Binds a bar as the row whose first parameter is `first`.
        @inline(__always)
        func bind(_ index: Int, to statement: Statement, first: Int32) {
            let bar = bars[index]
            statement.bind(first, key(index))
            statement.bind(first + 1, bar.open.e8)
            statement.bind(first + 2, bar.high.e8)
            statement.bind(first + 3, bar.low.e8)
            statement.bind(first + 4, bar.close.e8)
            statement.bind(first + 5, bar.volume?.e8)
            statement.bind(first + 6, adjustedClose(index)?.e8)
        }
    }

    /// False for a bar that is there already.
    private func append(_ index: Int, of batch: Batch) throws -> Bool {
        if meetsKnownBars, try isKnown(index, of: batch) { return false }
        batch.bind(index, to: insertion, first: 1)
        meetsKnownBars = try run(insertion) == 0
        if meetsKnownBars { _ = try isKnown(index, of: batch) }
        return !meetsKnownBars
    }

    /// Inserts a group up to the first bar whose key is there, and returns how many that were.
    private func insert(_ group: Range<Int>, of batch: Batch) throws(DatabaseError) -> Int {
        var first: Int32 = 1
        for index in group {
            batch.bind(index, to: groupInsertion, first: first)
            first += 7
        }
        return try run(groupInsertion)
    }

    /// How many of the statement's rows went in before one whose key is there.
    private func run(_ insertion: Statement) throws(DatabaseError) -> Int {
        do throws(DatabaseError) {
            try insertion.run()
        } catch {
            guard error.extendedCode == SQLiteConstraint.primaryKey else { throw error }
        }
        let count = connection.changes
        summary.inserted += count
        return Int(count)
    }

    /// Whether an equal bar is there; throws when a different one is.
    private func isKnown(_ index: Int, of batch: Batch) throws -> Bool {
        selection.bind(1, batch.key(index))
        defer { selection.reset() }
        guard try selection.step() else { return false }
        let bar = batch.bars[index]
        let isEqual =
            selection.int64(0) == bar.open.e8 && selection.int64(1) == bar.high.e8 && selection.int64(2) == bar.low.e8
            && selection.int64(3) == bar.close.e8 && selection.optionalInt64(4) == bar.volume?.e8
            && selection.optionalInt64(5) == batch.adjustedClose(index)?.e8
        guard isEqual else { throw conflict(at: index, of: batch) }
        summary.unchanged += 1
        return true
    }

    /// The first field in which a bar differs from the selected one.
    private func conflict(at index: Int, of batch: Batch) -> BarImportError {
        let bar = batch.bars[index]
        let given: [(field: String, value: Int64?)] = [
            ("open", bar.open.e8), ("high", bar.high.e8), ("low", bar.low.e8), ("close", bar.close.e8),
            ("volume", bar.volume?.e8), ("adjusted close", batch.adjustedClose(index)?.e8),
        ]
        let column = given.indices.first { selection.optionalInt64(Int32($0)) != given[$0].value } ?? 0
        return .conflict(
            ticker: batch.ticker, start: bar.start, field: given[column].field,
            recorded: selection.optionalInt64(Int32(column)), given: given[column].value)
    }

    private func series(of ticker: String) throws(DatabaseError) -> Series {
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
        return Series(id: selection.int64(0))
    }
}

extension BarImporter.Series {
    /// Counts bars that were new.
    fileprivate mutating func add(_ bars: Slice<UnsafeBufferPointer<Bar>>) {
        inserted += Int64(bars.count)
        for bar in bars where bar.volume == nil { withoutVolume += 1 }
    }
}
