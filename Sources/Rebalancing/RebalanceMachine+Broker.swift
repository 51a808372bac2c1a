import BrokerAdapters
import OrderRouting
import TradingModel

/// What the broker says, brought to the engine.
extension RebalanceMachine {
    mutating func take(_ event: IBKREvent, at moment: IBKRMoment) throws {
        switch event {
        case .report(let report): try take(report, at: moment)
        case .answered(let answer): answers[answer.kind] = answer
        case .contractResolved(let contract):
            if let id = contract.contract.conID { instrumentsByContract[Int64(id)] = contract.instrument }
        case .contractRefused: break
        case .dataRequested(.quote(let instrument), let requestID): quoteRequests[requestID] = instrument
        case .dataRefused(.quote(let instrument), let reason): refuseQuote(instrument, reason)
        case .dataRequested, .dataRefused: break
        case .preview(let key, let state): try takePreview(of: key, state, at: moment)
        case .previewRefused(let key, let refusal): try takePreviewRefusal(of: key, refusal, at: moment)
        case .message(let message): take(message, at: moment)
        }
    }

    private mutating func take(_ message: TWSMessage, at moment: IBKRMoment) {
        switch message {
        case .currentTime(let time): setClock(time, at: moment)
        case .tickPrice, .tickSize, .tickString, .tickSnapshotEnd, .marketDataType: takeQuote(message)
        default: break
        }
    }

    /// A broker whose clock is that of a replay, or an account whose machine has a wrong one: the broker's counts.
    private mutating func setClock(_ time: TWSCurrentTime, at moment: IBKRMoment) {
        let difference_ms = time.seconds * 1_000 - moment.time.ms
        let isSame = abs(difference_ms) < RebalanceMachine.clockTolerance_ms
        let wasOurs = clock?.isOurs ?? true
        guard clock == nil || !isSame else { return }
        clock = BrokerClock(
            uptime_ms: moment.uptime_ms, time: isSame ? moment.time : Timestamp(ms: time.seconds * 1_000),
            isOurs: isSame)
        // One that goes on differing, such as that of a fast replay, was told of.
        guard !isSame, wasOurs else { return }
        let direction = difference_ms < 0 ? "behind" : "ahead of"
        warn(
            "the broker's clock is \(difference_ms.magnitude / 1_000) s \(direction) this machine's; times are the broker's"
        )
    }

    private static let clockTolerance_ms: Int64 = 5_000
    /// How often a clock that is not ours is asked for while algorithms wait for it.
    static let clockInterval_ms: Int64 = 1_000

    // MARK: - Reports

    private mutating func take(_ report: BrokerReport, at moment: IBKRMoment) throws {
        switch report {
        case .execution, .correction, .commission: try takeExecution(report, at: moment)
        case .superseded: break
        case .reduced(let key, let quantity):
            guard let number = numbers[key], let order = engine.order(number), order.filled >= quantity else { return }
            settle(number)
            // Other members of its group filled what is left of it.
            try ask(.broker(.closed(number, .oca, at: moment.time)), at: moment)
        case .parked(let execution):
            // Every order of this account that may still fill is registered; a key beyond those is not ours.
            if case .foreign(_, _, let reference) = execution.owner, let key = OrderKey(reference) {
                try drive(.disown(key), at: moment)
            }
        case .connectivity(let connectivity, _): try take(connectivity, at: moment)
        case .acknowledged(let key, let id, _, let time):
            guard let number = numbers[key] else { return }
            try acknowledge(number, id, at: time, moment)
        case .sent(let key, let time):
            guard let number = numbers[key], sentOnce.insert(number).inserted else { return }
            note(.sent, number, at: time)
        case .status: break
        case .cancelled(let key, let reason, let time):
            guard let number = numbers[key] else { return }
            settle(number)
            try ask(.broker(.cancelled(number, reason, at: time)), at: moment)
        case .rejected(let key, let reason, let time):
            guard let number = numbers[key] else { return }
            try reject(number, .brokerRejected, reason, at: time, moment)
        case .notSent(let key, let reason, let isFinal, let time):
            guard let number = numbers[key] else { return }
            if isFinal { return try reject(number, .notSendable, reason, at: time, moment) }
            breaker?.noteUnsent()
            try ask(.broker(.notSent(number, reason, at: time)), at: moment)
        case .modified(let key, let limit, let time):
            guard let number = numbers[key] else { return }
            try ask(.broker(.modified(number, limit: limit, at: time)), at: moment)
        case .modifyRefused(let key, let reason, _, let time):
            guard let number = numbers[key] else { return }
            repeatMove(of: number, after: reason, at: moment)
            try ask(.broker(.modifyRefused(number, reason, at: time)), at: moment)
        case .warning(let key, let reason, let time):
            guard let number = numbers[key] else { return }
            try ask(.broker(.warned(number, reason, at: time)), at: moment)
        case .cancelRefused(let key, let reason, let time):
            guard let number = numbers[key] else { return }
            cancelRetry_ms = min(cancelRetry_ms ?? .max, moment.uptime_ms + RebalanceMachine.cancelRetryWait_ms)
            try ask(.broker(.warned(number, reason, at: time)), at: moment)
        case .unknown(let key, let doubt, let time):
            guard let number = numbers[key] else { return }
            doubts.insert(number)
            doubtsDue_ms = moment.uptime_ms
            judge(doubt: doubt, about: number, at: moment)
            try ask(.broker(.doubted(number, doubt.reason, at: time)), at: moment)
        }
    }

