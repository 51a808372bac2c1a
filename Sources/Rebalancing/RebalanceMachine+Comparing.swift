import BrokerAdapters
import OrderRouting
import TradingModel

/// The comparison of the books with the broker's.
extension RebalanceMachine {
    mutating func compare(_ comparison: Comparison, at moment: IBKRMoment) throws -> Bool {
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

    mutating func giveUp(_ comparison: Comparison, at moment: IBKRMoment) throws {
        guard comparison.isFinal else {
            return try giveUpStart(
                "the broker does not say what the account holds, or its cash in \(goal.currency)", at: moment)
        }
        notify(
            .critical, "final_reconciliation",
            "the broker did not answer after the last order; the same command reconciles", at: moment)
        try finish(.unfinished(openOrders: engine.openOrderCount(), why: "the final reconciliation failed"), at: moment)
    }

    mutating func compareFinally(
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

    func outcome(breaks: [Reconciliation.Break]) -> RebalanceOutcome {
        if let haltedOutcome { return haltedOutcome }
        if isStopping { return .stopped(openOrders: engine.openOrderCount(scope)) }
        let own = engine.orders.filter { !$0.number.isOfEarlierRun }
        return .completed(shortfalls: own.count { $0.state != .filled && $0.childNumber == nil }, breaks: breaks)
    }
}
