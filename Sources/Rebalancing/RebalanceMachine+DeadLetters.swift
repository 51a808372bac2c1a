import BrokerAdapters
import OrderRouting
import TradingModel

/// Orders that could not be sent or ended in doubt, and the orders that take their place.
extension RebalanceMachine {
    /// Somebody has to decide what becomes of the order. What has filled in part is no less one.
    mutating func noteDeadLetter(
        _ number: OrderNumber, _ reason: DeadLetterRecord.Reason, _ detail: String, at moment: IBKRMoment
    ) {
        output.journal.broker.deadLetters.append(
            DeadLetterRecord(order: number, reason: reason, detail: detail, time: moment.time))
    }

    /// The session ends, and of some orders nobody knows whether they arrived.
    mutating func noteUnanswered(at moment: IBKRMoment) {
        guard settings.isLive else { return }
        for order in engine.openOrders where order.state == .unknown || order.state == .submitted {
            noteDeadLetter(order.number, .unanswered, "the session ended without an answer about it", at: moment)
        }
    }

    // MARK: - Retries

    /// Why an order may not take the place of a dead one yet; nil where complete lists prove that the broker does not have it.
    ///
    /// The lists are those of this session, asked for after the connection was made, and the comparison with the books has been made.
    private func objection(
        toReplacing old: OrderNumber, with own: OwnOrder, at moment: IBKRMoment
    ) -> String? {
        guard let key = keys[old], let order = engine.order(old) else {
            return "order \(old.value) is so old that the broker's lists need not have it; it is not made again"
        }
        guard order.state.isTerminal else {
            return "order \(key) is \(order.state.code) at the broker; it is not made again"
        }
        guard own.terms.quantity <= order.terms.quantity - order.filled else {
            return "order \(key) has filled \(order.filled) of \(order.terms.quantity) by now; it is not made again"
        }
        if let end = own.endOfTime, end <= moment.time {
            return "order \(key) was to be traded before \(end), which is over; it is not made again"
        }
        let sightings = broker.evidence(about: key).sightings
        for place in UnknownOrderRule.Place.allCases {
            switch (place, sightings[place] ?? .notAsked) {
            case (_, .absent): continue
            // What it filled is booked, and the rest of it has ended: the lists say both.
            case (.completedOrders, .present), (.executions, .present): continue
            case (.openOrders, .present): return "order \(key) is open at the broker; it is not made again"
            case (_, .notAsked), (_, .failed):
                return "the broker did not say whether it has order \(key); it is not made again"
            }
        }
        return nil
    }

    /// The dead orders that this session's orders take the place of; nothing is sent while one of them may live.
    func objectionsToReplacing(at moment: IBKRMoment) -> [String] {
        ordersToPlace.compactMap { own in
            goal.replaced[Int32(truncatingIfNeeded: own.row)].flatMap {
                objection(toReplacing: $0, with: own, at: moment)
            }
        }
    }

    /// What the gate has against orders that would take a dead one's place. They are not put on record, so that the dead one
    /// still waits, and the same command may make it again.
    func denialsOfReplacements(_ planned: ExecutionEngine, _ journal: JournalBatch) -> [String] {
        journal.riskDecisions.compactMap { decision in
            guard let order = planned.order(decision.order), case .denied(let reason) = order.state,
                let old = order.inputRow.flatMap({ goal.replaced[$0] })
            else { return nil }
            let key = keys[old].map { "\($0)" } ?? "\(old.value)"
            return "order \(key) is not made again: \(decision.explanation ?? reason.rawValue)"
        }
    }

    /// An order that takes a dead one's place is on record from now on; so is whose place it takes.
    mutating func noteReplacement(_ order: OrderRecord, at moment: IBKRMoment) {
        guard let row = order.inputRow, let old = goal.replaced[row] else { return }
        output.journal.broker.retries.append(
            DeadLetterRetryRecord(order: old, replacement: order.number, time: moment.time))
    }
}

extension OwnOrder {
    /// From when on it is not traded any more.
    fileprivate var endOfTime: Timestamp? {
        if case .goodTilDate(let date) = terms.timeInForce { return date }
        return cancelAt?.instant
    }
}
