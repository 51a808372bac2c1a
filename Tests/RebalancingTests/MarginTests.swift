import OrderPlanning
import OrderRouting
import Rebalancing
import RiskControl
import TradingModel
import XCTest

@testable import RebalanceWorld

/// Orders that increase risk leave when the broker's preview of their margin allows them.
final class MarginTests: XCTestCase {
    private func desk(_ share: Int64 = Share.scale, failsOpen: Bool = false, cash: Int64 = 1_000_000, seed: UInt64 = 1)
        -> RebalanceDesk
    {
        var desk = RebalanceDesk(cash: cash, seed: seed)
        desk.settings.whatIf = WhatIfSetup(
            limit: MarginLimit(maxShare: Share(e9: share), failsOpen: failsOpen), timeout_ms: 3_000)
        return desk
    }

    private func previews(_ desk: RebalanceDesk) throws -> [JournalFacts.Preview] {
        try desk.world.journal.facts().previews
    }

    /// Rests for ever.
    private static let farAway = OrderType.limit(Price(e8: Price.scale))

    // MARK: - What is asked

    /// Each preview is of the account as the orders before it have left it.
    func testOneAfterTheOther() throws {
        var desk = desk()
        XCTAssertEqual(try desk.rebalance(["AAA": 100, "BBB": 50, "CCC": 20]), .completed)
        let previews = try previews(desk)
        XCTAssertEqual(previews.map(\.isCleared), [true, true, true])
        XCTAssertEqual(previews[0].initialBefore, .zero)
        for (last, next) in zip(previews, previews.dropFirst()) {
            // What the one before takes is in the figures once it has filled, and is reserved until then.
            XCTAssertTrue(next.initialBefore > last.initialBefore || next.reserved > .zero)
        }
        XCTAssertEqual(desk.world.gateway.orderRecords.count, 3)
        XCTAssertEqual(desk.world.previewIDs.count, 3)
        try desk.checkSettled()
    }

    func testWithoutALimitNothingIsAsked() throws {
        var desk = RebalanceDesk()
        XCTAssertEqual(try desk.rebalance(["AAA": 100, "BBB": -50]), .completed)
        XCTAssertEqual(desk.world.previewIDs, [])
    }

    func testADryRunAsksNothing() throws {
        var desk = desk()
        desk.settings.isLive = false
        XCTAssertEqual(try desk.rebalance(["AAA": 100]), .completed(shortfalls: 1))
        XCTAssertEqual(desk.world.previewIDs, [])
    }

    /// Even where nothing at all may be increased, positions come down, and what crosses zero opens nothing.
    func testReductionsAreNotAskedAbout() throws {
        var desk = desk(0)
        try desk.tradeByHand("BUY 100 AAA")
        try desk.tradeByHand("SELL 40 BBB")
        XCTAssertEqual(try desk.give(desk.task(.reconcile(acceptsBreaks: true))), .completed)
        XCTAssertEqual(try desk.rebalance(["AAA": 30, "BBB": 0]), .completed)
        XCTAssertEqual(desk.world.previewIDs, [])
        XCTAssertEqual(try desk.rebalance(["AAA": -10]), .completed(shortfalls: 1))
        XCTAssertEqual(desk.world.previewIDs.count, 1)
        XCTAssertEqual(try desk.positions(), [:])
        XCTAssertEqual(try desk.orders().last, "SELL 10 AAA DENIED insufficient_margin")
        try desk.checkSettled()
    }

    func testAParentIsAskedAboutAsAWhole() throws {
        var desk = desk()
        var command = desk.command(["AAA": 100])
        command.batches[0].targets[0].algorithm = try XCTUnwrap(
            AlgorithmTerms(name: "iceberg", parameters: "display=40"))
        XCTAssertEqual(try desk.give(command), .completed)
        XCTAssertEqual(desk.world.gateway.orderRecords.count, 3)
        XCTAssertEqual(desk.world.previewIDs.count, 1)
        try desk.checkSettled()
    }

    // MARK: - The limit

