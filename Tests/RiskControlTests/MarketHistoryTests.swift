import TradingModel
import XCTest

@testable import RiskControl

final class MarketHistoryTests: XCTestCase {
    private func history(days: Int = 3, minimum: Int = 2, isIntraday: Bool = false) -> MarketHistory {
        MarketHistory(
            ReturnWindow(days: days, minimum: minimum, isIntraday: isIntraday), keepsReturns: true, volumeDays: 2,
            instruments: 2)
    }

    private func observe(
        _ history: inout MarketHistory, _ instrument: Int, day: Int32, _ close: Int64, _ volume: Int64? = 10
    ) {
        let price = Price(e8: close * Price.scale)
        history.observe(
            Bar(
                start: Timestamp(ms: Int64(day) * 86_400_000), open: price, high: price, low: price, close: price,
                volume: volume.map(Quantity.init(units:))), instrument, CalendarDate(days: day))
    }

    private func returns(_ history: MarketHistory, _ instrument: Int) -> [Double] {
        history.withReturns(of: instrument) { row in (0..<history.dayCount).map { (row[$0] * 1e9).rounded() / 1e9 } }
    }

    func testReturnsAreOfDaysAndInARing() {
        var history = history()
        observe(&history, 0, day: 1, 100)
        XCTAssertEqual(history.dayCount, 0, "the first day has no return")
        for (day, close) in [(2, 110), (3, 99), (4, 198)] as [(Int32, Int64)] { observe(&history, 0, day: day, close) }
        XCTAssertEqual(returns(history, 0), [0.1, -0.1, 1])
        observe(&history, 0, day: 8, 99)
        XCTAssertEqual(returns(history, 0), [-0.5, -0.1, 1], "the oldest makes room")
        observe(&history, 0, day: 7, 1)
        XCTAssertEqual(returns(history, 0), [-0.5, -0.1, 1], "late")
        XCTAssertEqual(history.withReturns(of: 0) { $0[3] }, 0, "nothing behind the window")
    }

    /// A day without a bar is a return of zero that does not count; the next return is over both days.
    func testMissingDaysAreZeroAndNotCounted() {
        var history = history()
        observe(&history, 0, day: 1, 100)
        observe(&history, 1, day: 1, 100)
        observe(&history, 1, day: 2, 100)
        observe(&history, 0, day: 3, 120)
        observe(&history, 1, day: 3, 150)
        XCTAssertEqual(returns(history, 0), [0, 0.2])
        XCTAssertEqual(returns(history, 1), [0, 0.5])
        XCTAssertEqual(history.observations, [1, 2])
        XCTAssertFalse(history.hasEnough(0))
        XCTAssertTrue(history.hasEnough(1))
        for day: Int32 in 4...6 { observe(&history, 1, day: day, 150) }
        XCTAssertEqual(history.observations, [0, 3], "what left the window counts no more")
        history.addInstrument()
        observe(&history, 2, day: 7, 100)
        observe(&history, 2, day: 8, 101)
        XCTAssertEqual(history.observations, [0, 1, 1])
        XCTAssertEqual(returns(history, 2).reduce(0, +), 0.01, accuracy: 1e-12)
    }

    func testADayOfManyBarsIsOverWithTheNext() {
        var history = history(isIntraday: true)
        for (day, close) in [(1, 90), (1, 100), (2, 150), (2, 110)] as [(Int32, Int64)] {
            observe(&history, 0, day: day, close)
        }
        XCTAssertEqual(history.dayCount, 0)
        XCTAssertEqual(history.volume(0).days, 1)
        XCTAssertEqual(history.volume(0).sumE8, Int128(20 * Quantity.scale))
        observe(&history, 1, day: 3, 100)
        XCTAssertEqual(returns(history, 0), [0.1])
        XCTAssertEqual(history.volume(0).sumE8, Int128(40 * Quantity.scale))
    }

    func testASplitIsNoReturnAndNoVolume() {
        for isIntraday in [false, true] {
            var history = history(isIntraday: isIntraday)
            observe(&history, 0, day: 1, 100, 30)
            observe(&history, 0, day: 2, 100, 50)
            history.split(0, 4_000_000_000)
            observe(&history, 0, day: 3, 26, 7)
            observe(&history, 0, day: 4, 26, 9)
            XCTAssertEqual(returns(history, 0).prefix(2), [0, 0.04])
            XCTAssertEqual(
                history.volume(0).sumE8, Int128((isIntraday ? 200 + 7 : 7 + 9) * Quantity.scale))
        }
    }

    func testVolumesOfTheLastDays() {
        var history = history()
        XCTAssertEqual(history.volume(0).days, 0)
        for (day, volume, days, sum) in [(1, 5, 1, 5), (2, nil, 1, 5), (3, 7, 2, 12), (4, 9, 2, 16)]
            as [(Int32, Int64?, Int, Int64)]
        {
            observe(&history, 0, day: day, 100, volume)
            XCTAssertEqual(history.volume(0).days, days)
            XCTAssertEqual(history.volume(0).sumE8, Int128(sum * Quantity.scale), "a day without volume is left out")
        }
    }

    /// A review after another day was seen is of the new window, without a new snapshot.
    func testScenariosFollowTheHistory() {
        var world = GateWorld {
            $0.returns = ReturnWindow(days: 10, minimum: 2)
            $0.maxValueAtRisk = .percent(100)
        }
        world.observe([0: [100, 110, 100], 1: [100, 90, 95]])
        world.snapshot.positions[0] = Quantity(units: 10)
        XCTAssertEqual(world.first(1, 1).units, 1)
        world.observe(day: 5, volume: Quantity(units: 1))
        XCTAssertEqual(world.next(1, 1).units, 1)
        let kept = world.gate.samples[0].values
        world.snapshot.positions[1] = Quantity(units: 2)
        world.gate.begin(world.snapshot)
        for (one, other) in zip(kept, world.gate.samples[0].values) { XCTAssertEqual(one, other, accuracy: 1e-9) }
    }
}
