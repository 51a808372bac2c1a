import TradingModel
import XCTest

@testable import OrderRouting

/// Each algorithm as a table: what it sees, and the step it takes.
final class AlgorithmMachineTests: XCTestCase {
    private let start = Timestamp(ms: 1_000_000)

    private func terms(_ name: String, _ parameters: String) throws -> AlgorithmTerms {
        try AlgorithmTerms(name: name, parameters: parameters)
    }

    private func machine(_ terms: AlgorithmTerms, curve: VolumeCurve? = nil) -> AlgorithmMachine {
        AlgorithmMachine(terms, start: start, curve: curve, timeOfDay_ms: 0)
    }

    private func sight(
        _ second: Int64, of units: Int64 = 100, filled: Int64 = 0, working: Int64? = nil, lot: Int64 = 1
    ) -> AlgorithmSight {
        AlgorithmSight(
            now: start.adding(ms: second * 1_000), quantity: Quantity(units: units), filled: Quantity(units: filled),
            working: working.map { Quantity(units: $0) }, lot: Quantity(units: lot))
    }

    private func order(_ units: Int64, atMarket: Bool = false) -> AlgorithmStep {
        .order(Quantity(units: units), atMarket: atMarket)
    }

    func testTWAP() throws {
        let cases: [(rule: String, parameters: String, sight: AlgorithmSight, step: AlgorithmStep)] = [
            ("before the window nothing", "duration=100s slices=4", sight(-1), .wait),
            ("the first slice at the start", "duration=100s slices=4", sight(0), order(25)),
            ("its child is left alone", "duration=100s slices=4", sight(0, working: 25), .wait),
            ("also when a part has filled", "duration=100s slices=4", sight(24, filled: 10, working: 15), .wait),
            ("nothing more within the slice", "duration=100s slices=4", sight(24, filled: 25), .wait),
            ("the second slice", "duration=100s slices=4", sight(25, filled: 25), order(25)),
            (
                "what is left is cancelled first", "duration=100s slices=4", sight(25, filled: 5, working: 20),
                .cancel(.carried)
            ),
            ("and carried", "duration=100s slices=4", sight(25, filled: 5), order(45)),
            ("slices that were missed come at once", "duration=100s slices=4", sight(76), order(100)),
            ("lots round down", "duration=100s slices=3", sight(0, lot: 10), order(30)),
            ("and the remainder goes on", "duration=100s slices=3", sight(34, filled: 30, lot: 10), order(30)),
            ("the last slice brings all", "duration=100s slices=3", sight(67, filled: 60, lot: 10), order(40)),
            ("a slice below the lot waits", "duration=100s slices=4", sight(0, lot: 50), .wait),
            (
                "a late fill takes the excess back", "duration=100s slices=4", sight(10, filled: 15, working: 25),
                .cancel(.carried)
            ),
            (
                "at the end the child is cancelled", "duration=100s slices=4", sight(100, filled: 80, working: 20),
                .cancel(.windowEnded)
            ),
            ("and the rest expires", "duration=100s slices=4", sight(100, filled: 80), .end(.expired(.windowEnded))),
            (
                "or is carried to the market", "duration=100s slices=4 finish=market",
                sight(100, filled: 80, working: 20), .cancel(.carried)
            ),
            (
                "whatever the limit", "duration=100s slices=4 finish=market", sight(100, filled: 80),
                order(20, atMarket: true)
            ),
            ("all filled is the end", "duration=100s slices=4", sight(80, filled: 100), .end(.filled)),
            ("even where more has filled", "duration=100s slices=4", sight(80, filled: 120), .end(.filled)),
            (
                "a child too many is cancelled first", "duration=100s slices=4", sight(80, filled: 100, working: 5),
                .cancel(.carried)
            ),
            (
                "what no lot can fill ends", "duration=100s slices=4", sight(80, filled: 95, lot: 10),
                .end(.cancelled(.belowLot))
            ),
        ]
        for (rule, parameters, sight, step) in cases {
            var machine = machine(try terms("twap", parameters))
            XCTAssertEqual(machine.next(sight), step, rule)
        }
    }

    func testTheRestGoesToTheMarketOnce() throws {
        var machine = machine(try terms("twap", "duration=100s slices=4 finish=market"))
        XCTAssertEqual(machine.next(sight(100, filled: 80)), order(20, atMarket: true))
        XCTAssertEqual(machine.next(sight(101, filled: 90, working: 10)), .wait)
        XCTAssertEqual(machine.next(sight(101, filled: 95, working: 10)), .cancel(.carried), "a late fill")
        XCTAssertEqual(machine.next(sight(102, filled: 95)), .end(.expired(.windowEnded)))
    }