    /// The share that the order needs, one unit of 10⁻⁹ more, and one less.
    func testAtTheLimit() throws {
        var first = desk()
        try first.rebalance(["AAA": 1_000])
        let figures = try XCTUnwrap(try previews(first).first)
        let exact = Int128(figures.initialAfter.e6) * Int128(Share.scale)
        let share = Int64(divide(exact, by: Int128(figures.equityAfter.e6), rounding: .up))
        for (change, isAllowed) in [(Int64(1), true), (0, true), (-1, false)] {
            var desk = desk(share + change)
            XCTAssertEqual(try desk.rebalance(["AAA": 1_000]), isAllowed ? .completed : .completed(shortfalls: 1))
            XCTAssertEqual(try previews(desk).map(\.isCleared), [isAllowed], "\(change)")
            XCTAssertEqual(desk.world.gateway.orderRecords.count, isAllowed ? 1 : 0)
            guard !isAllowed else { continue }
            XCTAssertEqual(try desk.orders(), ["BUY 1000 AAA DENIED insufficient_margin"])
            XCTAssertEqual(try desk.events(), ["CREATED", "DENIED"])
            let risks = try desk.world.journal.facts().risks
            XCTAssertEqual(risks.map(\.approved), [Quantity(units: 1_000), .zero], "an approval, then the denial")
            XCTAssertEqual(risks.last?.limit, "what_if.max_initial_margin_share")
            XCTAssertEqual(try desk.notifications(), ["insufficient_margin"])
            try desk.checkSettled()
        }
    }

    /// Orders that rest take their margin, though the broker's figures do not have it; also for the process that comes after a
    /// crash.
    func testWhatRestsIsReserved() throws {
        for isKilled in [false, true] {
            var desk = desk()
            desk.settings.planning.insufficientCash = .unchecked
            desk.settings.timeout_ms = 20_000
            let command = desk.command(
                ["AAA": .quantity(Quantity(units: 100)), "BBB": .quantity(Quantity(units: 100))], type: Self.farAway)
            if isKilled {
                Self.kill(once: 1, in: &desk.world)
                XCTAssertEqual(try desk.give(command), .died(.killedIdle))
                try desk.world.advance(to: desk.world.now_ms + 2_000)
            }
            XCTAssertEqual(try desk.give(command), .completed(shortfalls: 2))
            let previews = try previews(desk)
            XCTAssertEqual(previews.map(\.initialBefore), [.zero, .zero])
            XCTAssertEqual(previews.map(\.reserved), [.zero, previews[0].initialAfter], "killed: \(isKilled)")
            try desk.checkSettled()
        }
    }

    /// Ends the process as soon as so many orders are at the gateway.
    private static func kill(once count: Int, in world: inout World) {
        world.after(1) { world in
            if world.gateway.orderRecords.count < count { kill(once: count, in: &world) } else { world.kill() }
        }
    }

    func testExitsEndWithTheirEntry() throws {
        for share in [0, Share.scale] {
            var desk = desk(share)
            var command = desk.command(["AAA": 0])
            command.batches = []
            command.plan.ocaGroups = ["exits"]
            func order(_ row: Int64, _ side: Side, _ type: OrderType) -> OwnOrder {
                OwnOrder(
                    row: row, decision: DecisionID(0),
                    terms: OrderTerms(
                        instrument: InstrumentID(0), side: side, quantity: Quantity(units: 100), type: type,
                        timeInForce: .goodTilCancelled),
                    parentRow: row == 0 ? nil : 0, ocaGroup: row == 0 ? nil : 0, isGroupOfBracketOnly: row > 0)
            }
            command.ownOrders = [
                order(0, .buy, .market), order(1, .sell, .limit(Price(e8: 9_999_00_000_000))),
                order(2, .sell, .stop(Price(e8: 1_000_000))),
            ]
            desk.settings.timeout_ms = 20_000
            command.settings.timeout_ms = 20_000
            guard case .finished(.completed) = try desk.give(command) else { return XCTFail("not completed") }
            XCTAssertEqual(desk.world.previewIDs.count, 1)
            if share == 0 {
                XCTAssertEqual(
                    try desk.orders(),
                    [
                        "BUY 100 AAA DENIED insufficient_margin", "SELL 100 AAA CANCELLED parent_rejected",
                        "SELL 100 AAA CANCELLED parent_rejected",
                    ])
                XCTAssertEqual(desk.world.gateway.orderRecords.count, 0)
            } else {
                XCTAssertEqual(desk.world.gateway.orderRecords.count, 3, "all of them, and once")
            }
            try desk.checkSettled()
        }
    }

