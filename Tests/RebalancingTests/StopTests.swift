import OrderRouting
import Rebalancing
import TradingModel
import XCTest

@testable import RebalanceWorld

/// A session that is stopped at any moment leaves nothing open that it could cancel.
final class StopTests: XCTestCase {
    /// A desk whose orders fill over many bars, and the command of its run.
    private func slowDesk() -> (RebalanceDesk, WorldCommand) {
        var rules = RebalanceDesk.plainRules
        rules.volumeLimitE9 = 1_000_000
        var desk = RebalanceDesk(rules: rules, volume: 100_000)
        let command = desk.command(["AAA": 3_000, "BBB": 2_000])
        return (desk, command)
    }

    /// Lets the next process of a desk run and stops it after so long.
    private func run(
        _ command: WorldCommand, on desk: inout RebalanceDesk, stoppedAfter wait_ms: Int64, cancels: Bool
    ) throws -> ProcessEnd {
        desk.world.queue.add(
            .stop(process: desk.world.processCount + 1, cancels: cancels), at: desk.world.now_ms + wait_ms)
        return try desk.world.run(command)
    }

    private func openOrders(_ desk: RebalanceDesk) -> Int {
        desk.world.gateway.orderRecords.count { !["Filled", "Cancelled"].contains($0.status) }
    }

    /// The orders are those of an earlier process; the stop comes while this one connects, finds contracts, compares, or follows.
    func testOrdersOfAnEarlierProcessAreCancelledAsSoonAsThatCanBe() throws {
        var endings: [String] = []
        for wait_ms in stride(from: Int64(0), through: 400, by: 4) {
            var (desk, command) = slowDesk()
            let first = try run(command, on: &desk, stoppedAfter: 12_000, cancels: false)
            XCTAssertEqual(first, .finished(.stopped(openOrders: 2)))
            let end = try run(command, on: &desk, stoppedAfter: wait_ms, cancels: true)
            guard case .finished(.stopped(let open)) = end else {
                XCTFail("after \(wait_ms) ms: \(end)")
                continue
            }
            XCTAssertEqual(openOrders(desk), open, "after \(wait_ms) ms")
            XCTAssertEqual(desk.world.isRunComplete, open == 0, "after \(wait_ms) ms")
            if endings.last != "\(open)" { endings.append("\(open)") }
            if open > 0 { _ = try desk.world.run(command) }
            try desk.checkSettled()
        }
        XCTAssertEqual(endings, ["2", "0"], "once the broker is there, all is cancelled")
    }

    func testWhatWasStoppedBeforeItOrderedBeginsAgain() throws {
        for wait_ms in stride(from: Int64(0), through: 100, by: 4) {
            var (desk, command) = slowDesk()
            let end = try run(command, on: &desk, stoppedAfter: wait_ms, cancels: true)
            guard desk.world.gateway.orderRecords.isEmpty else { continue }
            XCTAssertEqual(end, .finished(.stopped(openOrders: 0)))
            XCTAssertFalse(desk.world.isRunComplete)
            XCTAssertNotEqual(try desk.world.run(command), .alreadyComplete)
            XCTAssertEqual(desk.world.gateway.orderRecords.count, 2)
        }
    }

    /// All that is missing is what the fills cost; that is not what an operator wants to stop.
    func testAStopAfterTheLastFillEndsTheWait() throws {
        var desk = RebalanceDesk()
        try desk.world.touchGateway { try $0.fault(["omit", "commissionReport"]) }
        desk.settings.commissionWait_ms = 600_000
        let begin_ms = desk.world.now_ms
        let command = desk.command(["AAA": 10])
        let end = try run(command, on: &desk, stoppedAfter: 20_000, cancels: true)
        XCTAssertEqual(end, .finished(.completed(shortfalls: 0, breaks: [])))
        XCTAssertLessThan(desk.world.now_ms - begin_ms, 30_000)
        XCTAssertTrue(desk.world.isRunComplete)
    }
}
