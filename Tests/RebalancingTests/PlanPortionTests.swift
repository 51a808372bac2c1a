import OrderPlanning
import OrderRouting
import Rebalancing
import TradingModel
import XCTest

@testable import RebalanceWorld

/// A plan of more orders than one portion holds.
final class PlanPortionTests: XCTestCase {
    private static let tickers = (0..<35).map { "T\($0 < 10 ? "0" : "")\($0)" }
    private static let targets = Dictionary(uniqueKeysWithValues: tickers.enumerated().map { ($1, Int64($0 + 1)) })

    private func desk() -> RebalanceDesk { RebalanceDesk(tickers: Self.tickers, cash: 10_000_000) }

    func testEveryOrderOfALongPlanIsSentOnce() throws {
        var desk = desk()
        XCTAssertEqual(try desk.rebalance(Self.targets), .completed)
        XCTAssertEqual(try desk.positions(), Self.targets)
        XCTAssertEqual(desk.world.gateway.orderRecords.count, Self.tickers.count)
        XCTAssertEqual(desk.world.violations, [])
        try desk.checkSettled()
    }

    /// While the operator thinks the time of every order passes, and only the first portion is on record.
    func testOrdersThatAreDueBeforeTheyAreOnRecordAreCancelled() throws {
        var desk = desk()
        var command = desk.command(["T00": 0])
        command.batches = []
        command.consent_ms = 60_000
        let cancelAt = DecisionTime(instant: desk.world.time.adding(ms: 30_000), isDate: false)
        command.ownOrders = (0..<20).map { row in
            let terms = OrderTerms(
                instrument: InstrumentID(0), side: .buy, quantity: Quantity(units: 1),
                type: .limit(Price(e8: Price.scale)), timeInForce: .goodTilCancelled)
            return OwnOrder(row: Int64(row), decision: DecisionID(0), terms: terms, cancelAt: cancelAt)
        }
        XCTAssertEqual(try desk.give(command), .completed(shortfalls: 20))
        XCTAssertEqual(
            try desk.orders(), Array(repeating: "BUY 1 T00 CANCELLED cancel_requested", count: 20))
        XCTAssertEqual(desk.world.gateway.orderRecords, [])
        try desk.checkSettled()
    }

    /// The process ends at any moment of its course; the same command brings the account to its targets, and nothing twice.
    func testALongPlanThatIsCutOffIsCompleted() throws {
        for wait_ms in stride(from: Int64(0), through: 3_000, by: 60) {
            var desk = desk()
            let command = desk.command(Self.targets)
            try desk.world.advance(to: WorldMarket.open_ms + 20_000)
            let number = desk.world.processCount + 1
            desk.world.queue.add(
                .act { world in
                    if world.process?.number == number { world.process?.end = .died(.killedIdle) }
                }, at: desk.world.now_ms + wait_ms)
            _ = try desk.world.run(command)
            if !desk.world.isRunComplete { _ = try desk.give(command) }
            XCTAssertTrue(desk.world.isRunComplete, "after \(wait_ms) ms")
            XCTAssertEqual(try desk.positions(), Self.targets, "after \(wait_ms) ms")
            XCTAssertEqual(desk.world.gateway.orderRecords.count, Self.tickers.count, "after \(wait_ms) ms")
            XCTAssertEqual(desk.world.violations, [])
            try desk.checkSettled()
        }
    }
}
