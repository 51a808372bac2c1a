import Storage
import TestSupport
import XCTest

@testable import ExecutionService

/// Bars are imported while they are read, before the whole file has shown their interval.
final class BarImportTests: ServiceTestCase {
    /// One-price bars of X at minutes after midnight.
    private func write(_ minutes: [Int], to name: String) throws -> String {
        let rows = minutes.map { minute in
            "X,2020-01-02T\(minute / 60 < 10 ? "0" : "")\(minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60),1,1,1,1,5"
        }
        let path = try folder.path(name)
        try (["ticker,timestamp,open,high,low,close,volume"] + rows).joined(separator: "\n").write(
            toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func importBars(_ file: String, lookingAt bars: Int) throws -> (BarImport.Summary, [BarSeries]) {
        var request = BarImport(database: try folder.path("history.db"), files: [file])
        request.barsLookedAt = bars
        let summary = try request.run()
        try assertVerified(request.database)
        return (summary, try BarStore(try Database.openForReading(request.database)).series())
    }

    func testTheIntervalIsThatOfTheWholeFile() throws {
        let file = try write([0, 1, 2, 3, 10, 15, 20, 25, 30, 35], to: "bars.csv")
        for looked in [1, 3, 1_000] {
            let (summary, series) = try importBars(file, lookingAt: looked)
            XCTAssertEqual(summary.intervals.map(\.description), ["5m"], "\(looked)")
            XCTAssertEqual(series.map(\.interval.description), ["5m"], "\(looked)")
            XCTAssertEqual(series.map(\.count), [10], "\(looked)")
        }
    }

    func testTheSeriesKnowTheirBars() throws {
        _ = try importBars(try write([0, 1, 2], to: "first.csv"), lookingAt: 10)
        let (summary, series) = try importBars(try write([1, 2, 3, 4], to: "second.csv"), lookingAt: 10)
        XCTAssertEqual(summary.bars.inserted, 2)
        XCTAssertEqual(summary.bars.unchanged, 2)
        XCTAssertEqual(series.map(\.count), [5])
        XCTAssertEqual(series.map(\.countWithoutVolume), [0])
        XCTAssertEqual(series.first?.range?.upperBound.description, "2020-01-02T00:04:00.000Z")
    }
}
