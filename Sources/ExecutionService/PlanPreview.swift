import InputFiles
import Reporting
import TradingModel

/// The orders of one batch, as `apply` would plan them; nothing is written.
public struct PlanPreview {
    private var orders: [OrderRecord]
    /// What the gate said of orders that it cut or denied.
    private let explanations: [OrderNumber: String]
    private let plan: ExecutionPlan
    private let decisions: [Decision]

    /// Replays everything before a batch in memory and plans the batch.
    ///
    /// Throws `NoSuchBatch` when nothing is decided at that time, and what the simulation throws.
    ///
    /// - Parameter asOf: a date or an instant as in the file; nil takes the last batch.
    public init(_ plan: ExecutionPlan, asOf: String?) throws {
        self.plan = plan
        let schedule = DecisionSchedule(plan, runID: "plan")
        let chosen = try Self.choose(asOf, in: schedule, plan)
        let wanted = Set(chosen.batches.map(\.decision) + chosen.orders.map(\.decision))
        let collector = OrderCollector()
        var runner = try TrainingRunner(
            plan: plan, schedule: schedule.upTo(chosen.time), sink: collector, isPreview: true)
        try runner.run(deposit: plan.configuration.account.cash)
        orders = collector.orders.filter { wanted.contains($0.decision) && $0.childNumber == nil }
        explanations = collector.explanations
        decisions = schedule.decisions
    }

    private static func choose(
        _ asOf: String?, in schedule: DecisionSchedule, _ plan: ExecutionPlan
    ) throws(NoSuchBatch) -> DecisionSchedule.Entry {
        let entry = schedule.entries.last { entry in
            asOf.map { entry.time.matches($0, in: plan.configuration.localTime) } ?? true
        }
        guard let entry else {
            throw NoSuchBatch(
                asOf: asOf ?? "", first: schedule.entries.first?.time.text(in: plan.configuration.localTime),
                last: schedule.entries.last?.time.text(in: plan.configuration.localTime))
        }
        return entry
    }

    /// The orders as text with a final newline.
    public func rendered(as format: ReportFormat) throws -> String {
        MemoryTable(
            columns: [
                "decision_id", "order_ref", "ticker", "action", "direction", "size", "order_type", "limit_price",
                "stop_price",
                "time_in_force", "status", "status_reason", "reference_price", "notional", "explanation",
            ],
            rows: try orders.map(row)
        ).rendered(as: format)
    }

    /// The user's own name for an order.
    private func reference(_ order: OrderRecord) -> String? {
        order.inputRow.flatMap { plan.input.orderRefs[Int($0)] }
    }

    private func row(_ order: OrderRecord) throws -> [Cell] {
        let notional = try order.arrivalPrice.map { price in
            try Money(price * order.terms.quantity, rounding: .nearest)
        }
        return [
            .text(decisions[Int(order.decision.index)].decisionID), reference(order).map(Cell.text) ?? .null,
            .text(plan.tickers[Int(order.terms.instrument.index)]), .text(order.action.code),
            .text(order.terms.side.code), .decimal(order.terms.quantity.e8, scale: 8), .text(order.terms.type.code),
            order.terms.type.limitPrice.map { .decimal($0.e8, scale: 8) } ?? .null,
            order.terms.type.stopPrice.map { .decimal($0.e8, scale: 8) } ?? .null,
            .text(order.terms.timeInForce.code), .text(order.state.isTerminal ? order.state.code : "PLANNED"),
            order.state.reason.map { .text($0.rawValue) } ?? .null,
            order.arrivalPrice.map { .decimal($0.e8, scale: 8) } ?? .null,
            notional.map { .decimal($0.e6, scale: 6) } ?? .null,
            explanations[order.number].map(Cell.text) ?? .null,
        ]
    }
}

/// Nothing in the inputs is decided at a time.
public struct NoSuchBatch: Error, Equatable, Sendable, CustomStringConvertible {
    public let asOf: String
    let first: String?
    let last: String?

    public var description: String {
        guard let first, let last else { return "the file decides nothing" }
        return "nothing is decided as of \"\(asOf)\"; batches go from \(first) to \(last)"
    }
}

/// Keeps the orders of a run as they were made.
private final class OrderCollector: JournalSink {
    private(set) var orders: [OrderRecord] = []
    private(set) var explanations: [OrderNumber: String] = [:]

    func write(_ batch: JournalBatch) throws {
        orders += batch.newOrders
        for verdict in batch.riskDecisions {
            if let explanation = verdict.explanation { explanations[verdict.order] = explanation }
        }
    }
}

extension DecisionTime {
    /// Whether the text names this time: the date, or the instant from its beginning.
    fileprivate func matches(_ text: String, in localTime: LocalTime) -> Bool {
        isDate ? self.text(in: localTime) == text : !text.isEmpty && instant.description.hasPrefix(text)
    }
}
