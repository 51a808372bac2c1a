import BrokerAdapters
import GatewaySimulator
import MarketSimulation
import TradingModel
import XCTest

/// Quotes, and the clock that says how old they are.
final class QuoteTests: XCTestCase {
    private static let request = TWSReqMarketData {
        $0.requestID = 8
        $0.contract = GatewayHarness.contract("AAA")
        $0.snapshot = true
    }

    /// The last price in cents of each tick type.
    private func prices(_ messages: [TWSMessage]) -> [Int32: Int64] {
        var prices: [Int32: Int64] = [:]
        for case .tickPrice(let tick) in messages { prices[tick.type] = (tick.price?.e8 ?? 0) / 1_000_000 }
        return prices
    }

    /// The time of the last trade in seconds.
    private func lastTime(_ messages: [TWSMessage]) -> Int64? {
        messages.compactMap {
            if case .tickString(let tick) = $0, tick.type == 45 { Int64(tick.value) } else { nil }
        }.last
    }

    private func currentTime(_ harness: inout GatewayHarness, _ id: ConnectionID) throws -> Int64? {
        try harness.send(.reqCurrentTime(TWSReqCurrentTime()), id)
        return harness.messages(id).compactMap { if case .currentTime(let time) = $0 { time.seconds } else { nil } }
            .last
    }

    func testASnapshotHasTheLastTradeWithItsTimeAndEnds() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.send(.reqMarketData(Self.request), id)
        let before = harness.messages(id)
        XCTAssertEqual(prices(before), [:], "nothing has traded")
        XCTAssertNil(lastTime(before))
        XCTAssertEqual(before.last, .tickSnapshotEnd(TWSTickSnapshotEnd { $0.requestID = 8 }))
        try harness.play(50, 55, 45, 52)
        try harness.send(.reqMarketData(Self.request), id)
        let messages = harness.messages(id)
        XCTAssertEqual(prices(messages), [1: 5_200, 2: 5_200, 4: 5_200, 6: 5_500, 7: 4_500, 14: 5_000])
        XCTAssertEqual(lastTime(messages), 14_001 * 86_400, "the close is at the end of the bar")
        XCTAssertEqual(messages.last, .tickSnapshotEnd(TWSTickSnapshotEnd { $0.requestID = 8 }))
        try harness.play(50, 55, 45, 53)
        try harness.send(.reqMarketData(Self.request), id)
        XCTAssertEqual(prices(harness.messages(id))[9], 5_200, "the close of the session before")
    }

    func testABarWithoutTradesLeavesTheTimeOfTheLastOne() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.play(50, 50, 50, 50)
        try harness.play(50, 50, 50, 50, volume: 0)
        try harness.send(.reqMarketData(Self.request), id)
        XCTAssertEqual(lastTime(harness.messages(id)), 14_001 * 86_400)
        XCTAssertEqual(try currentTime(&harness, id), 14_002 * 86_400)
    }

    func testAStreamFollowsTheBars() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.send(
            .reqMarketData(
                TWSReqMarketData {
                    $0.requestID = 9; $0.contract = GatewayHarness.contract("AAA")
                }), id)
        _ = harness.messages(id)
        try harness.play(60, 61, 59, 60)
        let messages = harness.messages(id)
        XCTAssertEqual(prices(messages), [1: 6_000, 2: 6_000, 4: 6_000, 6: 6_100, 7: 5_900, 14: 6_000])
        XCTAssertEqual(lastTime(messages), 14_001 * 86_400)
        try harness.send(.cancelMarketData(TWSCancelMarketData { $0.requestID = 9 }), id)
        try harness.play(60, 61, 59, 60)
        XCTAssertTrue(harness.messages(id).isEmpty)
    }

    /// A decision as of a date stands at the midnight that ends it: the clock is there when the date's bar is over, also where
    /// the day had 23 or 25 hours.
    func testTheClockStandsAtTheEndOfTheDateOfADailyBar() throws {
        for first in ["2011-03-11", "2011-11-04"] {
            let date = try XCTUnwrap(CalendarDate(first))
            let zone = ParityMarket.newYork
            var harness = GatewayHarness(localTime: zone)
            let id = try harness.connect()
            for day in 0..<4 as Range<Int32> {
                let session = date.adding(days: day)
                let slice = Self.slice(session, zone)
                try harness.playOpen(slice)
                try harness.send(.reqMarketData(Self.request), id)
                let open = harness.messages(id)
                XCTAssertEqual(lastTime(open), slice.start.ms / 1_000)
                XCTAssertEqual(try currentTime(&harness, id), slice.start.ms / 1_000)
                try harness.playRest()
                let asOf = zone.start(of: session.adding(days: 1))
                XCTAssertEqual(try currentTime(&harness, id), asOf.ms / 1_000, "\(session)")
                XCTAssertEqual(harness.gateway.clock, asOf)
                try harness.send(.reqMarketData(Self.request), id)
                XCTAssertEqual(lastTime(harness.messages(id)), asOf.ms / 1_000)
            }
        }
    }

    private static func slice(_ date: CalendarDate, _ zone: LocalTime) -> BarSlice {
        let start = zone.start(of: date)
        let price = Price(cents: 5_000)
        let bar = Bar(
            start: start, open: price, high: price, low: price, close: price, volume: Quantity(units: 1_000))
        return BarSlice(
            start: start, end: zone.start(of: date.adding(days: 1)), session: date, isFirstOfSession: true,
            isLastOfSession: true, nextSession: nil, instruments: [InstrumentID(0)], bars: [bar])
    }
}

extension CalendarDate {
    /// Reads `2011-03-11`.
    fileprivate init?(_ text: String) {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3 else { return nil }
        self.init(year: parts[0], month: parts[1], day: parts[2])
    }
}
