import OrderPlanning
import OrderRouting
import Rebalancing
import RiskControl
import TradingModel
import XCTest

@testable import RebalanceWorld

/// Kill switches that are turned before, between and during sends.
final class SwitchTests: XCTestCase {
    private typealias Switch = KillSwitchBoard.Switch

    private func board(
        _ scope: KillSwitchScope, _ level: KillSwitchLevel = .halted, cancels: Bool = false, flattens: Bool = false
    ) -> KillSwitchBoard {
        KillSwitchBoard([Switch(scope, level, "drill", cancelsOpen: cancels, flattens: flattens)])
    }

    private static let tickers = (0..<24).map { "T\(Character(UnicodeScalar(UInt8(65 + $0))))" }

    /// Two dozen purchases of which a second lets four leave; bars fill them only in the end.
    private func pacedDesk(seed: UInt64 = 1) -> (RebalanceDesk, WorldCommand) {
        var desk = RebalanceDesk(tickers: Self.tickers, seed: seed)
        desk.settings.planning.insufficientCash = .unchecked
        var command = desk.command(
            Dictionary(uniqueKeysWithValues: Self.tickers.map { ($0, TargetSize.quantity(Quantity(units: 5))) }),
            type: .limit(Price(e8: 1 * Price.scale)))
        command.session = World.session
        command.session?.pacing?.perSecond = 4
        return (desk, command)
    }

    /// Runs a command and turns switches so long after its first order has reached the gateway, or before that.
    private func run(
        _ command: WorldCommand, on desk: inout RebalanceDesk, turning board: KillSwitchBoard, after wait_ms: Int64
    ) throws -> ProcessEnd {
        if desk.world.now_ms < WorldMarket.open_ms + 20_000 {
            try desk.world.advance(to: WorldMarket.open_ms + 20_000)
        }
        if wait_ms < 0 {
            desk.world.after(-wait_ms) { $0.turn(board) }
        } else {
            Self.turn(board, after: wait_ms, in: &desk.world)
        }
        return try desk.world.run(command)
    }

    private static func turn(_ board: KillSwitchBoard, after wait_ms: Int64, in world: inout World) {
        world.after(10) { world in
            if world.gateway.orderRecords.isEmpty {
                turn(board, after: wait_ms, in: &world)
            } else {
                world.after(wait_ms) { $0.turn(board) }
            }
        }
    }

    private func live(_ desk: RebalanceDesk) -> Int {
        desk.world.gateway.orderRecords.count { !["Filled", "Cancelled", "Inactive"].contains($0.status) }
    }

    // MARK: - Everything

    /// Whenever it comes: nothing leaves after it, everything open is cancelled, and the same command does the rest once.
    func testAHaltAtAnyMoment() throws {
        var seen: Set<Int> = []
        let before_ms = [Int64](stride(from: -12_000, to: 0, by: 1_500))
        for wait_ms in before_ms + [Int64](stride(from: 0, through: 7_000, by: 250)) {
            var (desk, command) = pacedDesk(seed: UInt64(wait_ms + 20_000))
            let end = try run(command, on: &desk, turning: board(.all, cancels: true), after: wait_ms)
            guard case .finished(.halted(0, let waiting, let why)) = end else {
                XCTFail("after \(wait_ms) ms: \(end)")
                continue
            }
            XCTAssertEqual(why, ["drill"])
            let sent = desk.world.gateway.orderRecords.count
            seen.insert(sent)
            XCTAssertEqual(live(desk), 0, "after \(wait_ms) ms")
            XCTAssertEqual(desk.world.violations, [], "after \(wait_ms) ms")
            XCTAssertEqual(desk.world.isRunComplete, sent == 24, "after \(wait_ms) ms")
            if sent > 0 { XCTAssertEqual(waiting, 24 - sent, "after \(wait_ms) ms") }
            XCTAssertEqual(try desk.orders().count { $0.hasSuffix("CANCELLED halted") }, sent)
            // While it is on, the same command comes to nothing.
            guard sent < 24 else { continue }
            guard case .finished(.halted) = try desk.world.run(command) else { return XCTFail("it went on") }
            XCTAssertEqual(desk.world.gateway.orderRecords.count, sent)
            desk.world.turn(KillSwitchBoard())
            let rest = try desk.world.run(command)
            guard case .finished(.completed(let shortfalls, [])) = rest else { return XCTFail("\(rest)") }
            XCTAssertEqual(shortfalls, 24, "limits that no bar reaches")
            XCTAssertEqual(desk.world.gateway.orderRecords.count, 24)
            XCTAssertTrue(desk.world.isRunComplete)
            try desk.checkSettled()
        }
        XCTAssertTrue(seen.isSuperset(of: [0, 4, 8, 12, 16, 20, 24]), "\(seen.sorted()): not every moment was tried")
    }

