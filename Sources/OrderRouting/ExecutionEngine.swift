import OrderPlanning
import RiskControl
import TradingModel

/// A venue's report about an order that was never sent, or that had ended and was journaled so before.
public struct UnknownOrder: Error, Equatable, Sendable, CustomStringConvertible {
    public let number: OrderNumber

    public init(number: OrderNumber) { self.number = number }

    public var description: String {
        "the venue reports on order \(number.value), which this run has not sent or has closed"
    }
}

/// A fill that cannot be of the order it names: another instrument, another side, or no quantity.
public struct ContradictoryFill: Error, Equatable, Sendable, CustomStringConvertible {
    public let order: OrderNumber

    public init(order: OrderNumber) { self.order = order }

    public var description: String {
        "the venue reports a fill of order \(order.value) that is not of its instrument and side"
    }
}

/// The engine: targets, orders and venue events in; journal records and venue requests out.
///
/// It is pure and synchronous. Whoever runs it commits `output.journal`, then sends `output.requests`, and brings the answers
/// back as the next inputs.
public struct ExecutionEngine: Sendable {
    public internal(set) var instruments: [Instrument]
    let planning: PlanningRules
    let planner: OrderPlanner
    var gate: RiskGate
    /// What the gate is told; nil where nothing is limited.
    var facts: RiskFacts?
    let router: ModeRouter
    /// How orders are priced at each level; nil where no level changes anything.
    let aggressiveness: AggressivenessSetup?
    /// The levels that were set.
    public internal(set) var levels = AggressivenessLevels()
    /// What the levels are measured from where it is known, by instrument; else it is the price that is planned with.
    public var middles: [Price?] = []

    @usableFromInline
    var book: OrderBook
    public internal(set) var positions: [Position]
    public internal(set) var cash: Money = .zero
    public internal(set) var statistics = RunStatistics()
    /// When each position last changed.
    var positionTimes: [Timestamp]
    private var changedPositions: [Int32] = []
    var isPositionChanged: [Bool]
    /// The number of the trade booked last.
    public internal(set) var lastTrade: Int64 = 0
    /// Plans that wait for the cancels of older orders, by instrument.
    var waitingPlans: [Int32: WaitingPlan] = [:]
    /// The same where limits are judged: then all plans of a decision wait for each other.
    var jointPlans = JointPlans()

    /// How a buy reserves the cash it may cost; for brokers.
    let reservation: CashReservation
    /// OCA groups that were made for the exits of one bracket.
    public var bracketGroups: Set<Int32> = []
    /// What kill switches let leave; nothing is stopped until it is set.
    public var switches = EngineSwitches()
    /// Whether targets are planned as if older orders were gone, without asking for their cancel: for what is never sent.
    public var assumesCancels = false
    /// Targets that an earlier process of the run has planned.
    var planned: Set<AccountRecord.PlannedTarget> = []
    /// The rows of intents that had expired when they were to be placed, in that order.
    public internal(set) var expiredIntents: [Int64] = []
    /// Executions of the account by id, with their trades.
    var executions: [ExecutionID: AccountRecord.Execution] = [:]
    /// Ids that a newer version has replaced.
    var replacedExecutions: Set<ExecutionID> = []
    /// Orders that children carry out.
    @usableFromInline
    var algorithms = AlgorithmDesk()
    /// Whether children may be ordered and cancelled now.
    public var worksAlgorithms = true
    /// How many children may still be ordered, whatever is cancelled; the largest number is no limit.
    public var childAllowance = Int.max
    /// By which volumes have their time of day.
    public var localTime = LocalTime.utc
    /// What the broker is asked about orders before they leave; nil where it is not.
    var margin: MarginDesk?

    /// - Parameter margin: what the broker's preview of an order may say; orders for a broker alone heed it.
    public init(
        instruments: [Instrument], planning: PlanningRules, router: ModeRouter,
        reservation: CashReservation = CashReservation(), risk: RiskSetup? = nil,
        aggressiveness: AggressivenessSetup? = nil, margin: MarginLimit? = nil
    ) {
        self.instruments = instruments
        self.planning = planning
        self.router = router
        self.reservation = reservation
        self.aggressiveness = aggressiveness?.rules.isIdle == true ? nil : aggressiveness
        planner = OrderPlanner(isTwoPhase: planning.isTwoPhase)
        gate = RiskGate(limits: risk?.limits, instruments: instruments, strategies: risk?.strategies ?? [])
        facts = risk.map { RiskFacts($0, instruments: instruments.count, keepsMarks: router.mode == .production) }
        book = OrderBook(instruments: instruments.count, keepsEnded: router.mode == .production)
        positions = Array(repeating: Position(), count: instruments.count)
        positionTimes = Array(repeating: Timestamp(ms: 0), count: instruments.count)
        isPositionChanged = Array(repeating: false, count: instruments.count)
        self.margin = margin.map { MarginDesk($0) }
    }

