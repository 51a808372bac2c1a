import GatewaySimulator
import MarketSimulation
import TradingModel
import XCTest

@testable import BrokerAdapters

/// The time of an execution, written with a zone and to the second, is read back as the instant of the fill.
final class ExecutionTimeTests: XCTestCase {
    private static let zone = ParityMarket.newYork

    /// Half-hours through the nights in which the clock is changed, one order for each.
    func testEveryHalfHourOfTheNightsInWhichTheClockIsChanged() throws {
        for change in ParityMarket.clockChanges {
            for version in [157, 178] {
                var harness = GatewayHarness(localTime: Self.zone)
                let id = try harness.greet(maximum: version)
                try harness.send(.startAPI(TWSStartAPI { $0.clientID = 1 }), id)
                let clock = IBKRClock(zones: [Self.zone.name: Self.zone], local: Self.zone)
                for place in 0..<16 as Range<Int32> {
                    let start = change.adding(ms: Int64(place - 8) * 1_800_000)
                    _ = harness.messages(id)
                    try harness.place(place + 1, id)
                    try harness.play(Self.slice(start))
                    let time = try XCTUnwrap(harness.messages(id).executions.first?.time)
                    XCTAssertEqual(clock.instant(of: time), start, "\(version) \(time)")
                    XCTAssertEqual(harness.gateway.executionRecords.last?.time, start)
                }
                // Asked for again, from a time on: the client spells it in UTC.
                try harness.send(.reqExecutions(TWSReqExecutions { $0.time = IBKRClock.text(change) }), id)
                XCTAssertEqual(harness.messages(id).executions.count, 8)
            }
        }
    }

    private static func slice(_ start: Timestamp) -> BarSlice {
        let price = Price(cents: 5_000)
        let bar = Bar(
            start: start, open: price, high: price, low: price, close: price, volume: Quantity(units: 10_000))
        return BarSlice(
            start: start, end: start.adding(ms: 1_800_000), session: zone.date(of: start), isFirstOfSession: false,
            isLastOfSession: false, nextSession: nil, instruments: [InstrumentID(0)], bars: [bar])
    }
}