    // MARK: - Trouble

    private static let faults: [(words: String, reason: String?, why: String)] = [
        ("silent", "risk_data_unavailable", "no answer came in 3000 ms"),
        ("bare", "risk_data_unavailable", "only an answer without figures came in 3000 ms"),
        ("reject 201 no credit", "risk_data_unavailable", "the broker refused the preview with 201 no credit"),
        ("reject 321 read-only", "risk_data_unavailable", "the broker refused the preview with 321 read-only"),
        ("warn capped price", nil, "capped price"),
    ]

    func testWithoutFiguresNothingLeaves() throws {
        for (words, reason, why) in Self.faults {
            var desk = desk()
            let fault = ["preview"] + words.split(separator: " ").map(String.init)
            try desk.world.touchGateway { try $0.fault(fault) }
            XCTAssertEqual(
                try desk.rebalance(["AAA": 100, "BBB": 50]), reason == nil ? .completed : .completed(shortfalls: 1),
                words)
            let facts = try desk.world.journal.facts()
            XCTAssertEqual(facts.orders.map(\.reason), [reason, nil], words)
            XCTAssertEqual(facts.orders.map(\.status), [reason == nil ? "FILLED" : "DENIED", "FILLED"], words)
            if reason == nil {
                XCTAssertEqual(facts.previews.map(\.warning), [why, nil])
                XCTAssertEqual(try desk.events().filter { $0 == "WARNING" }.count, 1)
            } else {
                XCTAssertTrue(facts.notifications.contains { $0.hasSuffix(why) }, "\(words): \(facts.notifications)")
            }
            try desk.checkSettled()
        }
    }

    func testItFailsOpenWhereThatIsAsked() throws {
        for (words, reason, _) in Self.faults where reason != nil {
            var desk = desk(failsOpen: true)
            let fault = ["preview"] + words.split(separator: " ").map(String.init)
            for _ in 0..<2 { try desk.world.touchGateway { try $0.fault(fault) } }
            XCTAssertEqual(try desk.rebalance(["AAA": 100, "BBB": 10]), .completed, words)
            let facts = try desk.world.journal.facts()
            XCTAssertEqual(
                facts.risks.map(\.limit), [nil, nil] + Array(repeating: "what_if.max_initial_margin_share", count: 2),
                words)
            XCTAssertEqual(
                facts.notifications,
                [
                    "risk_failed_open: what_if.max_initial_margin_share lets orders PASS without its data; risk_decisions says "
                        + "which"
                ], words)
            XCTAssertEqual(facts.previews, [])
            try desk.checkSettled()
        }
    }

    /// A margin that is beyond the limit is no missing figure.
    func testFailingOpenIsNoPermit() throws {
        var desk = desk(0, failsOpen: true)
        XCTAssertEqual(try desk.rebalance(["AAA": 100]), .completed(shortfalls: 1))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA DENIED insufficient_margin"])
    }

    /// An answer that comes after the refusal changes nothing, of this order or another.
    func testALateAnswerCountsForNothing() throws {
        for seed in UInt64(1)...20 {
            var desk = desk(seed: seed)
            desk.world.faults = FaultPlan(perMille: [.previewLate: 400], budget: 3)
            let end = try desk.rebalance(["AAA": 100, "BBB": 50, "CCC": 20])
            guard case .finished(.completed) = end else { return XCTFail("\(end)") }
            let facts = try desk.world.journal.facts()
            for order in facts.orders {
                let isCleared = facts.previews.contains { $0.order == order.row }
                XCTAssertEqual(order.status, isCleared ? "FILLED" : "DENIED", "seed \(seed)")
            }
            try desk.checkSettled()
        }
    }

    /// A connection that ends takes the question with it; it is asked again, by another id.
    func testALostQuestionIsAskedAgain() throws {
        var desk = desk()
        try desk.world.touchGateway { try $0.fault(["preview", "silent"]) }
        Self.whenAsked(in: &desk.world) { $0.cutConnection() }
        XCTAssertEqual(try desk.rebalance(["AAA": 100]), .completed)
        XCTAssertEqual(desk.world.previewIDs.count, 2)
        try desk.checkSettled()
    }