    func testWakes() throws {
        let machine = machine(try terms("twap", "duration=100s slices=3"))
        let cases: [(second: Int64, wake: Int64?)] = [
            (-5, 0), (0, 33_333), (33, 33_333), (34, 66_666), (67, 100_000), (100, nil),
        ]
        for (second, wake) in cases {
            XCTAssertEqual(
                machine.nextWake(after: start.adding(ms: second * 1_000)), wake.map(start.adding), "\(second)")
        }
        let iceberg = self.machine(try terms("iceberg", "display=10"))
        XCTAssertNil(iceberg.nextWake(after: start))
        let windowed = self.machine(try terms("iceberg", "display=10 duration=100s"))
        XCTAssertEqual(windowed.nextWake(after: start), start.adding(ms: 100_000))
    }

    func testVWAPFollowsTheCurve() throws {
        // Three quarters of the volume trade in the first half of the minute.
        let curve = VolumeCurve(parts: [
            .init(start_ms: 0, length_ms: 30_000, volume: 300), .init(start_ms: 30_000, length_ms: 30_000, volume: 100),
        ])
        let vwap = try terms("vwap", "duration=60s slices=4")
        let cases: [(second: Int64, filled: Int64, step: AlgorithmStep)] = [
            (0, 0, order(37)), (15, 37, order(38)), (30, 75, order(12)), (45, 87, order(13)), (46, 100, .end(.filled)),
        ]
        for (second, filled, step) in cases {
            var machine = machine(vwap, curve: curve)
            XCTAssertEqual(machine.next(sight(second, filled: filled)), step, "\(second)")
        }
    }

    func testVWAPWithoutVolumeInItsWindowIsEqual() throws {
        var machine = machine(try terms("vwap", "duration=60s slices=4"), curve: VolumeCurve(parts: []))
        XCTAssertEqual(machine.next(sight(15, filled: 25)), order(25))
    }

    func testPOV() throws {
        var machine = machine(try terms("pov", "share=0.1 duration=100s every=10s"))
        XCTAssertEqual(machine.next(sight(0)), .wait, "nothing has traded")
        XCTAssertFalse(machine.take(traded(-5, 5, 1_000)), "what began before the order does not count")
        XCTAssertFalse(machine.take(traded(0, 9, 120)), "no look yet")
        XCTAssertEqual(machine.next(sight(9)), .wait)
        XCTAssertTrue(machine.take(traded(9, 10, 80)))
        XCTAssertEqual(machine.next(sight(10)), order(20))
        XCTAssertEqual(machine.next(sight(10, filled: 5, working: 15)), .wait)
        XCTAssertTrue(machine.take(traded(10, 20, 100)))
        XCTAssertEqual(machine.next(sight(20, filled: 5, working: 15)), .cancel(.carried))
        XCTAssertEqual(machine.next(sight(20, filled: 5)), order(25))
        XCTAssertTrue(machine.take(traded(20, 30, 1_000_000)))
        XCTAssertEqual(machine.next(sight(30, filled: 30)), order(70), "never more than the order")
        XCTAssertEqual(machine.next(sight(100, filled: 90)), .end(.expired(.windowEnded)))
    }

    func testPOVGoesOnFromWhatItOrdered() throws {
        var machine = machine(try terms("pov", "share=0.1 duration=100s every=10s"))
        machine.resume(ordered: Quantity(units: 30), lastChildAt: start)
        XCTAssertEqual(machine.next(sight(50, filled: 10, working: 20)), .wait)
        XCTAssertTrue(machine.take(traded(50, 60, 200)))
        XCTAssertEqual(machine.next(sight(60, filled: 30)), order(20))
    }

    private func traded(_ first: Int64, _ last: Int64, _ units: Int64) -> TradedVolume {
        TradedVolume(
            instrument: InstrumentID(0), start: start.adding(ms: first * 1_000), end: start.adding(ms: last * 1_000),
            quantity: Quantity(units: units))
    }

    func testIceberg() throws {
        let cases: [(rule: String, parameters: String, sight: AlgorithmSight, step: AlgorithmStep)] = [
            ("shows its tranche", "display=30", sight(0), order(30)),
            ("waits for it", "display=30", sight(5, filled: 10, working: 20), .wait),
            ("then the next one", "display=30", sight(5, filled: 30), order(30)),
            ("the last one is what is left", "display=30", sight(5, filled: 90), order(10)),
            ("whole lots", "display=35", sight(0, lot: 10), order(30)),
            ("at least one lot", "display=5", sight(0, lot: 10), order(10)),
            ("no window, no end", "display=30", sight(1_000_000, filled: 10, working: 20), .wait),
            (
                "the window ends it", "display=30 duration=60s", sight(60, filled: 10, working: 20),
                .cancel(.windowEnded)
            ),
            (
                "with what is left", "display=30 duration=60s finish=market", sight(60, filled: 10),
                order(90, atMarket: true)
            ),
        ]
        for (rule, parameters, sight, step) in cases {
            var machine = machine(try terms("iceberg", parameters))
            XCTAssertEqual(machine.next(sight), step, rule)
        }
    }

