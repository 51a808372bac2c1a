import ExecutionService
import TradingModel

/// Orders and executions through the product.
extension BrokerBenchmark {
    /// Seconds from placing an order to its acknowledgement, one after the other.
    func measureLatency() throws {
        let count = options.count ?? 500
        for _ in 0..<options.times {
            let orders = try SingleOrders(
                ticker: GatewayTickers.name(0), port: options.port,
                journal: options.journals ? newDatabase("latency") : nil)
            try orders.connect()
            // The first ones warm both sides up.
            for _ in 0..<20 { _ = try orders.place(limit: Price(e8: 1_000_000_000)) }
            let seconds = try (0..<count).map { _ in try orders.place(limit: Price(e8: 1_000_000_000)) }
            try orders.end()
            try show([
                "p50_ms": quantile(0.5, of: seconds) * 1_000, "p95_ms": quantile(0.95, of: seconds) * 1_000,
                "p99_ms": quantile(0.99, of: seconds) * 1_000,
            ])
        }
    }

    /// From the consent to the plan until every acknowledgement is committed.
    func measureOrders() throws {
        let count = options.count ?? 5_000
        let control = try GatewayControl(port: options.controlPort)
        for _ in 0..<options.times {
            let session = WatchedRebalance(port: options.port, folder: folder, database: newDatabase("orders"))
            let plan = try session.plan(
                session.write(.orders(orderFile(count, asOf: try control.now(), limit: "10.00"))))
            var start_s = 0.0
            var end_s = 0.0
            var acknowledged = 0
            var commits = 0
            try session.carryOut(plan, confirm: { start_s = Clock.seconds }, isOver: { end_s > 0 }) { step in
                guard case .committed(let batch) = step, start_s > 0, end_s == 0 else { return }
                commits += 1
                acknowledged += batch.acknowledgements
                if acknowledged == count { end_s = Clock.seconds }
            }
            try show([
                "seconds": end_s - start_s, "orders_per_s": Double(count) / (end_s - start_s),
                "commits": Double(commits),
            ])
        }
    }

    /// From the step of the gateway until every execution and every commission of it is committed.
    func measureBurst() throws {
        let count = options.count ?? 20_000
        let control = try GatewayControl(port: options.controlPort)
        for _ in 0..<options.times {
            let session = WatchedRebalance(port: options.port, folder: folder, database: newDatabase("burst"))
            let plan = try session.plan(
                session.write(.orders(orderFile(count, asOf: try control.now(), limit: nil))))
            var burst = Burst()
            try session.carryOut(plan, isOver: { false }) { step in
                switch step {
                case .received: burst.receivedAt_s = Clock.seconds
                case .committed(let batch):
                    burst.acknowledged += batch.acknowledgements
                    if burst.startedAt_s > 0 { return burst.count(batch) }
                    guard burst.acknowledged == count else { return }
                    try control.tell("step")
                    burst.startedAt_s = Clock.seconds
                default: break
                }
            }
            guard burst.trades == count, burst.commissions == count else {
                throw BenchmarkError("\(burst.trades) trades and \(burst.commissions) commissions of \(count)")
            }
            try show([
                "seconds": burst.endedAt_s - burst.startedAt_s, "longest_wait_ms": burst.longestWait_s * 1_000,
                "commits": Double(burst.commits),
                "executions_per_s": Double(count) / (burst.endedAt_s - burst.startedAt_s),
            ])
        }
    }

    /// From the targets file to the bytes of the first order, without what waits for the network.
    ///
    /// Two parts: reading and checking the file; and from the broker's last answer, after which nothing is asked, through planning,
    /// risk and the commit of all orders until the system has the bytes of the first.
    func measureFirstOrder() throws {
        let count = options.count ?? 500
        let control = try GatewayControl(port: options.controlPort)
        var ways: [FirstOrder] = []
        var database = newDatabase("first-order")
        for time in 0..<options.times {
            // Ten days of orders are what a session looks after.
            if time % 10 == 0 { database = newDatabase("first-order") }
            _ = try control.ask("step")
            let session = WatchedRebalance(port: options.port, folder: folder, database: database)
            let files = try session.write(.targets(targetFile(count, asOf: try control.now())))
            var way = FirstOrder()
            let start_s = Clock.seconds
            let plan = try session.plan(files)
            way.reading_s = Clock.seconds - start_s
            var acknowledged = 0
            try session.carryOut(plan, confirm: { way.plannedAt_s = Clock.seconds }, isOver: { acknowledged == count })
            {
                step in
                way.see(step)
                if case .committed(let batch) = step { acknowledged += batch.acknowledgements }
            }
            ways.append(way)
        }
        func milliseconds(_ part: (FirstOrder) -> Double, _ share: Double) -> Double {
            quantile(share, of: ways.map(part)) * 1_000
        }
        try show([
            "p50_ms": milliseconds(\.whole_s, 0.5), "p99_ms": milliseconds(\.whole_s, 0.99),
            "reading_p50_ms": milliseconds(\.reading_s, 0.5), "planning_p50_ms": milliseconds(\.planning_s, 0.5),
            "commit_p50_ms": milliseconds(\.commit_s, 0.5), "rest_p50_ms": milliseconds(\.rest_s, 0.5),
        ])
    }
}

/// When the first order of a rebalance came how far; in seconds of the monotonic clock.
private struct FirstOrder {
    var reading_s = 0.0
    var plannedAt_s = 0.0
    private var answeredAt_s = 0.0
    private var committingAt_s = 0.0
    private var committedAt_s = 0.0
    private var sentAt_s = 0.0

    var planning_s: Double { plannedAt_s - answeredAt_s }
    var commit_s: Double { committedAt_s - committingAt_s }
    /// The orders' own bytes and all else between the plan and the first of them.
    var rest_s: Double { sentAt_s - plannedAt_s - commit_s }
    var whole_s: Double { reading_s + sentAt_s - answeredAt_s }

    mutating func see(_ step: RebalanceObserver.Step) {
        guard sentAt_s == 0 else { return }
        switch step {
        case .received, .reconciled: if plannedAt_s == 0 { answeredAt_s = Clock.seconds }
        case .committing: if plannedAt_s > 0 { committingAt_s = Clock.seconds }
        case .committed: if plannedAt_s > 0 { committedAt_s = Clock.seconds }
        case .sent: if plannedAt_s > 0 { sentAt_s = Clock.seconds }
        default: break
        }
    }
}

/// The course of a burst.
private struct Burst {
    var acknowledged = 0
    var startedAt_s = 0.0
    var receivedAt_s = 0.0
    var endedAt_s = 0.0
    var trades = 0
    var commissions = 0
    var commits = 0
    /// The longest time from reading bytes to the commit of what they say.
    var longestWait_s = 0.0

    mutating func count(_ batch: JournalBatch) {
        guard !batch.broker.trades.isEmpty || !batch.broker.commissions.isEmpty else { return }
        endedAt_s = Clock.seconds
        longestWait_s = max(longestWait_s, endedAt_s - receivedAt_s)
        commits += 1
        trades += batch.broker.trades.count
        commissions += batch.broker.commissions.count
    }
}

extension JournalBatch {
    /// Orders that the broker acknowledged.
    fileprivate var acknowledgements: Int { events.count { $0.kind == .moved(.accept) } }
}
