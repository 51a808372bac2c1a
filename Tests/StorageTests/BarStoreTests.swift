import TradingModel
import XCTest

@testable import Storage

final class BarStoreTests: DatabaseTestCase {
    private static let day_ms: Int64 = 86_400_000

    private func bars(_ days: [Int64], close: Int64 = 100) -> [Bar] {
        days.map {
            Bar(
                start: Timestamp(ms: $0 * BarStoreTests.day_ms), open: Price(e8: 100), high: Price(e8: 200),
                low: Price(e8: 50), close: Price(e8: close), volume: Quantity(units: abs($0) % 3))
        }
    }

    private func read(_ store: BarStore, _ ticker: String, from: Int64? = nil, before: Int64? = nil) throws -> [Bar] {
        let series = try XCTUnwrap(store.series().first { $0.ticker == ticker })
        let day = { (day: Int64) in Timestamp(ms: day * BarStoreTests.day_ms) }
        let cursor = try store.cursor(over: series, from: from.map(day), before: before.map(day))
        var all: [Bar] = []
        while try cursor.read(3, into: &all) == 3 {}
        return all
    }

    func testWhatIsImportedIsReadBack() throws {
        let database = try makeDatabase()
        let store = BarStore(database)
        var imported = bars(Array(-5...20))
        imported[3].volume = nil
        let summary = try store.importBars(interval: .day) { importer in
            try importer.append(ticker: "B", bars: Array(imported.reversed()))
            try importer.append(ticker: "A", bars: bars([1]))
        }
        XCTAssertEqual(summary.inserted, 27)
        XCTAssertEqual(try read(store, "B"), imported)
        XCTAssertEqual(try read(store, "B", from: 3, before: 6), bars([3, 4, 5]))
        XCTAssertEqual(try read(store, "B", from: 30), [])
        XCTAssertEqual(try read(store, "A"), bars([1]))
    }

    func testIntervalsOfOneTickerAreApart() throws {
        let store = BarStore(try makeDatabase())
        for interval in [BarInterval.day, .minute] {
            _ = try store.importBars(interval: interval) { try $0.append(ticker: "A", bars: bars([1, 2])) }
        }
        XCTAssertEqual(try store.series().map(\.interval), [.minute, .day])
        XCTAssertEqual(try store.listings().map(\.count), [2, 2])
    }

    func testImportingTwiceChangesNothing() throws {
        let store = BarStore(try makeDatabase())
        let adjusted: [Price?] = [Price(e8: 9), nil, Price(e8: 10)]
        for (inserted, unchanged) in [(Int64(3), Int64(0)), (0, 3)] {
            let summary = try store.importBars(interval: .day) {
                try $0.append(ticker: "A", bars: bars([1, 2, 3]), adjustedCloses: adjusted)
            }
            XCTAssertEqual(summary.inserted, inserted)
            XCTAssertEqual(summary.unchanged, unchanged)
        }
        let more = try store.importBars(interval: .day) {
            try $0.append(
                ticker: "A", bars: bars([0, 1, 2, 3, 4]),
                adjustedCloses: [nil, Price(e8: 9), nil, Price(e8: 10), nil])
        }
        XCTAssertEqual(more.inserted, 2)
        XCTAssertEqual(more.unchanged, 3)
        XCTAssertEqual(try read(store, "A").count, 5)
    }

    /// Bars go in by groups; wherever the known ones lie among the new ones, each is met once.
    func testKnownBarsAreFoundAnywhereInABatch() throws {
        for known in [[0], [15], [16], [39], Array(0...39), [3, 17, 30], Array(10...25)] as [[Int64]] {
            let store = BarStore(try makeDatabase("\(known).db"))
            _ = try store.importBars(interval: .day) { try $0.append(ticker: "A", bars: bars(known)) }
            let summary = try store.importBars(interval: .day) { try $0.append(ticker: "A", bars: bars(Array(0...39))) }
            XCTAssertEqual(summary.inserted, Int64(40 - known.count), "\(known)")
            XCTAssertEqual(summary.unchanged, Int64(known.count), "\(known)")
            XCTAssertEqual(try read(store, "A"), bars(Array(0...39)), "\(known)")
        }
    }

