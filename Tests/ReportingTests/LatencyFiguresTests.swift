import SeededTesting
import TradingModel
import XCTest

@testable import Reporting

final class LatencyFiguresTests: XCTestCase {
    /// Nearest rank: the value at place ⌈percent × count ÷ 100⌉.
    func testPercentiles() {
        let cases: [(values: [Int64], percent: Int, expected: Int64?)] = [
            ([], 50, nil), ([7], 1, 7), ([7], 50, 7), ([7], 99, 7), ([7], 100, 7),
            ([1, 2], 50, 1), ([1, 2], 51, 2), ([1, 2], 100, 2),
            ([15, 20, 35, 40, 50], 5, 15), ([15, 20, 35, 40, 50], 30, 20), ([15, 20, 35, 40, 50], 40, 20),
            ([15, 20, 35, 40, 50], 50, 35), ([15, 20, 35, 40, 50], 100, 50),
            (Array(1...100), 50, 50), (Array(1...100), 95, 95), (Array(1...100), 99, 99), (Array(1...100), 1, 1),
            (Array(1...101), 50, 51), (Array(1...101), 99, 100), (Array(1...20), 95, 19), (Array(1...20), 99, 20),
            ([-3, 0, 0, 0], 25, -3), ([-3, 0, 0, 0], 26, 0), ([.min, .max], 99, .max),
        ]
        for (values, percent, expected) in cases {
            XCTAssertEqual(
                LatencyFigures.percentile(percent, ofSorted: values), expected, "\(percent) of \(values.count)")
        }
    }

    /// Against the definition, which needs no ranks: the least value that at least so many in 100 do not exceed.
    func testPercentilesByDefinition() {
        forEachSeed(20) { generator in
            let count = Int.random(in: 1...250, using: &generator)
            let values = (0..<count).map { _ in Int64.random(in: -5...60, using: &generator) }
            let sorted = values.sorted()
            for percent in 1...100 {
                let least = sorted.first { value in values.count { $0 <= value } * 100 >= percent * count }
                XCTAssertEqual(LatencyFigures.percentile(percent, ofSorted: sorted), least, "\(percent) of \(values)")
            }
        }
    }

    func testFiguresTakeDurationsInAnyOrder() {
        let figures = LatencyFigures((1...200).reversed())
        XCTAssertEqual(figures.count, 200)
        XCTAssertEqual([figures.p50_ms, figures.p95_ms, figures.p99_ms], [100, 190, 198])
        let none = LatencyFigures([])
        XCTAssertEqual(none.count, 0)
        XCTAssertEqual([none.p50_ms, none.p95_ms, none.p99_ms], [nil, nil, nil])
    }

    func testIntervals() {
        let times = (0..<6).map { Timestamp(ms: Int64(1 << ($0 * 2))) }
        let all = OrderTimings(
            decidedAt: times[0], journaledAt: times[1], sentAt: times[2], acknowledgedAt: times[3],
            firstFillAt: times[4], lastFillAt: times[5])
        XCTAssertEqual(
            TimingInterval.allCases.map { $0.duration_ms(of: all) }, [12, 48, 192, 1_023])
        var unfilled = all
        (unfilled.firstFillAt, unfilled.lastFillAt) = (nil, nil)
        XCTAssertEqual(TimingInterval.allCases.map { $0.duration_ms(of: unfilled) }, [12, 48, nil, nil])
        var early = all
        early.acknowledgedAt = times[1]
        XCTAssertEqual(TimingInterval.sentToAcknowledged.duration_ms(of: early), 4 - 16, "a clock was put back")
        let summary = TimingSummary([all, unfilled, OrderTimings()])
        XCTAssertEqual(TimingInterval.allCases.map { summary[$0].count }, [2, 2, 1, 1])
        XCTAssertEqual(summary[.decidedToLastFill].p99_ms, 1_023)
    }
}