    /// Without being asked it cancels nothing; the next process follows what is open.
    func testAHaltMayLeaveWhatIsOpen() throws {
        var (desk, command) = pacedDesk()
        let end = try run(command, on: &desk, turning: board(.all), after: 3_000)
        guard case .finished(.halted(let open, let waiting, _)) = end else { return XCTFail("\(end)") }
        XCTAssertGreaterThan(open, 0)
        XCTAssertGreaterThan(waiting, 0)
        XCTAssertEqual(open + waiting, 24)
        XCTAssertEqual(live(desk), open)
        XCTAssertFalse(try desk.events().contains("CANCEL_REQUESTED"))
        XCTAssertEqual(try desk.notifications(), ["kill_switch"])
        desk.world.turn(KillSwitchBoard())
        XCTAssertEqual(try desk.world.run(command), .completed(shortfalls: 24))
        XCTAssertEqual(desk.world.gateway.orderRecords.count, 24)
        try desk.checkSettled()
    }

    /// The bytes were made, and the switch is on record before they leave.
    func testWhatWasMadeBeforeTheHaltDoesNotLeave() throws {
        var withdrawals = 0
        for seed in UInt64(1)...40 {
            var (desk, command) = pacedDesk(seed: seed)
            // Every commit takes a while, in which the switch is turned.
            desk.world.faults = FaultPlan(perMille: [.busyJournal: 300], budget: 40)
            desk.world.faults.waitsForOrders = true
            let end = try run(
                command, on: &desk, turning: board(.all, cancels: true), after: Int64(seed) * 100)
            guard case .finished(.halted(0, _, _)) = end else {
                XCTFail("seed \(seed): \(end)")
                continue
            }
            XCTAssertEqual(desk.world.violations, [], "seed \(seed)")
            XCTAssertEqual(live(desk), 0, "seed \(seed)")
            withdrawals += try desk.events().count { $0 == "NOT_SENT" }
            try desk.world.endFaults()
            guard !desk.world.isRunComplete else { continue }
            XCTAssertEqual(try desk.world.run(command), .completed(shortfalls: 24), "seed \(seed)")
            try desk.checkSettled()
        }
        XCTAssertGreaterThan(withdrawals, 0, "no order was taken back")
    }

    /// The session ends for good where positions are to be closed: what was planned for them fits nothing any more.
    func testAHaltThatClosesPositionsEndsThePlan() throws {
        var (desk, command) = pacedDesk()
        let end = try run(
            command, on: &desk, turning: board(.all, cancels: true, flattens: true), after: 3_000)
        XCTAssertEqual(end, .finished(.halted(openOrders: 0, waiting: 0, why: ["drill"])))
        XCTAssertTrue(desk.world.isRunComplete)
        XCTAssertEqual(try desk.orders().count { $0.hasSuffix("CANCELLED halted") }, 24)
        try desk.checkSettled()
    }

    /// Closing lets leave what takes away, and nothing else.
    func testClosingPositionsWhileEverythingIsHalted() throws {
        var desk = RebalanceDesk()
        try desk.rebalance(["AAA": 100, "BBB": -50])
        var command = desk.command(["CCC": 10])
        command.settings.planning.missingTargets = .close
        desk.world.turn(board(.all, cancels: true, flattens: true).forFlattening)
        XCTAssertEqual(try desk.give(command), .completed(shortfalls: 1))
        XCTAssertEqual(try desk.positions(), [:])
        XCTAssertTrue(try desk.orders().contains("BUY 10 CCC DENIED halted_reducing"))
        XCTAssertEqual(desk.world.violations, [])
    }

    /// Cancels and looks at the books go on whatever is halted.
    func testTasksThatTakeRiskAwayGoOn() throws {
        var (desk, command) = pacedDesk()
        _ = try run(command, on: &desk, turning: board(.all), after: 3_000)
        XCTAssertGreaterThan(live(desk), 0)
        let reconcile = desk.task(.reconcile(acceptsBreaks: false))
        XCTAssertNotEqual(try desk.world.run(reconcile), .finished(.halted(openOrders: 0, waiting: 0, why: ["drill"])))
        let cancelAll = desk.task(.cancelAll)
        guard case .finished(.completed) = try desk.world.run(cancelAll) else { return XCTFail("not cancelled") }
        XCTAssertEqual(live(desk), 0)
        try desk.checkSettled()
    }

    // MARK: - Some orders