    func testADifferentBarStopsTheWholeImport() throws {
        let store = BarStore(try makeDatabase())
        _ = try store.importBars(interval: .day) { try $0.append(ticker: "A", bars: bars([1, 2])) }
        let attempt = {
            try store.importBars(interval: .day) {
                try $0.append(ticker: "NEW", bars: self.bars([1]))
                try $0.append(ticker: "A", bars: self.bars([2, 3], close: 150))
            }
        }
        XCTAssertThrowsError(try attempt()) {
            XCTAssertEqual(
                $0 as? BarImportError,
                .conflict(
                    ticker: "A", start: Timestamp(ms: 2 * BarStoreTests.day_ms), field: "close", recorded: 100,
                    given: 150))
            XCTAssertEqual(
                "\($0)",
                "A 1970-01-03T00:00:00.000Z: the database has close 0.000001, the import has 0.0000015; "
                    + "bars are not overwritten: import a corrected history into a new database")
        }
        XCTAssertEqual(try store.series().map(\.ticker), ["A"])
        XCTAssertEqual(try read(store, "A").count, 2)
    }

    func testABarOutsideTheKeysIsRefused() throws {
        let store = BarStore(try makeDatabase())
        for ms in [-BarKey.offset_ms - 1, BarKey.span_ms - BarKey.offset_ms] {
            XCTAssertThrowsError(
                try store.importBars(interval: .day) {
                    var bar = bars([1])[0]
                    bar.start = Timestamp(ms: ms)
                    try $0.append(ticker: "A", bars: [bar])
                }
            ) { XCTAssertEqual($0 as? BarImportError, .outOfRange(ticker: "A", start: Timestamp(ms: ms))) }
        }
    }

    func testTheListingCountsGapsAgainstAllTickers() throws {
        let store = BarStore(try makeDatabase())
        _ = try store.importBars(interval: .day) {
            try $0.append(ticker: "A", bars: bars([1, 2, 3, 4, 8]))
            try $0.append(ticker: "B", bars: bars([2, 4, 5]))
        }
        XCTAssertEqual(
            try store.listings().map { "\($0.ticker) \($0.interval) \($0.first) \($0.last) \($0.count) \($0.gaps)" },
            [
                "A 1d 1970-01-02T00:00:00.000Z 1970-01-09T00:00:00.000Z 5 1",
                "B 1d 1970-01-03T00:00:00.000Z 1970-01-06T00:00:00.000Z 3 1",
            ])
    }

    func testInstrumentsAndCorporateActionsAreReadBack() throws {
        let database = try makeDatabase()
        let rows = [
            InstrumentRow(
                ticker: "A", lotSize: Quantity(units: 10), tickSize: Price(e8: 1_000_000), borrowRateE9: 30_000_000),
            InstrumentRow(ticker: "B", minimumNotional: Money(e6: 5)),
        ]
        let instruments = InstrumentStore(database)
        try instruments.write(rows)
        XCTAssertEqual(try instruments.all(), rows)
        let exDate = try XCTUnwrap(CalendarDate(year: 2005, month: 2, day: 28))
        let actions = [
            CorporateActionRow(ticker: "A", exDate: exDate, kind: .dividend(perShare: Price(e8: 12_000_000))),
            CorporateActionRow(ticker: "A", exDate: exDate, kind: .split(ratioE9: 2_000_000_000)),
        ]
        let store = CorporateActionStore(database)
        XCTAssertEqual(try store.write(actions).inserted, 2)
        XCTAssertEqual(try store.write(actions).unchanged, 2)
        XCTAssertEqual(try store.all(), actions)
        XCTAssertEqual(
            try self.rows(database, "SELECT ex_date, kind, value FROM splits_and_dividends"),
            [["2005-02-28", "DIVIDEND", "0.12"], ["2005-02-28", "SPLIT", "2.0"]])
        let other = CorporateActionRow(ticker: "A", exDate: exDate, kind: .split(ratioE9: 3_000_000_000))
        XCTAssertThrowsError(try store.write([other])) {
            XCTAssertEqual($0 as? CorporateActionConflict, CorporateActionConflict(recorded: actions[1], given: other))
        }
    }
}
