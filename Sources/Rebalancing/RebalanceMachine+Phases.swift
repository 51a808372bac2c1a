import BrokerAdapters
import OrderRouting
import TradingModel

/// The course of a session: what follows when.
extension RebalanceMachine {
    mutating func start(at moment: IBKRMoment) throws {
        guard case .idle = phase else { return }
        phase = .connecting(giveUp_ms: moment.uptime_ms + settings.startTimeout_ms)
        try mistrustUnanswered(at: moment)
        try drive(.session(.connect), at: moment)
    }

    /// Goes on as far as what is known allows.
    mutating func advance(at moment: IBKRMoment) throws {
        alertIfAway(at: moment)
        try haltIfDue(at: moment)
        try checkDoubts(at: moment)
        while try step(at: moment) {}
    }

    /// One step of the course; false when something has to come first.
    private mutating func step(at moment: IBKRMoment) throws -> Bool {
        switch phase {
        case .idle, .awaitingGate, .awaitingConsent, .done: return false
        case .connecting(let giveUp): return try finishConnecting(giveUp, at: moment)
        case .resolving(let giveUp): return try finishResolving(giveUp, at: moment)
        case .clearing(let giveUp): return try finishClearing(giveUp, at: moment)
        case .pricing(let giveUp): return try finishPricing(giveUp, at: moment)
        case .working(let timeout): return try work(until: timeout, at: moment)
        case .cancelling(let reason, let giveUp): return try finishCancelling(reason, giveUp, at: moment)
        case .settling(let giveUp): return try finishSettling(giveUp, at: moment)
        case .comparing(let comparison): return try compare(comparison, at: moment)
        }
    }

    // MARK: - Before anything is sent

    private mutating func finishConnecting(_ giveUp_ms: Int64, at moment: IBKRMoment) throws -> Bool {
        if broker.state.isReady {
            phase = .resolving(giveUp_ms: moment.uptime_ms + settings.startTimeout_ms)
            try drive(.query(.clock), at: moment)
            for instrument in resolvedInstruments { try resolve(instrument, at: moment) }
            return true
        }
        guard moment.uptime_ms >= giveUp_ms else { return false }
        try giveUpStart("the broker cannot be reached or does not answer (\(broker.state.shortName))", at: moment)
        return true
    }

    /// What is to be traded or is on the book.
    private var resolvedInstruments: [InstrumentID] {
        let targets = goal.instrumentsToTrade
        let open = Set(engine.openOrders.map(\.terms.instrument))
        return engine.instruments.indices.map { InstrumentID($0) }.filter {
            targets.contains($0) || engine.positions[Int($0.index)].quantity != .zero
                || open.contains($0)
        }
    }

    private mutating func finishResolving(_ giveUp_ms: Int64, at moment: IBKRMoment) throws -> Bool {
        let isLate = moment.uptime_ms >= giveUp_ms
        guard broker.state.isReady, broker.contracts.isSettled, clock != nil else {
            if isLate { try giveUpStart("the broker does not answer about contracts or its clock", at: moment) }
            return isLate
        }
        if !isLate, try askAgain(at: moment) { return false }
        let targets = goal.instrumentsToTrade
        let refused = broker.contracts.refusals.filter { targets.contains($0.instrument) }
        guard refused.isEmpty else {
            try finish(.refused(refused.map(\.refusal.description)), at: moment)
            return true
        }
        // The lists of the start will do, if they agree with the books.
        phase = .comparing(
            Comparison(isFinal: false, askedAt_ms: .min, giveUp_ms: moment.uptime_ms + settings.startTimeout_ms))
        try bookHeldReports(at: moment)
        return true
    }

    /// A connection that ended took the questions about contracts with it.
    private mutating func askAgain(at moment: IBKRMoment) throws -> Bool {
        let unanswered = broker.contracts.refusals.filter { if case .noAnswer = $0.refusal { true } else { false } }
        for (instrument, _) in unanswered { try resolve(instrument, at: moment) }
        return !unanswered.isEmpty
    }

    mutating func resolve(_ instrument: InstrumentID, at moment: IBKRMoment) throws {
        let ticker = engine.instruments[Int(instrument.index)].ticker
        try drive(.resolve(instrument, ticker: ticker, currency: goal.currency.description), at: moment)
    }

    /// The broker is back: what was asked and not answered is asked again.
    mutating func askUnanswered(at moment: IBKRMoment) throws {
        if clock == nil { try drive(.query(.clock), at: moment) }
        volumes.looks.removeAll()
        guard case .pricing = phase else { return repricing.askQuotesAgain() }
        let lost = quotes.filter { !$0.value.isComplete }.map(\.key).sorted()
        for instrument in lost { quotes[instrument] = nil }
        quotesWanted = lost + quotesWanted
    }

