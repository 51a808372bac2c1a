import TradingModel

/// The rows of a plan, which go on record in portions: the first orders do not wait until the last is written.
///
/// A target and its orders stay together. A process that ends in between leaves some targets planned; the next one plans the
/// others.
struct PlanPortions: Sendable {
    /// About as many as the broker takes at once.
    private static let first = 10
    private static let largest = 512

    private let rows: JournalBatch
    private var size: Int
    /// How many rows have been moved.
    private var targets = 0
    private var orders = 0

    /// - Parameters:
    ///   - rows: targets, and for each order one risk decision and the event of its creation, in the order of planning; and what people
    ///     are told of orders.
    ///   - isDivisible: whether it may be parted at all; families of orders and plans that wait may not.
    init(_ rows: JournalBatch, isDivisible: Bool) {
        self.rows = rows
        let isPlain = isDivisible && rows.events.count == rows.riskDecisions.count
        size = isPlain ? PlanPortions.first : .max
    }

    /// What the gate said of every order of the plan.
    var verdicts: [RiskRecord] { rows.riskDecisions }

    var isEmpty: Bool { targets == rows.targets.count && orders == rows.riskDecisions.count }

    /// Moves the next portion into a batch; returns the orders in it, by number.
    mutating func moveNext(into batch: inout JournalBatch) -> [OrderNumber] {
        let (firstTarget, firstOrder) = (targets, orders)
        advance()
        guard !isEmpty else { return moveRest(from: firstTarget, firstOrder, into: &batch) }
        batch.targets += rows.targets[firstTarget..<targets]
        batch.riskDecisions += rows.riskDecisions[firstOrder..<orders]
        batch.events += rows.events[firstOrder..<orders]
        return moveAlerts(of: rows.riskDecisions[firstOrder..<orders].map(\.order), into: &batch)
    }

    /// What people are told of an order is on record with it.
    private func moveAlerts(of orders: [OrderNumber], into batch: inout JournalBatch) -> [OrderNumber] {
        if !rows.broker.notifications.isEmpty {
            batch.broker.notifications += rows.broker.notifications.filter { $0.order.map(orders.contains) ?? false }
        }
        return orders
    }

    private func moveRest(from target: Int, _ order: Int, into batch: inout JournalBatch) -> [OrderNumber] {
        batch.targets += rows.targets[target...]
        batch.riskDecisions += rows.riskDecisions[order...]
        batch.events += rows.events[order...]
        return moveAlerts(of: rows.riskDecisions[order...].map(\.order), into: &batch)
    }

    private mutating func advance() {
        let count = rows.riskDecisions.count
        let wanted = size < count - orders ? orders + size : count
        size = size < PlanPortions.largest ? size * 2 : size
        if rows.targets.isEmpty || wanted == count {
            (targets, orders) = (rows.targets.count, wanted)
            return
        }
        while targets < rows.targets.count, orders < wanted {
            let target = rows.targets[targets]
            targets += 1
            while orders < count, rows.riskDecisions[orders].instrument == target.instrument,
                rows.riskDecisions[orders].decision == target.decision
            {
                orders += 1
            }
        }
    }
}
