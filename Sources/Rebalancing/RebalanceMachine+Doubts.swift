import BrokerAdapters
import OrderRouting
import TradingModel

/// Orders about which nothing certain is known: asked for by key, and sent again only when it is proven that they never arrived.
extension RebalanceMachine {
    /// How often the broker is asked about such orders while it does not say enough.
    private var doubtInterval_ms: Int64 { min(1_000, settings.quietPeriod_ms) }

    /// After a restart, orders that had left without an answer are in doubt.
    mutating func mistrustUnanswered(at moment: IBKRMoment) throws {
        doubtsDue_ms = moment.uptime_ms
        let reason = BrokerReason(code: nil, text: "the process that sent it ended before an answer was on record")
        for number in doubts.sorted() where engine.order(number)?.state == .submitted {
            try ask(.broker(.doubted(number, reason, at: moment.time)), at: moment)
        }
    }

    mutating func checkDoubts(at moment: IBKRMoment) throws {
        guard !doubts.isEmpty, broker.state.isReady, doubtsDue_ms.map({ $0 <= moment.uptime_ms }) ?? true,
            isFollowing
        else { return }
        var next_ms = moment.uptime_ms + doubtInterval_ms
        var asks = false
        var absent: [OrderNumber] = []
        for number in doubts.sorted() {
            guard let order = engine.order(number), !order.state.isTerminal else {
                doubts.remove(number)
                continue
            }
            let rule = UnknownOrderRule(quietPeriod_ms: settings.quietPeriod_ms)
            switch rule.decide(broker.evidence(about: try key(of: number)), at: moment.uptime_ms) {
            // The lists that have it were taken up already, so what they say of it is booked.
            case .exists: if order.state == .working { doubts.remove(number) } else { asks = true }
            case .ask: asks = true
            case .wait(let until_ms): next_ms = min(next_ms, max(until_ms, moment.uptime_ms + 1))
            case .waitForBroker: break
            case .sendAgain: if !isWorking || mayResend { absent.append(number) }
            case .giveUp:
                noteDeadLetter(number, .givenUp, "an operator gave it up", at: moment)
                try ask(.broker(.closed(number, .givenUp, at: moment.time)), at: moment)
            }
        }
        try resolve(absent: absent, at: moment)
        doubtsDue_ms = next_ms
        if asks { try drive(.session(.ask([.openOrders, .completedOrders, .executions])), at: moment) }
    }

    /// Before the contracts are known and the gate has opened, nothing may be sent.
    var isFollowing: Bool {
        switch phase {
        case .working, .cancelling, .clearing: true
        default: false
        }
    }

    /// Complete lists, asked for after a quiet time, do not have these orders.
    private mutating func resolve(absent numbers: [OrderNumber], at moment: IBKRMoment) throws {
        var placements: [IBKRPlacement] = []
        // What becomes of an entry decides about its exits.
        let exits = numbers.filter { engine.order($0)?.parent != nil }
        for number in numbers.filter({ !exits.contains($0) }) + exits
        where !isOfDoubtfulFamily(number, besides: numbers) {
            doubts.remove(number)
            if acknowledged.contains(number) {
                try close(vanished: number, at: moment)
            } else if let order = try resubmission(of: number, at: moment) {
                placements += try withExits(order, at: moment)
            } else {
                // It never arrived, so there is nothing to cancel.
                try ask(.broker(.closed(number, try endOfUnsent(number, at: moment), at: moment.time)), at: moment)
            }
        }
        guard !placements.isEmpty else { return }
        breaker?.noteSent(placements.count)
        try drive(.resend(placements), at: moment)
    }

    /// An entry and its exits are sent again together; one of them may still turn out to have arrived.
    private func isOfDoubtfulFamily(_ number: OrderNumber, besides absent: [OrderNumber]) -> Bool {
        let entry = engine.order(number)?.parent ?? number
        return doubts.contains { other in
            !absent.contains(other) && (other == entry || engine.order(other)?.parent == entry)
        }
    }

    private mutating func close(vanished number: OrderNumber, at moment: IBKRMoment) throws {
        notify(
            .critical, "order_vanished",
            "\(try described(number)) was at the broker, and its complete lists do not show it any more; "
                + "it counts as ended", order: number, at: moment)
        noteDeadLetter(number, .vanished, "the broker's complete lists do not show it any more", at: moment)
        try ask(.broker(.closed(number, .vanished, at: moment.time)), at: moment)
    }

    /// The order as it goes out once more; nil where it shall not.
    private func resubmission(of number: OrderNumber, at moment: IBKRMoment) throws -> VenueOrder? {
        guard case .working = phase, settings.isLive, !number.isOfEarlierRun, let order = engine.order(number),
            engine.endOfEntry(of: order) == nil, engine.stop(of: order) == nil, !engine.isUnwantedChild(order),
            ownCancel(of: order, at: moment) == nil, try !isAgainstEmergency(number)
        else { return nil }
        return engine.resubmission(of: number, at: moment.time)
    }

    /// An order that is sent again, with those of its exits that had not left.
    private mutating func withExits(_ order: VenueOrder, at moment: IBKRMoment) throws -> [IBKRPlacement] {
        notify(
            .warning, "sent_again",
            "\(try described(order.number)) never arrived: complete lists do not have it; it is sent again",
            order: order.number, at: moment)
        try engine.handle(.releaseExits(of: order.number, at: moment.time), into: &output)
        let exits = output.requests
        output.requests.removeAll()
        var placements = [IBKRPlacement(order, key: try key(of: order.number))]
        for case .submit(let exit) in exits {
            placements.append(IBKRPlacement(exit, key: try key(of: exit.number)))
        }
        return placements
    }

    private mutating func described(_ number: OrderNumber) throws -> String {
        let key = try key(of: number)
        return engine.order(number).map { "\(name(of: $0)), order \(key)," } ?? "order \(key)"
    }

    /// Why an order that never arrived ends, and is not sent again.
    private func endOfUnsent(_ number: OrderNumber, at moment: IBKRMoment) throws -> StatusReason {
        if try isAgainstEmergency(number) { return .emergencyReduceOnly }
        guard let order = engine.order(number) else { return cancelReason }
        return engine.endOfEntry(of: order) ?? engine.stop(of: order) ?? ownCancel(of: order, at: moment)
            ?? cancelReason
    }

    private var cancelReason: StatusReason {
        if case .cancelling(let reason, _) = phase { reason } else { .superseded }
    }
}