    /// The broker's trouble before the plan: nothing was sent by this process.
    private mutating func giveUpStart(_ why: String, at moment: IBKRMoment) throws {
        try finish(.brokerTrouble(why), at: moment)
    }

    mutating func fail(_ why: String, at moment: IBKRMoment) throws {
        switch phase {
        case .idle, .connecting: try finish(.refused([why]), at: moment)
        default: try finish(.brokerTrouble(why), at: moment)
        }
    }

    // MARK: - Consent

    mutating func take(consent isGiven: Bool, at moment: IBKRMoment) throws {
        switch phase {
        case .awaitingGate:
            guard isGiven else { return try finish(.refused(["the live gate is closed"]), at: moment) }
            try passGate(at: moment)
        case .awaitingConsent:
            guard isGiven else { return try finish(.declined, at: moment) }
            try beginWorking(at: moment)
        default: break
        }
    }

    private mutating func passGate(at moment: IBKRMoment) throws {
        switch settings.purpose {
        case .reconcile: try conclude(at: moment)
        case .cancelAll:
            try drive(.cancelEverything, at: moment)
            try beginCancelling(.stopped, at: moment)
        case .rebalance:
            let objections = objectionsToReplacing(at: moment)
            guard objections.isEmpty else { return try finish(.refused(objections), at: moment) }
            phase = .clearing(giveUp_ms: moment.uptime_ms + confirmationWait_ms)
            if settings.isLive, settings.planning.openOrders == .cancel {
                try ask(.dismiss(.superseded, .earlierRuns, at: moment.time), at: moment)
                try cancelOpen(.superseded, .earlierRuns, at: moment)
            }
        }
    }

    // MARK: - Plan

    private mutating func finishClearing(_ giveUp_ms: Int64, at moment: IBKRMoment) throws -> Bool {
        let older = engine.openOrderCount(.earlierRuns)
        if settings.isLive, settings.planning.openOrders == .cancel, older > 0 {
            guard moment.uptime_ms >= giveUp_ms else {
                try repeatCancels(.superseded, .earlierRuns, at: moment)
                return false
            }
            try finish(
                .unfinished(openOrders: older, why: "orders of earlier runs could not be cancelled"), at: moment)
            return true
        }
        cancelRetry_ms = nil
        if isPlanned {
            // Whether the levels have changed since, nobody knows.
            repricing.isDue = true
            phase = .awaitingConsent
            actions.append(.planned)
            return false
        }
        phase = .pricing(giveUp_ms: moment.uptime_ms + settings.startTimeout_ms)
        quotesWanted = pricedInstruments
        try askQuotes(at: moment)
        return true
    }

    /// Whether an earlier process of the run has planned all there is to plan.
    private var isPlanned: Bool {
        let targets = goal.batches.flatMap { batch in batch.targets.map { ($0.instrument, batch.decision) } }
        guard !targets.isEmpty || !goal.ownOrders.isEmpty else { return false }
        return targets.allSatisfy { engine.isPlanned($0.0, of: $0.1) } && ordersToPlace.isEmpty
    }

    /// The user's own orders that are not on record yet.
    var ordersToPlace: [OwnOrder] {
        let placed = Set(engine.orders.filter { !$0.number.isOfEarlierRun }.compactMap(\.inputRow))
        return goal.ownOrders.filter { !placed.contains(Int32(truncatingIfNeeded: $0.row)) }
    }

    private mutating func finishPricing(_ giveUp_ms: Int64, at moment: IBKRMoment) throws -> Bool {
        try askQuotes(at: moment)
        guard areQuotesComplete || moment.uptime_ms >= giveUp_ms else { return false }
        let (prices, problems) = prices(at: moment)
        guard problems.isEmpty else {
            try finish(.refused(problems), at: moment)
            return true
        }
        return try plan(with: prices, at: moment)
    }