    private static func whenAsked(
        in world: inout World, wait_ms: Int64 = 0, _ body: @escaping (inout World) throws -> Void
    ) {
        world.after(1) { world in
            if world.previewIDs.isEmpty {
                whenAsked(in: &world, wait_ms: wait_ms, body)
            } else {
                world.after(wait_ms, body)
            }
        }
    }

    /// A process that ends while an answer is awaited has sent nothing; the next one asks again, and sends once.
    func testACrashWhileAnAnswerIsAwaited() throws {
        for wait_ms in stride(from: Int64(0), through: 600, by: 20) {
            var desk = desk()
            let command = desk.command(["AAA": 100, "BBB": 50])
            Self.whenAsked(in: &desk.world, wait_ms: wait_ms) { $0.kill() }
            let end = try desk.give(command)
            if end != .completed {
                XCTAssertEqual(end, .died(.killedIdle))
                try desk.world.advance(to: desk.world.now_ms + 3_000)
                XCTAssertEqual(try desk.world.run(command), .completed, "after \(wait_ms) ms")
            }
            XCTAssertEqual(desk.world.gateway.orderRecords.count, 2, "after \(wait_ms) ms")
            XCTAssertEqual(try desk.positions(), ["AAA": 100, "BBB": 50])
            try desk.checkSettled()
        }
    }

    /// Halted while an answer is awaited: nothing leaves, whenever the answer comes; and the same command asks again.
    func testAHaltWhileAnAnswerIsAwaited() throws {
        var sent: Set<Int> = []
        for wait_ms in stride(from: Int64(0), through: 600, by: 20) {
            var desk = desk()
            let command = desk.command(["AAA": 100, "BBB": 50])
            let halt = KillSwitchBoard([.init(.all, .halted, "drill", cancelsOpen: false, flattens: false)])
            Self.whenAsked(in: &desk.world, wait_ms: wait_ms) { $0.turn(halt) }
            let end = try desk.give(command)
            guard case .finished(.halted(_, _, let why)) = end else {
                XCTAssertEqual(end, .completed)
                continue
            }
            XCTAssertEqual(why, ["drill"])
            let before = desk.world.gateway.orderRecords.count
            sent.insert(before)
            try desk.world.advance(to: desk.world.now_ms + 10_000)
            XCTAssertEqual(desk.world.gateway.orderRecords.count, before)
            XCTAssertEqual(desk.world.violations, [])
            desk.world.turn(KillSwitchBoard())
            XCTAssertEqual(try desk.world.run(command), .completed)
            XCTAssertEqual(desk.world.gateway.orderRecords.count, 2)
            try desk.checkSettled()
        }
        XCTAssertTrue(sent.contains(0), "never before the first order")
    }

    /// A switch of another ticker lets an order leave, by a question that is asked anew.
    func testASwitchMakesTheQuestionNew() throws {
        var desk = desk()
        try desk.world.touchGateway { try $0.fault(["preview", "silent"]) }
        Self.whenAsked(in: &desk.world, wait_ms: 200) { world in
            world.turn(KillSwitchBoard([.init(.ticker("BBB"), .halted, "news", cancelsOpen: false, flattens: false)]))
        }
        XCTAssertEqual(try desk.rebalance(["AAA": 100, "BBB": 50]), .completed(shortfalls: 1))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA FILLED", "BUY 50 BBB CANCELLED halted"])
        XCTAssertEqual(desk.world.previewIDs.count, 2)
        try desk.checkSettled()
    }

    // MARK: - Cash

    /// A buy that is cut to the cash is asked about as it is cut; those behind it are not judged before it has left.
    func testABuyThatIsCutIsAskedAboutAsItIs() throws {
        var desk = desk(cash: 3_000)
        let end = try desk.rebalance(["AAA": 1_000, "BBB": 1])
        guard case .finished(.completed) = end else { return XCTFail("\(end)") }
        let facts = try desk.world.journal.facts()
        let order = try XCTUnwrap(facts.orders.first)
        XCTAssertEqual(order.status, "FILLED")
        XCTAssertLessThan(order.quantity, Quantity(units: 1_000))
        XCTAssertEqual(facts.previews.first?.isCleared, true)
        XCTAssertEqual(
            facts.events.filter { $0.order == order.row }.map(\.kind).prefix(3), ["CREATED", "RESIZED", "SUBMITTED"])
        try desk.checkSettled()
    }
}