    /// Handles one input; what is to be done is appended to `output`.
    ///
    /// After an error neither the engine nor the output is whole; neither may be used any further.
    public mutating func handle(_ input: EngineInput, into output: inout EngineOutput) throws {
        switch input {
        case .deposit(let amount, let time):
            try record(CashRecord(time: time, kind: .deposit, amount: amount), &output)
        case .decide(let batches, let time, let lastCloses, let priceTimes):
            try beginReviews(at: time.instant, lastCloses, of: priceTimes)
            try decide(batches, at: time, lastCloses, &output)
        case .place(let orders, let time, let lastCloses, let priceTimes):
            try beginReviews(at: time.instant, lastCloses, of: priceTimes)
            try place(orders, at: time, lastCloses, &output)
        case .venue(let event):
            try take(event, &output)
        case .broker(let event):
            try take(event, &output)
        case .adopt(let holdings, let kind, let time):
            try adopt(holdings, kind, at: time, &output)
        case .adoptSplit(let instrument, let ratioE9, let held, let time):
            try adoptSplit(instrument, ratioE9, held: held, at: time, &output)
        case .adoptCash(let amount, let kind, let time):
            try adoptCash(amount, kind, at: time, &output)
        case .release(let time, let last, let limit):
            try release(at: time, through: last, atMost: limit, &output)
        case .releaseExits(let entry, let time):
            for order in book.planned(where: { _ in true }) where order.parent == entry {
                try submit(order, at: time, &output)
            }
        case .dismiss(let reason, let scope, let time):
            try dismiss(reason, scope, at: time, &output)
        case .cancelOpen(let reason, let scope, let time):
            try cancelOpen(reason, scope, at: time, &output)
        case .cancel(let number, let reason, let time):
            try cancel(number, reason, at: time, &output)
        case .time(let time): try wakeAlgorithms(at: time, &output)
        case .traded(let volumes): try take(volumes, &output)
        case .modify(let number, let limit, let reference, let time):
            try modify(number, limit: limit, reference: reference, at: time, &output)
        case .endOfData:
            closeWaitingPlans(&output)
            noteEndOfBars()
            for order in book.open { statistics.countEnd(of: order) }
        }
    }

    /// Moves the orders, positions and balance that have changed into a batch, and forgets orders that have ended.
    ///
    /// - Parameters:
    ///   - keepsOrders: false where the run does not record orders.
    ///   - last: new orders beyond this number are left for another time; nil takes all.
    public mutating func collectState(
        into batch: inout JournalBatch, keepsOrders: Bool, through last: OrderNumber? = nil
    ) {
        book.collect(into: &batch, keepsRecords: keepsOrders, through: last)
        for index in changedPositions.sorted() {
            batch.positions.append(
                PositionRecord(
                    instrument: InstrumentID(Int(index)), position: positions[Int(index)],
                    updatedAt: positionTimes[Int(index)]))
            isPositionChanged[Int(index)] = false
        }
        changedPositions.removeAll(keepingCapacity: true)
        batch.balance = cash
    }

    /// Orders that are new or have changed since their state was last collected.
    @inlinable
    public var uncollectedOrders: Int { book.uncollectedCount }

    /// Cash and positions at the given prices, rounded to the nearest 10⁻⁶.
    public func equity(at prices: [Price?]) throws(ArithmeticOverflow) -> Money {
        var total = ExactValue(cash)
        for (position, price) in zip(positions, prices) where position.quantity != .zero {
            guard let price else { continue }
            let (sum, overflow) = total.e16.addingReportingOverflow((price * position.quantity).e16)
            if overflow { throw ArithmeticOverflow("the account's equity") }
            total = ExactValue(e16: sum)
        }
        return try Money(total, rounding: .nearest)
    }

    /// Whether targets wait for the confirmation that older orders are gone.
    public var hasWaitingPlans: Bool { !waitingPlans.isEmpty || !jointPlans.isEmpty }

    // MARK: - Books

    /// Notes that a position has changed.
    mutating func markChanged(_ instrument: InstrumentID, at time: Timestamp) {
        positionTimes[Int(instrument.index)] = time
        guard !isPositionChanged[Int(instrument.index)] else { return }
        isPositionChanged[Int(instrument.index)] = true
        changedPositions.append(instrument.index)
    }

    mutating func record(_ entry: CashRecord, _ output: inout EngineOutput) throws(ArithmeticOverflow) {
        cash = try cash.adding(entry.amount, "the account's cash")
        output.journal.append(entry)
    }
}