    func testATickerThatIsHaltedIsLeftOut() throws {
        var desk = RebalanceDesk()
        desk.world.turn(board(.ticker("BBB")))
        XCTAssertEqual(try desk.rebalance(["AAA": 100, "BBB": 200, "CCC": 7]), .completed(shortfalls: 1))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA FILLED", "BUY 200 BBB DENIED halted", "BUY 7 CCC FILLED"])
        try desk.checkSettled()
    }

    func testAStrategyThatIsHaltedIsLeftOut() throws {
        for (name, isStopped) in [("momentum", true), ("value", false)] {
            var desk = RebalanceDesk()
            var command = desk.command(["AAA": 100])
            command.plan.decisions[0].strategyID = "momentum"
            desk.world.turn(board(.strategy(name)))
            XCTAssertEqual(try desk.give(command), .completed(shortfalls: isStopped ? 1 : 0), name)
        }
    }

    /// Turned in the middle: what waits ends, what is open is cancelled where that is asked for, and the others go on.
    func testATickerIsHaltedInTheMiddle() throws {
        for cancels in [false, true] {
            var (desk, command) = pacedDesk()
            command.settings.timeout_ms = 20_000
            let end = try run(
                command, on: &desk,
                turning: KillSwitchBoard(
                    Self.tickers.map { Switch(.ticker($0), .halted, $0, cancelsOpen: cancels) }.filter {
                        $0.scope != .ticker("TX")
                    }), after: 3_000)
            XCTAssertEqual(end, .completed(shortfalls: 24))
            let orders = try desk.orders()
            let sent = desk.world.gateway.orderRecords.count
            XCTAssertLessThan(sent, 24)
            XCTAssertTrue(orders.contains("BUY 5 TX CANCELLED timeout"), "\(orders)")
            XCTAssertEqual(orders.count { $0.hasSuffix("CANCELLED halted") }, cancels ? 23 : 24 - sent)
            XCTAssertEqual(desk.world.violations, [])
            try desk.checkSettled()
        }
    }

    // MARK: - Algorithms

    /// A switch about one ticker or strategy ends the parent that it stops and cancels its part, whatever it asks of other open orders:
    /// nobody would order the rest. The others go on, and nothing of it comes back when the switch is off.
    func testAHaltOfSomeOrdersEndsAParentAndItsPart() throws {
        for (scope, level, cancels) in [
            (KillSwitchScope.ticker("AAA"), KillSwitchLevel.halted, false), (.ticker("AAA"), .halted, true),
            (.strategy("momentum"), .halted, false), (.ticker("AAA"), .reducing, false),
        ] {
            var desk = RebalanceDesk()
            var command = desk.command(["AAA": 100, "BBB": 100], type: .limit(Price(e8: Price.scale)))
            command.plan.decisions[0].strategyID = "momentum"
            command.plan.decisions.append(Decision(decisionID: "other", decidedAt: desk.world.time))
            let targets = command.batches[0].targets
            command.batches = targets.enumerated().map { index, target in
                var target = target
                target.algorithm = .twap(duration_ms: 60_000, slices: 6, finish: .cancel)
                return TargetBatch(decision: DecisionID(index), targets: [target])
            }
            desk.world.after(33_000) { $0.turn(self.board(scope, level, cancels: cancels)) }
            desk.world.after(55_000) { $0.turn(KillSwitchBoard()) }
            XCTAssertEqual(try desk.give(command), .completed(shortfalls: 2), "\(scope)")
            let facts = try desk.world.journal.facts()
            XCTAssertEqual(
                facts.orders.filter(\.isParent).map { "\($0.ticker) \($0.status) \($0.reason ?? "") \($0.filled)" },
                [
                    "AAA CANCELLED \(level == .halted ? "halted" : "halted_reducing") 0",
                    "BBB EXPIRED window_ended 0",
                ], "\(scope)")
            let parts = facts.orders.filter { $0.parent != nil }
            XCTAssertLessThan(parts.count { $0.ticker == "AAA" }, 4, "\(scope)")
            XCTAssertEqual(parts.count { $0.ticker == "BBB" }, 6, "\(scope)")
            XCTAssertEqual(live(desk), 0)
            try desk.checkSettled()
        }
    }

