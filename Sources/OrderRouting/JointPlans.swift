import RiskControl
import TradingModel

/// Plans of one decision that limits are judged for together: they wait until the older orders of all of them are gone, so that
/// their order, and with it what a limit leaves to each, does not depend on when cancels are confirmed.
struct JointPlans: Sendable {
    private var plans: [WaitingPlan] = []
    /// By instrument: whether the cancel of an older order is awaited.
    private var isAwaited: [Bool] = []
    private var awaitedCount = 0
    /// What was judged before its turn to be sent.
    private var verdicts: [Leg: RiskVerdict] = [:]

    private struct Leg: Hashable {
        let instrument: InstrumentID
        let leg: UInt8

        init(_ order: PlannedOrder) {
            instrument = order.terms.instrument
            leg = order.leg
        }
    }

    var isEmpty: Bool { plans.isEmpty }
    var isBlocked: Bool { awaitedCount > 0 }

    mutating func append(_ plan: WaitingPlan, isBlocked: Bool) {
        plans.append(plan)
        guard isBlocked else { return }
        let index = Int(plan.target.instrument.index)
        while isAwaited.count <= index { isAwaited.append(false) }
        guard !isAwaited[index] else { return }
        isAwaited[index] = true
        awaitedCount += 1
    }

    func isWaiting(for instrument: InstrumentID) -> Bool {
        let index = Int(instrument.index)
        return awaitedCount > 0 && index < isAwaited.count && isAwaited[index]
    }

    /// The older orders of an instrument that was waited for are gone.
    mutating func unblock(_ instrument: InstrumentID) {
        isAwaited[Int(instrument.index)] = false
        awaitedCount -= 1
    }

    /// Takes the plan of an instrument out, for a newer one replaces it; what it waited for goes on being waited for.
    mutating func remove(_ instrument: InstrumentID) -> WaitingPlan? {
        plans.firstIndex { $0.target.instrument == instrument }.map { plans.remove(at: $0) }
    }

    mutating func takeAll() -> [WaitingPlan] {
        defer { plans.removeAll(keepingCapacity: true) }
        return plans
    }

    /// Keeps what was said of an order until it is sent.
    mutating func keep(_ verdict: RiskVerdict, of order: PlannedOrder) { verdicts[Leg(order)] = verdict }

    /// What was said of an order that comes to be sent now; nil where nothing was.
    mutating func takeVerdict(of order: PlannedOrder) -> RiskVerdict? {
        verdicts.isEmpty ? nil : verdicts.removeValue(forKey: Leg(order))
    }

    mutating func split(_ instrument: InstrumentID, _ ratioE9: Int64) throws(ArithmeticOverflow) {
        for index in plans.indices where plans[index].target.instrument == instrument {
            try plans[index].target.split(ratioE9)
        }
    }
}
