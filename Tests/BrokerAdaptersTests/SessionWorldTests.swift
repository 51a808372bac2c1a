import TradingModel
import SeededTesting
import XCTest

@testable import BrokerAdapters

/// A gateway that loses requests and answers, and somebody who follows the rule for unknown orders: at the end the gateway has
/// every order once, and every execution was reported once (failure catalogue, 1, 7, 8, 10 and 12).
final class SessionWorldTests: XCTestCase {
    func testFailure07_08_EveryOrderOnceWhateverIsLost() throws {
        var counts = World.Counts()
        for seed in RandomCases(defaultCount: 60) {
            var world = try World(seed: seed)
            try world.live()
            try world.settle()
            XCTAssertEqual(world.orderCounts, Array(repeating: 1, count: World.keys), "seed \(seed)")
            let reported = world.harness.outputs.fills
            XCTAssertEqual(reported.count, Set(reported).count, "seed \(seed)")
            XCTAssertEqual(Set(reported), world.executionIDs, "seed \(seed)")
            counts.add(world.counts)
        }
        // Each kind of fault has to have happened.
        if RandomCases(defaultCount: 2).count == 2 {
            XCTAssertGreaterThan(counts.lostRequests, 20)
            XCTAssertGreaterThan(counts.lostAnswers, 20)
            XCTAssertGreaterThan(counts.hiddenFills, 20)
            XCTAssertGreaterThan(counts.cuts, 20)
            XCTAssertGreaterThan(counts.resends, 20)
            XCTAssertGreaterThan(counts.connectivityLosses, 20)
        }
    }
}

private struct World {
    static let keys = 5

    struct Counts {
        var lostRequests = 0
        var lostAnswers = 0
        var hiddenFills = 0
        var cuts = 0
        var resends = 0
        var connectivityLosses = 0

        mutating func add(_ other: Counts) {
            lostRequests += other.lostRequests
            lostAnswers += other.lostAnswers
            hiddenFills += other.hiddenFills
            cuts += other.cuts
            resends += other.resends
            connectivityLosses += other.connectivityLosses
        }
    }

    /// An order at the gateway.
    struct Order {
        var key: String
        var id: Int32
        var permID: Int64
        var fills = 0
        var isOpen: Bool { fills < 4 }
    }