    /// A switch that halts the venue halts the session: the part is cancelled and ends its parent, or stays where it is, and then the same
    /// command goes on with both.
    func testAHaltOfTheVenueAndAParent() throws {
        for cancels in [true, false] {
            var desk = RebalanceDesk()
            var command = desk.command(["AAA": 100], type: .limit(Price(e8: Price.scale)))
            command.batches[0].targets[0].algorithm = .twap(duration_ms: 60_000, slices: 6, finish: .market)
            desk.world.after(33_000) { $0.turn(self.board(.venue("ibkr"), cancels: cancels)) }
            guard case .finished(.halted(let open, _, _)) = try desk.give(command) else {
                return XCTFail("not halted")
            }
            let parents = try desk.world.journal.facts().orders.filter(\.isParent)
            XCTAssertEqual(
                parents.map { "\($0.status) \($0.reason ?? "")" }, [cancels ? "CANCELLED halted" : "WORKING "])
            XCTAssertEqual(live(desk), cancels ? 0 : 1)
            XCTAssertEqual(open, cancels ? 0 : 2, "the parent and its part")
            XCTAssertEqual(desk.world.isRunComplete, cancels)
            desk.world.turn(KillSwitchBoard())
            if !cancels {
                XCTAssertEqual(try desk.world.run(command), .completed)
                XCTAssertEqual(try desk.positions(), ["AAA": 100])
            }
            try desk.checkSettled()
        }
    }

    // MARK: - Only reductions

    func testOnlyReductionsLeave() throws {
        var desk = RebalanceDesk()
        try desk.rebalance(["AAA": 100, "BBB": -50, "CCC": 10])
        desk.world.turn(board(.all, .reducing))
        // A reduction, a flip whose first half closes, and an increase.
        XCTAssertEqual(try desk.rebalance(["AAA": 40, "BBB": 20, "CCC": 15]), .completed(shortfalls: 2))
        XCTAssertEqual(try desk.positions(), ["AAA": 40, "CCC": 10])
        XCTAssertEqual(
            try desk.orders().suffix(4).sorted(),
            [
                "BUY 20 BBB DENIED halted_reducing", "BUY 5 CCC DENIED halted_reducing", "BUY 50 BBB FILLED",
                "SELL 60 AAA FILLED",
            ])
        try desk.checkSettled()
    }

    /// Each closes the position by itself; both together would open another.
    func testTwoOrdersDoNotCloseTheSameShares() throws {
        var desk = RebalanceDesk()
        try desk.rebalance(["AAA": 100])
        desk.world.turn(board(.all, .reducing))
        var command = desk.command(["AAA": 0])
        command.batches = []
        command.ownOrders = (0..<2).map { row in
            OwnOrder(
                row: row, decision: DecisionID(0),
                terms: OrderTerms(
                    instrument: InstrumentID(0), side: .sell, quantity: Quantity(units: 100), type: .market,
                    timeInForce: .goodTilCancelled))
        }
        XCTAssertEqual(try desk.give(command), .completed(shortfalls: 1))
        XCTAssertEqual(try desk.positions(), [:])
        XCTAssertEqual(
            try desk.orders().suffix(2), ["SELL 100 AAA FILLED", "SELL 100 AAA CANCELLED halted_reducing"])
    }

    /// An entry that is taken back takes its exits with it.
    func testABracketIsTakenBackAsAWhole() throws {
        for wait_ms in stride(from: Int64(0), through: 4_000, by: 200) {
            var desk = RebalanceDesk(seed: UInt64(wait_ms + 1))
            var command = desk.command(["AAA": 0])
            command.batches = []
            command.plan.ocaGroups = ["exits"]
            command.session = World.session
            command.session?.pacing?.perSecond = 1
            command.ownOrders = bracket
            let end = try run(command, on: &desk, turning: board(.all, .reducing, cancels: true), after: wait_ms)
            guard case .finished(.completed) = end else {
                XCTFail("after \(wait_ms) ms: \(end)")
                continue
            }
            try desk.world.letOrdersEnd()
            let records = desk.world.gateway.orderRecords
            XCTAssertTrue(records.isEmpty || records.contains { $0.side == .buy }, "an exit without its entry")
            XCTAssertEqual(desk.world.violations, [], "after \(wait_ms) ms")
            XCTAssertGreaterThanOrEqual(desk.world.gateway.positionRecords.first?.quantity ?? .zero, .zero)
        }
    }

    private var bracket: [OwnOrder] {
        func order(_ row: Int64, _ side: Side, _ type: OrderType, parentRow: Int64? = nil) -> OwnOrder {
            OwnOrder(
                row: row, decision: DecisionID(0),
                terms: OrderTerms(
                    instrument: InstrumentID(0), side: side, quantity: Quantity(units: 100), type: type,
                    timeInForce: .goodTilCancelled),
                parentRow: parentRow, ocaGroup: parentRow == nil ? nil : 0, isGroupOfBracketOnly: parentRow != nil)
        }
        return [
            order(0, .buy, .limit(Price(e8: 1 * Price.scale))),
            order(1, .sell, .limit(Price(e8: 9_999_00_000_000)), parentRow: 0),
            order(2, .sell, .stop(Price(e8: 1_000_000)), parentRow: 0),
        ]
    }
}