    private static let cancelRetryWait_ms: Int64 = 2_000

    private mutating func acknowledge(
        _ number: OrderNumber, _ permanentID: Int64?, at time: Timestamp, _ moment: IBKRMoment
    ) throws {
        settle(number)
        if acknowledged.insert(number).inserted { note(.acknowledged, number, at: time) }
        noteVenueAnswer(at: moment)
        try ask(.broker(.acknowledged(number, venueOrderID: permanentID.map { "\($0)" }, at: time)), at: moment)
    }

    /// Something certain is known about the order again.
    private mutating func settle(_ number: OrderNumber) { doubts.remove(number) }

    mutating func reject(
        _ number: OrderNumber, _ status: StatusReason, _ reason: BrokerReason, at time: Timestamp, _ moment: IBKRMoment
    ) throws {
        settle(number)
        try ask(.broker(.rejected(number, status, reason, at: time)), at: moment)
        if status == .notSendable { noteDeadLetter(number, .notSendable, reason.text, at: moment) }
        if status == .brokerRejected { judge(refusal: reason, of: number, at: moment) }
        guard let order = engine.order(number) else { return }
        let code = reason.code.map { "\($0) " } ?? ""
        notify(
            .warning, status.rawValue,
            "\(name(of: order)) was refused: \(code)\(reason.text)", order: number, at: moment)
        if settings.stopsOnReject, case .working = phase { try beginCancelling(.otherRejected, at: moment) }
    }

    /// As an operator knows an order.
    func name(of order: OrderRecord) -> String {
        let ticker = engine.instruments[Int(order.terms.instrument.index)].ticker
        return "\(order.terms.side.code) \(order.terms.quantity) \(ticker)"
    }

    private mutating func note(_ stage: TimingRecord.Stage, _ number: OrderNumber, at time: Timestamp) {
        output.journal.broker.timings.append(TimingRecord(order: number, stage: stage, time: time))
    }

    // MARK: - Executions

    /// Holds executions until their contracts can be told; a commission must not overtake its execution.
    private mutating func takeExecution(_ report: BrokerReport, at moment: IBKRMoment) throws {
        if !heldReports.isEmpty || needsContracts(report) {
            heldReports.append(report)
        } else {
            try book(report, at: moment)
        }
    }

    private func needsContracts(_ report: BrokerReport) -> Bool {
        switch (report, phase) {
        case (.execution(let execution), .connecting), (.correction(let execution, _), .connecting),
            (.execution(let execution), .resolving), (.correction(let execution, _), .resolving):
            if case .own(let key) = execution.owner, numbers[key] != nil { return false }
            return instrument(of: execution) == nil
        default: return false
        }
    }

    /// Contracts are known as far as they will be.
    mutating func bookHeldReports(at moment: IBKRMoment) throws {
        let held = heldReports
        heldReports = []
        for report in held { try book(report, at: moment) }
    }

    private mutating func book(_ report: BrokerReport, at moment: IBKRMoment) throws {
        switch report {
        case .execution(let execution):
            // A fill may make an algorithm order more, and with that its commission be taken up before anything follows here.
            noteFill(of: execution, at: moment)
            try ask(.broker(.executed(converted(execution))), at: moment)
        case .correction(let execution, let old):
            try ask(.broker(.corrected(converted(execution), replaces: old)), at: moment)
        case .commission(let commission):
            if commission.currency != goal.currency.description {
                notify(
                    .warning, "commission_currency",
                    "the commission of execution \(commission.execution) is in \(commission.currency), which is not the "
                        + "account's \(goal.currency); it is booked when the cash is reconciled", at: moment)
            } else {
                uncommissioned.remove(commission.execution)
                try ask(.broker(.commission(commission.execution, commission.amount, at: moment.time)), at: moment)
                output.journal.broker.profits.append(
                    BrokerProfitRecord(
                        execution: commission.execution, realized: commission.realizedProfit, time: moment.time))
            }
        default: break
        }
    }

