import InputFiles
import Storage
import TradingModel

/// An import of historical bars, splits, dividends and instruments into a database.
public struct BarImport {
    /// What an import did.
    public struct Summary: Sendable, Equatable {
        public var bars = BarImportSummary()
        public var corporateActions = BarImportSummary()
        public var instruments = 0
        /// The intervals of the files that were imported.
        public var intervals: [BarInterval] = []

        /// The summary in one line.
        public var text: String {
            let intervals =
                self.intervals.isEmpty ? "" : " of \(self.intervals.map(\.description).joined(separator: ", "))"
            var parts = ["\(bars.inserted) new bars\(intervals), \(bars.unchanged) known already"]
            let actions = corporateActions.inserted + corporateActions.unchanged
            if actions > 0 {
                parts.append(
                    "\(corporateActions.inserted) new splits and dividends, \(corporateActions.unchanged) known already"
                )
            }
            if instruments > 0 { parts.append("\(instruments) instruments") }
            return parts.joined(separator: "; ") + "."
        }
    }

    public var database: String
    public var files: [String]
    /// `1d`, `5m`, …; nil finds it from each file.
    public var interval: String?
    /// The ticker of files without a ticker column.
    public var ticker: String?
    /// What dates and times without a zone are read in; nil is UTC.
    public var timeZone: String?
    public var corporateActions: String?
    public var instruments: String?
    /// How many bars at the beginning of a file are looked at to find its interval before it is imported.
    var barsLookedAt = 1 << 16

    public init(database: String, files: [String]) {
        self.database = database
        self.files = files
    }

    /// Imports everything or, where anything is wrong, nothing; importing what is there changes nothing.
    ///
    /// Throws `InputError` for what is wrong with a file, `BarImportError` for a bar that contradicts the database, and what
    /// the database throws.
    ///
    /// - Parameter observe: is told how much of a file has been read, from 0 to 1.
    public func run(observe: @escaping (_ fraction: Double, _ file: String) -> Void = { _, _ in }) throws -> Summary {
        let options = try options()
        let inputs = try files.map { try InputFile(path: $0) }
        let actions = try corporateActions.map { try CorporateActionFile.read(try InputFile(path: $0)) } ?? []
        let steps = try instruments.map { try InstrumentFile.read(try InputFile(path: $0)) } ?? []
        return try Database.writeWhole(database, durability: .normal) { database in
            var summary = Summary()
            for input in inputs { try importBars(input, options, database, &summary, observe) }
            try write(actions, to: database, &summary)
            try write(steps, to: database, &summary)
            return summary
        }
    }

    private func options() throws -> BarFile.Options {
        let zone = try timeZone.map { try LocalTime.load(name: $0) } ?? .utc
        guard let text = interval else { return BarFile.Options(ticker: ticker, localTime: zone) }
        guard let interval = BarInterval(text) else {
            throw UsageError("--interval \"\(text)\" is not an interval; give one such as 1d, 1h, 5m or 30s")
        }
        return BarFile.Options(ticker: ticker, interval: interval, localTime: zone)
    }

    private func importBars(
        _ input: InputFile, _ options: BarFile.Options, _ database: Database, _ summary: inout Summary,
        _ observe: @escaping (Double, String) -> Void
    ) throws {
        follow(input, observe)
        let store = BarStore(database)
        do {
            let (added, interval) =
                try expectedInterval(of: input, options).map { interval in
                    (try stream(input, options, as: interval, to: store), interval)
                } ?? importWhole(input, options, to: store)
            summary.add(added, interval)
        } catch let error as UnexpectedInterval {
            let again = try InputFile(path: input.name)
            follow(again, observe)
            var options = options
            options.interval = error.found
            summary.add(try stream(again, options, as: error.found, to: store), error.found)
        }
    }

    private func follow(_ input: InputFile, _ observe: @escaping (Double, String) -> Void) {
        guard let size = input.byteCount, size > 0 else { return }
        input.onProgress = { taken in observe(min(1, Double(taken) / Double(size)), input.name) }
    }

    /// The interval that was named, or that the beginning of the file shows; nil where the file can be read only once.
    private func expectedInterval(of input: InputFile, _ options: BarFile.Options) throws -> BarInterval? {
        if let interval = options.interval { return interval }
        guard input.byteCount != nil else { return nil }
        return try BarFile.interval(of: try InputFile(path: input.name), options: options, within: barsLookedAt)
    }

    /// The file as a whole shows another interval than its beginning.
    private struct UnexpectedInterval: Error {
        let found: BarInterval
    }

    /// Imports bars as they are read; throws `UnexpectedInterval`, and keeps none, when their interval turns out to be another.
    private func stream(
        _ input: InputFile, _ options: BarFile.Options, as interval: BarInterval, to store: BarStore
    ) throws -> BarImportSummary {
        try store.importBars(interval: interval) { importer in
            let file = try BarFile.read(input, options: options) { try append($0, to: importer) }
            if file.interval != interval { throw UnexpectedInterval(found: file.interval) }
        }
    }

    /// Reads everything before the first bar is imported.
    private func importWhole(
        _ input: InputFile, _ options: BarFile.Options, to store: BarStore
    ) throws -> (BarImportSummary, BarInterval) {
        let (series, file) = try BarFile.readAll(input, options: options)
        let added = try store.importBars(interval: file.interval) { importer in
            for part in series { try append(part, to: importer) }
        }
        return (added, file.interval)
    }

    private func append(_ part: InputFiles.BarSeries, to importer: BarImporter) throws {
        try importer.append(ticker: part.ticker, bars: part.bars, adjustedCloses: part.adjustedCloses ?? [])
    }

    private func write(
        _ rows: [InputFiles.CorporateActionRow], to database: Database, _ summary: inout Summary
    ) throws {
        guard !rows.isEmpty else { return }
        summary.corporateActions = try CorporateActionStore(database).write(
            rows.map { Storage.CorporateActionRow(ticker: $0.ticker, exDate: $0.exDate, kind: $0.kind) })
    }

    private func write(_ rows: [InputFiles.InstrumentRow], to database: Database, _ summary: inout Summary) throws {
        guard !rows.isEmpty else { return }
        try InstrumentStore(database).write(
            rows.map { row in
                Storage.InstrumentRow(
                    ticker: row.ticker, lotSize: row.lotSize, tickSize: row.tickSize,
                    minimumNotional: row.minimumNotional,
                    borrowRateE9: row.borrowRateE9)
            })
        summary.instruments = rows.count
    }
}

extension BarImport.Summary {
    fileprivate mutating func add(_ added: BarImportSummary, _ interval: BarInterval) {
        bars.inserted += added.inserted
        bars.unchanged += added.unchanged
        if !intervals.contains(interval) { intervals.append(interval) }
    }
}