    private mutating func plan(with timed: [TimedPrice?], at moment: IBKRMoment) throws -> Bool {
        let (prices, times) = (timed.map { $0?.price }, timed.map { $0?.time })
        var batches = goal.batches
        for batch in batches.indices {
            for target in batches[batch].targets.indices {
                // A price that is too old is not planned with.
                batches[batch].targets[target].referencePrice = freshReference(of: batches[batch].targets[target])
            }
        }
        var trial = engine
        trial.middles = middles
        for (instrument, tick) in limitTicks(at: zip(middles, prices).map { $0 ?? $1 }) {
            trial.setTick(tick, of: instrument)
        }
        var planned = EngineOutput()
        let orders = ordersToPlace
        do {
            let time = DecisionTime(instant: moment.time, isDate: false)
            if !batches.isEmpty {
                try trial.handle(.decide(batches, at: time, lastCloses: prices, priceTimes: times), into: &planned)
            }
            if !orders.isEmpty {
                try trial.handle(.place(orders, at: time, lastCloses: prices, priceTimes: times), into: &planned)
            }
        } catch {
            try finish(.refused(["\(error)"]), at: moment)
            return true
        }
        let denials = denialsOfReplacements(trial, planned.journal)
        guard denials.isEmpty else {
            try finish(.refused(denials), at: moment)
            return true
        }
        beforePlan = (engine, output)
        repricing.isDue = false
        output.requests += planned.requests
        unrecorded = PlanPortions(
            planned.journal,
            isDivisible: !trial.hasWaitingPlans && !goal.hasAlgorithms && settings.planning.algorithm == nil
                && orders.allSatisfy { $0.parentRow == nil })
        engine = trial
        output.journal.broker.equityMarks += engine.takeEquityMarks()
        phase = .awaitingConsent
        actions.append(.planned)
        return false
    }

    // MARK: - Work

    private mutating func beginWorking(at moment: IBKRMoment) throws {
        beforePlan = nil
        phase = .working(timeout_ms: moment.uptime_ms + settings.timeout_ms)
        tellBreaker(at: moment)
        if !settings.isLive {
            recordWholePlan(at: moment)
            try ask(.dismiss(.dryRun, .run, at: moment.time), at: moment)
        }
    }

    /// Puts the next portion of the plan on record; its orders may be released.
    private mutating func recordNextPortion(at moment: IBKRMoment) {
        guard var plan = unrecorded else { return }
        let numbers = plan.moveNext(into: &output.journal)
        for order in numbers.compactMap(engine.order) { noteReplacement(order, at: moment) }
        for order in numbers.compactMap(engine.order) where order.state == .planned {
            for (stage, time) in [(TimingRecord.Stage.decided, order.createdAt), (.journaled, moment.time)] {
                output.journal.broker.timings.append(TimingRecord(order: order.number, stage: stage, time: time))
            }
        }
        unrecorded = plan.isEmpty ? nil : plan
        lastRecorded = plan.isEmpty ? nil : numbers.last ?? lastRecorded
    }

    /// What happens to all orders of the plan needs all of them on record.
    mutating func recordWholePlan(at moment: IBKRMoment) {
        while unrecorded != nil { recordNextPortion(at: moment) }
    }

    private mutating func work(until timeout_ms: Int64, at moment: IBKRMoment) throws -> Bool {
        if moment.uptime_ms >= timeout_ms {
            try beginCancelling(.timeout, at: moment)
            return true
        }
        recordNextPortion(at: moment)
        if broker.state.isReady, settings.isLive {
            try cancelWhatIsDue(at: moment)
            try cancelWhatIsStopped(at: moment)
            try carryOutLevels(at: moment)
            try giveUpPreview(at: moment)
            try release(at: moment)
            if mayWorkAlgorithms { try workAlgorithms(at: moment) }
        }
        guard case .working = phase, engine.openOrderCount() == 0, !engine.hasWaitingPlans else {
            if case .working = phase { return false }
            return true
        }
        try settle(at: moment)
        return true
    }

    // MARK: - Cancelling

    mutating func beginCancelling(_ reason: StatusReason, at moment: IBKRMoment) throws {
        recordWholePlan(at: moment)
        phase = .cancelling(reason, giveUp_ms: moment.uptime_ms + confirmationWait_ms)
        try ask(.dismiss(reasonOfUnsent(reason), scope, at: moment.time), at: moment)
        try cancelOpen(reason, scope, at: moment)
    }

    /// What became of an order in doubt is known only after its quiet period, and a process that ends before would never know.
    var confirmationWait_ms: Int64 {
        max(settings.confirmationTimeout_ms, settings.quietPeriod_ms + RebalanceMachine.cancelPatience_ms)
    }

    /// How long the answer to a cancel is waited for until it is asked for again.
    static let cancelPatience_ms: Int64 = 5_000

