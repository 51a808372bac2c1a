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
    mutating func step(at moment: IBKRMoment) throws -> Bool {
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

    mutating func finishConnecting(_ giveUp_ms: Int64, at moment: IBKRMoment) throws -> Bool {
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

    mutating func finishResolving(_ giveUp_ms: Int64, at moment: IBKRMoment) throws -> Bool {
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
    mutating func askAgain(at moment: IBKRMoment) throws -> Bool {
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
    mutating func giveUpStart(_ why: String, at moment: IBKRMoment) throws {
        try finish(.brokerTrouble(why), at: moment)
    }

    mutating func fail(_ why: String, at moment: IBKRMoment) throws {
        switch phase {
        case .idle, .connecting: try finish(.refused([why]), at: moment)
        default: try finish(.brokerTrouble(why), at: moment)
        }
    }

    // MARK: - Work

    mutating func beginWorking(at moment: IBKRMoment) throws {
        beforePlan = nil
        phase = .working(timeout_ms: moment.uptime_ms + settings.timeout_ms)
        tellBreaker(at: moment)
        if !settings.isLive {
            recordWholePlan(at: moment)
            try ask(.dismiss(.dryRun, .run, at: moment.time), at: moment)
        }
    }

    /// Puts the next portion of the plan on record; its orders may be released.
    mutating func recordNextPortion(at moment: IBKRMoment) {
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

    mutating func work(until timeout_ms: Int64, at moment: IBKRMoment) throws -> Bool {
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
