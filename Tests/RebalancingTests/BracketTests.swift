import OrderPlanning
import OrderRouting
import RebalanceWorld
import Rebalancing
import TradingModel
import XCTest

/// An entry is never at work without its exits, whatever part of a bracket arrived.
final class BracketTests: XCTestCase {
    private static let share = Quantity(units: 100)

    private func order(
        _ row: Int64, _ side: Side, _ type: OrderType, parentRow: Int64? = nil
    ) -> OwnOrder {
        OwnOrder(
            row: row, decision: DecisionID(0),
            terms: OrderTerms(
                instrument: InstrumentID(0), side: side, quantity: Self.share, type: type,
                timeInForce: .goodTilCancelled),
            parentRow: parentRow, ocaGroup: parentRow == nil ? nil : 0, isGroupOfBracketOnly: parentRow != nil)
    }

    /// A purchase with a target and a stop that are far away.
    private func bracket(_ desk: inout RebalanceDesk) -> WorldCommand {
        var command = desk.command(["AAA": 0])
        command.batches = []
        command.plan.ocaGroups = ["exits"]
        command.ownOrders = [
            order(0, .buy, .market), order(1, .sell, .limit(Price(e8: 9_999_00_000_000)), parentRow: 0),
            order(2, .sell, .stop(Price(e8: 1_000_000)), parentRow: 0),
        ]
        return command
    }

    /// Runs the command until it is done; kills come in the middle of writes.
    private func runKilled(_ seed: UInt64, kills: Int) throws -> RebalanceDesk {
        var desk = RebalanceDesk(seed: seed)
        desk.world.faults = FaultPlan(
            perMille: [.killedBetweenSends: 150, .killedInWrite: 50, .killedBeforeSend: 30], budget: kills)
        desk.world.faults.waitsForOrders = true
        let command = bracket(&desk)
        for _ in 0..<kills + 2 {
            let end = try desk.world.run(command)
            if case .finished(.completed) = end { break }
            try desk.world.advance(to: desk.world.now_ms + 12_000)
        }
        XCTAssertTrue(desk.world.isRunComplete, "seed \(seed)")
        return desk
    }

    func testAPartOfABracketArrived() throws {
        for seed in UInt64(1)...200 {
            let desk = try runKilled(seed, kills: 1 + Int(seed % 3))
            let records = desk.world.gateway.orderRecords
            XCTAssertEqual(records.count, 3, "seed \(seed)")
            XCTAssertEqual(records.map(\.filled).max(), Self.share, "seed \(seed)")
            let statuses = try desk.world.journal.facts().orders.map(\.status).sorted()
            XCTAssertEqual(statuses, ["CANCELLED", "CANCELLED", "FILLED"], "seed \(seed)")
            try desk.checkSettled()
        }
    }
}