    func testEndsOfChildren() throws {
        let cases:
            [(rule: String, algorithm: String, parameters: String, state: OrderState, asked: Bool, end: AlgorithmEnd?)] =
                [
                    ("filled goes on", "twap", "duration=60s slices=2", .filled, false, nil),
                    ("its own cancel goes on", "twap", "duration=60s slices=2", .cancelled(.carried), true, nil),
                    (
                        "a refusal ends it", "twap", "duration=60s slices=2", .rejected(.brokerRejected), false,
                        .cancelled(.childRejected)
                    ),
                    (
                        "so does somebody else's cancel", "twap", "duration=60s slices=2", .cancelled(.brokerCancelled),
                        false, .cancelled(.childEnded)
                    ),
                    (
                        "the end of a day goes on within a window", "twap", "duration=60s slices=2",
                        .expired(.dayEnded), false, nil
                    ),
                    (
                        "and ends an order without one", "iceberg", "display=5", .expired(.dayEnded), false,
                        .expired(.dayEnded)
                    ),
                ]
        for (rule, algorithm, parameters, state, asked, end) in cases {
            var machine = machine(try terms(algorithm, parameters))
            machine.take(childEnd: state, wasAsked: asked)
            XCTAssertEqual(machine.stop, end, rule)
        }
    }

    func testAStopWaitsForTheChild() throws {
        var machine = machine(try terms("twap", "duration=60s slices=2"))
        machine.stop(.cancelled(.superseded))
        machine.stop(.cancelled(.timeout))
        XCTAssertEqual(machine.next(sight(0, filled: 10, working: 40)), .cancel(.superseded))
        XCTAssertEqual(machine.next(sight(0, filled: 20)), .end(.cancelled(.superseded)), "the first reason stays")
        XCTAssertEqual(machine.next(sight(0, filled: 100)), .end(.filled), "unless it filled")
        XCTAssertNil(machine.nextWake(after: start))
    }

    func testSplits() throws {
        var iceberg = machine(try terms("iceberg", "display=30"))
        try iceberg.split(2_000_000_000)
        XCTAssertEqual(iceberg.next(sight(0, of: 200)), order(60))
        var pov = machine(try terms("pov", "share=0.1 duration=100s every=10s"))
        XCTAssertTrue(pov.take(traded(0, 10, 200)))
        try pov.split(2_000_000_000)
        XCTAssertEqual(pov.next(sight(10, of: 200)), order(40))
    }

    // MARK: - Volume curves

    func testCurvesAreOfTheDatesBefore() {
        var history = TradedDates(limit: 2)
        let day: Int64 = 86_400_000
        for date in 0..<4 {
            for (hour, units) in [(10, Int64(date + 1) * 100), (11, 50)] {
                let start = Timestamp(ms: Int64(date) * day + Int64(hour) * 3_600_000)
                history.append(
                    TradedVolume(
                        instrument: InstrumentID(0), start: start, end: start.adding(ms: 3_600_000),
                        quantity: Quantity(units: units)), in: .utc)
            }
        }
        XCTAssertNil(history.curve(before: CalendarDate(days: 0), days: 2))
        let curve = history.curve(before: CalendarDate(days: 3), days: 2)
        XCTAssertEqual(
            curve?.parts.map(\.volume), [(200 + 300) * 100_000_000, 100 * 100_000_000], "dates 1 and 2, not 3")
        XCTAssertEqual(history.curve(before: CalendarDate(days: 3), days: 1)?.parts.first?.volume, 300 * 100_000_000)
    }

    func testDailyBarsSpreadOverTheDay() {
        var history = TradedDates(limit: 5)
        history.append(
            TradedVolume(
                instrument: InstrumentID(0), start: Timestamp(ms: 0), end: Timestamp(ms: 86_400_000),
                quantity: Quantity(units: 24)), in: .utc)
        let curve = history.curve(before: CalendarDate(days: 1), days: 5)
        let hour: Int64 = 3_600_000
        XCTAssertEqual(curve?.volume(from: 5 * hour, to: 6 * hour), 100_000_000)
        XCTAssertEqual(curve?.volume(from: 23 * hour, to: 26 * hour), 300_000_000, "the next day goes on")
    }

    func testHugeVolumesKeepEqualSlicesEqual() {
        let curve = VolumeCurve(parts: [.init(start_ms: 0, length_ms: 86_400_000, volume: Int128(Int64.max) * 1_000)])
        let schedule = SliceSchedule(
            start: start, duration_ms: 3_000, slices: 3, curve: curve, timeOfDay_ms: 0)
        for slice in 0..<3 {
            let time = start.adding(ms: Int64(slice) * 1_000)
            XCTAssertEqual(
                schedule.due(of: Quantity(units: 9), lot: Quantity(units: 1), at: time),
                Quantity(units: Int64(slice + 1) * 3)
            )
        }
    }
}