    mutating func cancelOpen(_ reason: StatusReason, _ scope: OrderScope, at moment: IBKRMoment) throws {
        cancelRetry_ms = moment.uptime_ms + RebalanceMachine.cancelPatience_ms
        try ask(.cancelOpen(reason, scope, at: moment.time), at: moment)
    }

    /// Cancels that were refused, or that were lost with a connection or without a word, are asked for again.
    private mutating func repeatCancels(_ reason: StatusReason, _ scope: OrderScope, at moment: IBKRMoment) throws {
        guard broker.state.isReady, cancelRetry_ms.map({ $0 <= moment.uptime_ms }) ?? false else { return }
        for order in engine.openOrders { engine.forgetCancel(of: order.number) }
        try cancelOpen(reason, scope, at: moment)
    }

    /// Whether confirmations of cancels are awaited.
    var isCancelling: Bool {
        switch phase {
        case .cancelling, .clearing: true
        default: false
        }
    }

    /// Whose orders this session has to bring to their end.
    private var scope: OrderScope { settings.purpose == .cancelAll ? .account : .run }

    private mutating func finishCancelling(
        _ reason: StatusReason, _ giveUp_ms: Int64, at moment: IBKRMoment
    ) throws -> Bool {
        if unconfirmedCount == 0 {
            try settle(at: moment)
            return true
        }
        if moment.uptime_ms >= giveUp_ms {
            let open = unconfirmedCount
            notify(
                .critical, "unconfirmed_cancels",
                "\(open) orders are not confirmed as ended; the same command goes on with them", at: moment)
            try finish(
                haltedOutcome
                    ?? (isStopping
                        ? .stopped(openOrders: open)
                        : .unfinished(openOrders: open, why: "cancels were not confirmed")),
                at: moment)
            return true
        }
        try repeatCancels(reason, halt == nil ? scope : .account, at: moment)
        return false
    }

    /// How many orders are not known to have ended, of those that are being cancelled.
    private var unconfirmedCount: Int {
        guard let halt else { return engine.openOrderCount(scope) }
        return halt.cancels ? engine.sentOrderCount : 0
    }

    /// Nothing more is sent; what is open is cancelled first where that is wanted and the broker is there.
    mutating func stop(cancels: Bool, at moment: IBKRMoment) throws {
        guard !isStopping else { return }
        switch phase {
        // Every order has ended; only what the fills cost is not waited for.
        case .settling: phase = .settling(giveUp_ms: moment.uptime_ms)
        case .comparing(let comparison) where comparison.isFinal: break
        case .done: break
        case .cancelling: isStopping = true
        case .working, .clearing: try stopOrders(cancels: cancels, at: moment)
        // An earlier process of the run has left orders.
        case .resolving, .comparing, .pricing:
            try stopOrders(cancels: cancels && engine.openOrderCount(.run) > 0, at: moment)
        case .idle, .connecting, .awaitingGate, .awaitingConsent: try stopOrders(cancels: false, at: moment)
        }
    }

    /// What was not sent never will be, though an earlier process planned it.
    private mutating func stopOrders(cancels: Bool, at moment: IBKRMoment) throws {
        isStopping = true
        let isOfOrders = settings.purpose == .rebalance
        if cancels, isOfOrders {
            try bookHeldReports(at: moment)
            return try beginCancelling(.stopped, at: moment)
        }
        forgetPlan()
        recordWholePlan(at: moment)
        if isOfOrders { try ask(.dismiss(.stopped, .run, at: moment.time), at: moment) }
        try finish(.stopped(openOrders: engine.openOrderCount(scope)), at: moment)
    }

    // MARK: - The end

    private mutating func settle(at moment: IBKRMoment) throws {
        cancelRetry_ms = nil
        phase = .settling(giveUp_ms: moment.uptime_ms + settings.commissionWait_ms)
    }

    private mutating func finishSettling(_ giveUp_ms: Int64, at moment: IBKRMoment) throws -> Bool {
        let missing = uncommissioned
        guard missing.isEmpty || moment.uptime_ms >= giveUp_ms else { return false }
        if !missing.isEmpty {
            notify(
                .warning, "commissions_missing",
                "the commissions of \(missing.count) executions are not known yet; they are booked when they come",
                at: moment)
        }
        try conclude(at: moment)
        return true
    }

    /// Asks everything once more, where something was or may have been done.
    private mutating func conclude(at moment: IBKRMoment) throws {
        guard settings.isLive || settings.purpose != .rebalance else {
            return try finish(outcome(breaks: []), at: moment)
        }
        let comparison = Comparison(
            isFinal: true, askedAt_ms: moment.uptime_ms,
            giveUp_ms: moment.uptime_ms + confirmationWait_ms)
        phase = .comparing(comparison)
        try drive(.session(.ask(RebalanceMachine.comparedLists)), at: moment)
    }

