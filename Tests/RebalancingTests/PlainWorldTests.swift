import MarketSimulation
import OrderPlanning
import OrderRouting
import RebalanceWorld
import Rebalancing
import TradingModel
import XCTest

/// A machine and a gateway, real bytes between them, and nothing goes wrong.
final class PlainWorldTests: XCTestCase {
    func testMarketOrdersFill() throws {
        var desk = RebalanceDesk()
        let end = try desk.rebalance(["AAA": 100, "BBB": 200])
        XCTAssertEqual(end, .finished(.completed(shortfalls: 0, breaks: [])))
        XCTAssertEqual(try desk.positions(), ["AAA": 100, "BBB": 200])
        try desk.checkSettled()
    }
}