    private mutating func noteFill(of execution: BrokerExecution, at moment: IBKRMoment) {
        guard case .own(let key) = execution.owner, let number = numbers[key] else { return }
        uncommissioned.insert(execution.id)
        if filledOnce.insert(number).inserted { note(.firstFill, number, at: moment.time) }
        note(.lastFill, number, at: moment.time)
        settle(number)
    }

    private mutating func converted(_ execution: BrokerExecution) -> AccountExecution {
        var order: OrderNumber?
        if case .own(let key) = execution.owner { order = numbers[key] }
        let known = instrument(of: execution) ?? order.flatMap { engine.order($0)?.terms.instrument }
        return AccountExecution(
            id: execution.id, order: order, instrument: known ?? addInstrument(execution.contract),
            side: execution.side, quantity: execution.quantity, price: execution.price,
            time: execution.time ?? execution.receivedAt)
    }

    private func instrument(of execution: BrokerExecution) -> InstrumentID? {
        execution.instrument ?? execution.contract.contractID.flatMap { instrumentsByContract[$0] }
            ?? instrument(named: RebalanceMachine.ticker(of: execution.contract))
    }

    func instrument(named ticker: String) -> InstrumentID? {
        engine.instruments.firstIndex { $0.ticker == ticker }.map { InstrumentID($0) }
    }

    /// Something that is held or was traded and is in no list of ours.
    mutating func addInstrument(_ contract: BrokerContractName) -> InstrumentID {
        let instrument = Instrument(ticker: RebalanceMachine.ticker(of: contract))
        let id = engine.add(instrument)
        if let contractID = contract.contractID { instrumentsByContract[contractID] = id }
        newInstruments.append(instrument)
        return id
    }

    /// How the service names a contract: a stock by its symbol with a dot before the class, others by the venue's local symbol.
    static func ticker(of contract: BrokerContractName) -> String {
        if contract.kind == "STK" { return contract.symbol.split(separator: " ").joined(separator: ".") }
        return contract.localSymbol.isEmpty ? "\(contract.kind) \(contract.symbol)" : contract.localSymbol
    }

    // MARK: - Connection

    private mutating func take(_ connectivity: BrokerConnectivity, at moment: IBKRMoment) throws {
        switch connectivity {
        case .ready:
            guard let since = awaySince_ms else { return }
            awaySince_ms = nil
            nextAlert_ms = nil
            doubtsDue_ms = moment.uptime_ms
            try askUnanswered(at: moment)
            // Cancels may have been lost with the connection.
            cancelRetry_ms = moment.uptime_ms
            notify(
                .info, "broker_back", "the broker is back after \((moment.uptime_ms - since) / 1_000) s", at: moment)
        case .synchronizing: break
        case .disconnected, .gatewayOnly:
            try takeBackPreview()
            // Before the first connection there is nothing to miss.
            guard awaySince_ms == nil, isUnderWay else { return }
            awaySince_ms = moment.uptime_ms
            judgeDisconnect(at: moment)
            nextAlert_ms = moment.uptime_ms + settings.alertInterval_ms
            notify(
                .critical, "broker_away",
                "the broker is away: nothing is sent, \(engine.openOrderCount()) open orders are not certain",
                at: moment)
        case .failed(let why): try fail(why, at: moment)
        }
    }

    private var isUnderWay: Bool {
        switch phase {
        case .idle, .connecting, .done: false
        default: true
        }
    }

    mutating func alertIfAway(at moment: IBKRMoment) {
        guard let since = awaySince_ms, let due = nextAlert_ms, due <= moment.uptime_ms else { return }
        nextAlert_ms = moment.uptime_ms + settings.alertInterval_ms
        notify(
            .critical, "broker_away",
            "the broker has been away for \((moment.uptime_ms - since) / 1_000) s; nothing is sent", at: moment)
    }
}

extension BrokerDoubt {
    /// The doubt in words, for the journal.
    var reason: BrokerReason {
        switch self {
        case .connectionLost: BrokerReason(code: nil, text: "the connection ended before an answer came")
        case .noAnswer: BrokerReason(code: nil, text: "no answer came in time")
        case .code(let reason): reason
        case .inactive: BrokerReason(code: nil, text: "the broker calls it inactive and does not say why")
        case .cancelledByPreset: BrokerReason(code: nil, text: "reported cancelled after a preset changed it")
        case .vanished: BrokerReason(code: nil, text: "the broker's complete lists do not show it")
        case .several(let ids):
            BrokerReason(
                code: nil, text: "several orders have its key: \(ids.map { "\($0)" }.joined(separator: ", "))")
        }
    }
}
