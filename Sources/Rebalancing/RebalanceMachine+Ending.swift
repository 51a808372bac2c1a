import BrokerAdapters
import OrderRouting
import TradingModel

/// How a session ends: by cancelling, or once everything is settled.
extension RebalanceMachine {
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
    mutating func repeatCancels(_ reason: StatusReason, _ scope: OrderScope, at moment: IBKRMoment) throws {
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
    var scope: OrderScope { settings.purpose == .cancelAll ? .account : .run }

    mutating func finishCancelling(
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
    mutating func stopOrders(cancels: Bool, at moment: IBKRMoment) throws {
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

    mutating func settle(at moment: IBKRMoment) throws {
        cancelRetry_ms = nil
        phase = .settling(giveUp_ms: moment.uptime_ms + settings.commissionWait_ms)
    }

    mutating func finishSettling(_ giveUp_ms: Int64, at moment: IBKRMoment) throws -> Bool {
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
    mutating func conclude(at moment: IBKRMoment) throws {
        guard settings.isLive || settings.purpose != .rebalance else {
            return try finish(outcome(breaks: []), at: moment)
        }
        let comparison = Comparison(
            isFinal: true, askedAt_ms: moment.uptime_ms,
            giveUp_ms: moment.uptime_ms + confirmationWait_ms)
        phase = .comparing(comparison)
        try drive(.session(.ask(RebalanceMachine.comparedLists)), at: moment)
    }

    static let comparedLists: [IBKRQueryKind] = [.executions, .positions, .accountSummary, .openOrders]
    /// Between two lists a fill can happen; it is in both of the next ones.
    static let comparisonRetry_ms: Int64 = 500
}
