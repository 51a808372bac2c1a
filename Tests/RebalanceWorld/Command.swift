import BrokerAdapters
import OrderRouting
import Rebalancing
import RiskControl
import TradingModel

/// One command as an operator gives it, again and again until it is done.
public struct WorldCommand: Sendable {
    public var plan: RunPlan
    public var settings: RebalanceSettings
    /// Instruments by their place in the plan's tickers.
    public var batches: [TargetBatch]
    public var ownOrders: [OwnOrder] = []
    /// When the targets were decided, before the command was given first.
    public var decidedBefore_ms: Int64 = 0
    /// What the session is like; nil is the usual.
    public var session: IBKRSessionConfiguration?
    /// The venue's circuit breaker; nil is none.
    public var breaker: CircuitBreaker.Rules?
    /// Dead orders that orders of the command take the place of, by the row of those.
    public var replaced: [Int32: OrderNumber] = [:]
    /// What the engine is told of the past.
    public var prepare: @Sendable (inout ExecutionEngine) throws -> Void = { _ in }
    /// How long the operator thinks about each question.
    public var consent_ms: Int64 = 0
    /// Whether it closes positions because kill switches ask for it; these let reductions leave then.
    public var isFlattening = false
    /// By the clock of the world; set when the command is given first.
    var decidedAt: Timestamp?

    public init(plan: RunPlan, settings: RebalanceSettings, batches: [TargetBatch] = []) {
        self.plan = plan
        self.settings = settings
        self.batches = batches
    }

    /// The key of an order: what it is of, spelled out, so that a failing seed can be read.
    func key(of order: OrderRecord, _ ticker: String) -> OrderKey? {
        if let row = order.inputRow, let intent = plan.intent(row), !plan.isDry {
            return OrderKey(WorldIntent.key(of: intent.intent.intentID, child: order.childNumber))
        }
        // What a dry run makes of an intent is no order of it.
        let decision =
            plan.intents.isEmpty
            ? plan.decisions[Int(order.decision.index)].decisionID : plan.runID.filter { $0 != "-" }
        let leg = order.inputRow.map { "R\($0)" } ?? "L\(order.leg)"
        let child = order.childNumber.map { "C\($0)" } ?? ""
        return OrderKey(decision + ticker + leg + child)
    }
}

/// How a process ended.
public enum ProcessEnd: Sendable, Equatable {
    case finished(RebalanceOutcome)
    /// From outside, or by its journal.
    case died(FaultKind)
    /// Its run was complete already.
    case alreadyComplete
    /// Ids of its intents stand for others already; nothing was begun.
    case refusedIntents([String])
}

/// A process that runs a command.
struct HostedProcess {
    let number: Int
    var machine: RebalanceMachine
    let command: WorldCommand
    var keys: [OrderNumber: OrderKey]
    /// By the machine's numbers of its connections.
    var links: [Int64: Int] = [:]
    /// What waits for the commit that the journal is busy for; nil while it is not.
    var waiting: [RebalanceOutput]?
    var inbox: [RebalanceInput] = []
    /// The kill switches as the machine was told of them.
    var board = KillSwitchBoard()
    /// Orders that were kept back while outputs were performed.
    var withheld: [IBKROutgoing.Label] = []
    var end: ProcessEnd?
    /// Whether nothing of the run is left to do.
    var isRunComplete = false
    /// Wakes in a row at one moment.
    var wakes = 0
    var lastWake_ms: Int64 = -1
    /// How the books compared when it began.
    var reconciliation: Reconciliation?
    /// Rows of its intents that another run has acted on.
    var skipped: Set<Int> = []
    /// What the account held at the gateway when it began.
    var positionsAtStart: [String: Quantity] = [:]
    /// How many executions the gateway had then.
    var executionsAtStart = 0
}

/// A world that cannot go on, or in which something happened that must not.
public struct WorldFailure: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
