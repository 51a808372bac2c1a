import OrderPlanning
import OrderRouting
import Rebalancing
import Storage
import TradingModel

/// What a session with the broker is to do, whichever command asks for it.
struct SessionRequest {
    var header: RunHeader
    var purpose: RebalancePurpose
    /// Whether orders or cancels are sent.
    var isLive: Bool
    var settings: RebalanceSettings
    var goal: RebalanceGoal
    var decisions: [Decision]
    var configuration: Configuration
    var account: AccountID
    var ocaGroupNames: [String] = []
    var orderRefs: [String?] = []
    var volumes: VolumeBars?
    /// Nil where it is not of intents.
    var intents: SessionIntents?
    /// Whether it is a task on the account, which goes on with a run that was left unfinished.
    var isTask: Bool
    /// What the limits are judged with.
    var history: RiskHistory?
    /// Whether it closes positions because kill switches ask for it.
    var isFlattening = false
    /// Whether the same process closes positions once it was halted, where the switch asks for it.
    var closesWhenHalted = false
    /// Conditions of the live gate that do not matter for what takes risk away.
    var needlessConditions: Set<LiveGate.Condition.Name> = []
    /// What the inputs say of a ticker that has no target.
    var instrument: (String) -> Instrument
    /// What the keys of its orders say instead of the run's own name; nil unless it makes dead orders again.
    var retry: DeadLetterRetry?

    init(
        _ plan: RebalancePlan, purpose: RebalancePurpose, runID: String, startedAt: Timestamp,
        _ options: RebalanceOptions
    ) {
        self.purpose = purpose
        isLive = plan.venue == .ibkr
        isTask = false
        closesWhenHalted = true
        configuration = plan.configuration
        account = plan.account
        settings = RebalanceSettings(
            plan.configuration, purpose: purpose, isLive: isLive, timeout: options.timeout)
        goal = RebalanceGoal(
            batches: plan.batches, ownOrders: plan.ownOrders, decisionTime: plan.decisionTime,
            instruments: plan.instruments, currency: plan.configuration.account.currency,
            localTime: plan.configuration.localTime)
        decisions = plan.decisions(runID: runID)
        ocaGroupNames = plan.ocaGroupNames
        orderRefs = plan.orderRefs
        volumes = plan.volumes
        intents = plan.input.intents.map { SessionIntents(rows: $0, fileName: plan.inputName) }
        instrument = plan.instrument
        history = plan.history
        header = RunHeader(
            plan.configuration, plan.account, venue: plan.venue.rawValue, runID: runID, digest: plan.inputDigest,
            startedAt: startedAt)
    }

    init(
        _ task: AccountTask, _ configuration: Configuration, _ account: AccountID, startedAt: Timestamp,
        _ options: RebalanceOptions
    ) {
        let runID = "\(task.name)-\(startedAt.description.filter { $0.isNumber })"
        self.configuration = configuration
        self.account = account
        isTask = true
        var batches: [TargetBatch] = []
        decisions = []
        switch task {
        case .reconcile(let acceptsBreaks): (purpose, isLive) = (.reconcile(acceptsBreaks: acceptsBreaks), false)
        case .cancelAll: (purpose, isLive) = (.cancelAll, true)
        case .resetPaper, .flatten:
            (purpose, isLive, isTask) = (.rebalance, true, false)
            decisions = [Decision(decisionID: runID, decidedAt: startedAt)]
            // Where nothing is named, everything is closed.
            batches = [TargetBatch(decision: DecisionID(0), targets: task.tickers.indices.map(Self.close))]
        }
        if case .flatten = task { isFlattening = true }
        needlessConditions = task.needlessConditions
        settings = RebalanceSettings(configuration, purpose: purpose, isLive: isLive, timeout: options.timeout)
        let instrument = { Instrument(ticker: $0, lotSize: configuration.planning.lotSize) }
        if purpose == .rebalance { settings.planning.missingTargets = task.tickers.isEmpty ? .close : .hold }
        goal = RebalanceGoal(
            batches: batches, decisionTime: DecisionTime(instant: startedAt, isDate: false),
            instruments: task.tickers.map(instrument), currency: configuration.account.currency)
        self.instrument = instrument
        header = RunHeader(
            configuration, account, venue: RebalanceVenue.ibkr.rawValue, runID: runID, digest: runID,
            startedAt: startedAt)
    }
}

