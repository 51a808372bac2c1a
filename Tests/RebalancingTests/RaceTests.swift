import RebalanceWorld
import Rebalancing
import TradingModel
import XCTest

/// Something happens between the answers to two questions; wherever that falls, it is booked once.
final class RaceTests: XCTestCase {
    /// When a process begins before a bar in which somebody trades by hand, in ms.
    private static let distances = stride(from: 0, through: 160, by: 4).map { Int64($0) }

    func testATradeWhileAnAccountIsSeenForTheFirstTime() throws {
        for distance in Self.distances {
            var desk = RebalanceDesk()
            try desk.world.advance(to: WorldMarket.open_ms + 25_000 - distance)
            try desk.world.touchGateway { try $0.trade(["BUY", "10", "AAA"]) }
            let reconcile = desk.task(.reconcile(acceptsBreaks: false))
            XCTAssertEqual(try desk.give(reconcile), .completed, "\(distance) ms before")
            try desk.world.letOrdersEnd()
            let again = desk.task(.reconcile(acceptsBreaks: false))
            XCTAssertEqual(try desk.give(again), .completed, "\(distance) ms before")
            try desk.checkSettled()
        }
    }

    func testATradeWhileTheBooksAreCompared() throws {
        for distance in Self.distances {
            var desk = RebalanceDesk()
            try desk.rebalance(["AAA": 100])
            let bar = (desk.world.now_ms / 5_000 + 2) * 5_000
            try desk.world.advance(to: bar - distance)
            try desk.world.touchGateway { try $0.trade(["BUY", "10", "BBB"]) }
            let reconcile = desk.task(.reconcile(acceptsBreaks: false))
            XCTAssertEqual(try desk.give(reconcile), .completed, "\(distance) ms before")
            try desk.world.letOrdersEnd()
            let again = desk.task(.reconcile(acceptsBreaks: false))
            XCTAssertEqual(try desk.give(again), .completed, "\(distance) ms before")
            try desk.checkSettled()
        }
    }

    /// The broker's cash has the commission in it, whether it was told or not.
    func testACommissionThatIsToldLateIsNotBookedTwice() throws {
        var desk = RebalanceDesk()
        try desk.world.advance(to: WorldMarket.open_ms + 20_000)
        try desk.tradeByHand("BUY 10 AAA")
        desk.world.faults = FaultPlan(perMille: [.lateCommission: 1_000], budget: 1)
        for _ in 0..<2 {
            let reconcile = desk.task(.reconcile(acceptsBreaks: false))
            XCTAssertEqual(try desk.give(reconcile), .completed)
        }
        XCTAssertEqual(desk.world.faults.counts[.lateCommission], 1)
        try desk.checkSettled()
    }
}