    var harness = SessionHarness { $0.executionPoll_ms = 5_000 }
    var random: SeededGenerator
    var counts = Counts()
    private var orders: [Order] = []
    private var executions: [TWSExecutionDetails] = []
    private var unplaced = (0..<World.keys).map { "K\($0)" }
    private var unknown: Set<String> = []
    private var read = 0
    private var isQuiet = false
    private let rule = UnknownOrderRule(quietPeriod_ms: 2_000)

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        try harness.prepare()
    }

    var orderCounts: [Int] { (0..<World.keys).map { index in orders.count { $0.key == "K\(index)" } } }
    var executionIDs: Set<String> { Set(executions.map(\.executionID)) }

    mutating func live() throws {
        for _ in 0..<120 { try step() }
    }

    /// No more faults: everything comes to its end.
    mutating func settle() throws {
        isQuiet = true
        for _ in 0..<60 { try step() }
        try harness.pass(6_000)
        try serve()
    }

    private mutating func chance(_ percent: UInt64) -> Bool { random.next() % 100 < percent }

    private mutating func step() throws {
        harness.random = random.next()
        try connect()
        try place()
        try serve()
        try fill()
        if !isQuiet, chance(4) { try cut() }
        if !isQuiet, chance(4) { try loseConnectivity() }
        follow()
        try decide()
        try harness.pass(Int64(random.next() % 1_500))
    }

    private mutating func connect() throws {
        guard case .connecting = harness.broker.state else { return }
        harness.requests = []
        // The gateway's counter may have gone back.
        try harness.start(nextID: chance(50) ? 1 : (orders.map(\.id).max() ?? 0) + 1)
    }

    private mutating func place() throws {
        guard let key = unplaced.first, isQuiet || chance(40) else { return }
        unplaced.removeFirst()
        try harness.give(.place([try placement(key)]))
    }

    private func placement(_ key: String) throws -> IBKRPlacement {
        try SessionHarness.placement(key, number: Int64(key.dropFirst()) ?? 0)
    }

    /// The gateway looks at what it was sent.
    private mutating func serve() throws {
        let requests = harness.requests.placed
        harness.requests.removeAll { if case .placeOrder = $0 { true } else { false } }
        for request in requests {
            if !isQuiet, chance(25) {
                counts.lostRequests += 1
                return try cut()
            }
            try accept(request)
            guard harness.broker.state.link != nil else { return }
        }
        if !isQuiet, chance(15) { return }
        try harness.answerLists(
            open: orders.filter(\.isOpen).map(Self.open), completed: orders.filter { !$0.isOpen }.map(Self.completed),
            executions: executions)
    }

    private mutating func accept(_ request: TWSPlaceOrder) throws {
        XCTAssertGreaterThan(request.orderID, orders.map(\.id).max() ?? 0)
        let order = Order(
            key: request.order.orderRef, id: request.orderID, permID: 900 + Int64(orders.count))
        orders.append(order)
        if !isQuiet, chance(25) {
            counts.lostAnswers += 1
            if chance(50) { try cut() }
        } else {
            try harness.receive(.openOrder(Self.open(order)))
        }
    }

    private mutating func fill() throws {
        for index in orders.indices where orders[index].isOpen && chance(30) {
            orders[index].fills += 1
            let order = orders[index]
            let execution = SessionHarness.execution(
                "\(order.key).\(order.permID).0\(order.fills).01", reference: order.key, units: 25,
                permID: order.permID, orderID: order.id)
            executions.append(execution)
            if harness.broker.state.canAsk, chance(60) {
                try harness.receive(.executionDetails(execution))
            } else {
                counts.hiddenFills += 1
            }
        }
    }

    private mutating func cut() throws {
        counts.cuts += 1
        harness.requests = []
        try harness.give(.session(.transportClosed(connection: harness.connection, why: "cut")))
    }

    private mutating func loseConnectivity() throws {
        guard harness.broker.state.canAsk else { return }
        counts.connectivityLosses += 1
        try harness.receive(.error(SessionHarness.error(nil, 1100)))
        try harness.pass(Int64(random.next() % 1_000))
        try harness.receive(.error(SessionHarness.error(nil, 1102)))
    }

    // MARK: - Somebody who follows the rule

    /// Learns from the reports what is unknown.
    private mutating func follow() {
        for report in Array(harness.outputs[read...]).reports {
            switch report {
            case .unknown(let key, _, _): unknown.insert(key.text)
            case .acknowledged(let key, _, _, _), .status(let key, _, _): unknown.remove(key.text)
            case .notSent(let key, _, _, _): if !unknown.contains(key.text) { unplaced.append(key.text) }
            case .execution(let execution):
                if case .own(let key) = execution.owner { unknown.remove(key.text) }
            default: break
            }
        }
        read = harness.outputs.count
    }

    private mutating func decide() throws {
        for text in unknown.sorted() {
            let evidence = harness.broker.evidence(about: try SessionHarness.key(text))
            switch rule.decide(evidence, at: harness.now_ms) {
            case .exists: unknown.remove(text)
            case .ask: try harness.give(.session(.ask([.openOrders, .completedOrders, .executions])))
            case .sendAgain:
                counts.resends += 1
                try harness.give(.resend([try placement(text)]))
            case .wait, .waitForBroker, .giveUp: break
            }
        }
    }

    private static func open(_ order: Order) -> TWSOpenOrder {
        SessionHarness.open(order.key, orderID: order.id, permID: order.permID)
    }

    private static func completed(_ order: Order) -> TWSCompletedOrder {
        SessionHarness.completed(order.key, permID: order.permID, status: "Filled")
    }
}