extension SessionRequest {
    /// The target that closes the position in the n-th ticker of a task.
    private static func close(_ index: Int) -> TargetRequest {
        TargetRequest(
            row: Int64(index), instrument: InstrumentID(index), size: .quantity(.zero), referencePrice: nil,
            type: .market, timeInForce: .day)
    }

    /// One order of the user's own, in the place of a dead one; whatever else is open goes on.
    init(
        _ retry: DeadLetterRetry, _ configuration: Configuration, startedAt: Timestamp, _ options: RebalanceOptions
    ) {
        self.configuration = configuration
        self.retry = retry
        account = retry.account
        (purpose, isLive, isTask) = (.rebalance, true, false)
        settings = RebalanceSettings(configuration, purpose: purpose, isLive: isLive, timeout: options.timeout)
        settings.planning.openOrders = .keep
        decisions = [retry.original.decision]
        goal = RebalanceGoal(
            batches: [], ownOrders: [retry.order],
            decisionTime: DecisionTime(instant: startedAt, isDate: false),
            instruments: [
                Instrument(
                    ticker: retry.original.ticker, lotSize: retry.lotSize(configuration.planning.lotSize))
            ],
            currency: configuration.account.currency, localTime: configuration.localTime)
        goal.replaced = [0: retry.replaced]
        orderRefs = [retry.original.rootReference]
        instrument = { Instrument(ticker: $0, lotSize: configuration.planning.lotSize) }
        header = RunHeader(
            configuration, account, venue: RebalanceVenue.ibkr.rawValue, runID: retry.runID, digest: retry.runID,
            startedAt: startedAt)
    }

    /// Whether kill switches are heeded: what sends no orders has nothing to stop.
    var heedsSwitches: Bool { isLive && purpose == .rebalance }

    /// What it does once a kill switch is turned.
    var haltAnswer: AccountLock.HaltAnswer {
        guard heedsSwitches else { return .ignores }
        return closesWhenHalted ? .closes : .stops
    }

    /// Whether nothing is ordered or cancelled.
    var isReconciliation: Bool { if case .reconcile = purpose { true } else { false } }
}

extension RunHeader {
    fileprivate init(
        _ configuration: Configuration, _ account: AccountID, venue: String, runID: String, digest: String,
        startedAt: Timestamp
    ) {
        self.init(
            runID: runID, mode: .production, venue: venue, account: account.text,
            currency: configuration.account.currency, initialCash: .zero,
            configJSON: (try? configuration.rebalanceJSON()) ?? "{}", inputDigest: digest, codeVersion: serviceVersion,
            record: .full, startedAt: startedAt)
    }
}

extension RebalanceSettings {
    fileprivate init(
        _ configuration: Configuration, purpose: RebalancePurpose, isLive: Bool, timeout: TimeSpan?
    ) {
        self.init()
        let production = configuration.production
        self.purpose = purpose
        self.isLive = isLive
        planning = PlanningRules(configuration.planning, algorithm: configuration.orders.algorithm)
        reservation = CashReservation(bufferE9: production.cashBufferE9)
        timeout_ms = (timeout ?? production.timeout).ms
        confirmationTimeout_ms = production.confirmationTimeout.ms
        commissionWait_ms = production.commissionWait.ms
        quietPeriod_ms = production.quietPeriod.ms
        priceMaximumAge_ms = production.priceMaxAge.ms
        stopsOnReject = production.onReject == .stop
        alertInterval_ms = production.alertEvery.ms
    }
}