    private static let comparedLists: [IBKRQueryKind] = [.executions, .positions, .accountSummary, .openOrders]
    /// Between two lists a fill can happen; it is in both of the next ones.
    private static let comparisonRetry_ms: Int64 = 500

    // MARK: - Comparing

    private mutating func compare(_ comparison: Comparison, at moment: IBKRMoment) throws -> Bool {
        var comparison = comparison
        if let retry = comparison.retry_ms, broker.state.isReady, retry <= moment.uptime_ms {
            comparison.retry_ms = nil
            comparison.askedAt_ms = moment.uptime_ms
            phase = .comparing(comparison)
            try drive(.session(.ask(RebalanceMachine.comparedLists)), at: moment)
        }
        let areKnown = RebalanceMachine.comparedLists.allSatisfy { kind in
            answers[kind].map { $0.isComplete && $0.askedAt_ms >= comparison.askedAt_ms } ?? false
        }
        guard comparison.retry_ms == nil, broker.state.isReady, areKnown, let holdings = holdings(at: moment),
            let cash = reportedCash
        else {
            guard moment.uptime_ms >= comparison.giveUp_ms else { return false }
            try giveUp(comparison, at: moment)
            return true
        }
        let sight = sight(of: holdings, cash)
        if comparison.triesLeft > 0, mayBeARace(holdings, sight, comparison) {
            comparison.triesLeft -= 1
            comparison.last = sight
            comparison.retry_ms = moment.uptime_ms + RebalanceMachine.comparisonRetry_ms
            phase = .comparing(comparison)
            return false
        }
        if comparison.isFinal { return try compareFinally(holdings, cash, at: moment) }
        phase = .awaitingGate
        let found = try reconcile(holdings, cash, at: moment)
        actions.append(.reconciled(found))
        return false
    }

    private mutating func giveUp(_ comparison: Comparison, at moment: IBKRMoment) throws {
        guard comparison.isFinal else {
            return try giveUpStart(
                "the broker does not say what the account holds, or its cash in \(goal.currency)", at: moment)
        }
        notify(
            .critical, "final_reconciliation",
            "the broker did not answer after the last order; the same command reconciles", at: moment)
        try finish(.unfinished(openOrders: engine.openOrderCount(), why: "the final reconciliation failed"), at: moment)
    }

    private mutating func compareFinally(
        _ holdings: [HoldingRecord], _ cash: Money, at moment: IBKRMoment
    ) throws -> Bool {
        // An order that came back to life has to be followed to its end.
        if let halt {
            if halt.cancels, engine.sentOrderCount > 0 {
                try begin(halt, at: moment)
                return true
            }
        } else if settings.purpose == .rebalance, engine.openOrderCount() > 0 {
            try beginCancelling(isStopping ? .stopped : .timeout, at: moment)
            return true
        }
        output.journal.broker.holdings = holdings
        let found = breaks(against: holdings)
        if !found.isEmpty {
            notify(
                .critical, "position_breaks",
                "after the last order the book does not explain the broker's positions: "
                    + found.map(\.description).joined(separator: "; "), at: moment)
        }
        if (cash - engine.cash).e6.magnitude >= 10_000 {
            notify(
                .info, "cash_difference",
                "the broker's cash differs from the book's by \(cash - engine.cash); the next run books what remains of it",
                at: moment)
        }
        try finish(outcome(breaks: found), at: moment)
        return true
    }

    private func outcome(breaks: [Reconciliation.Break]) -> RebalanceOutcome {
        if let haltedOutcome { return haltedOutcome }
        if isStopping { return .stopped(openOrders: engine.openOrderCount(scope)) }
        let own = engine.orders.filter { !$0.number.isOfEarlierRun }
        return .completed(shortfalls: own.count { $0.state != .filled && $0.childNumber == nil }, breaks: breaks)
    }
}

extension IBKRSessionState {
    /// Where the session stands, in a word or two.
    fileprivate var shortName: String {
        switch self {
        case .disconnected: "not connected"
        case .connecting: "connecting"
        case .handshaking: "no answer to the handshake"
        case .starting: "no account and order id yet"
        case .synchronizing: "asking for its lists"
        case .ready: "ready"
        case .lostConnectivity: "the gateway has no connection to IBKR"
        case .backingOff(let pause): "\(pause.reason)"
        case .failed(let failure): failure.description
        }
    }
}
