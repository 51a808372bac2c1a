import BrokerAdapters
import OrderRouting
import TradingModel

/// The circuit breaker of the venue: what counts against it, and what it lets through.
extension RebalanceMachine {
    /// Sends what is planned and may leave.
    mutating func release(at moment: IBKRMoment) throws {
        advanceBreaker(at: moment)
        switch breaker?.permit {
        case nil, .everything: try ask(.release(at: moment.time, through: lastRecorded), at: moment)
        case .nothing: break
        case .probes(let count):
            try ask(.release(at: moment.time, through: lastRecorded, atMost: count), at: moment)
        }
        tellOfFullPlaces()
    }

    /// Says once why orders wait though nothing is wrong.
    private mutating func tellOfFullPlaces() {
        guard !hasToldOfFullPlaces, let most = engine.reachedOpenOrders else { return }
        hasToldOfFullPlaces = true
        say(
            "\(most) orders are open, as many as risk.max_open_orders allows; waiting until some have ended: \(engine.plannedOrderCount)"
        )
    }

    /// Whether an order that never arrived may be sent once more now.
    var mayResend: Bool { !hasMissedMessage && breaker.map { $0.permit != .nothing } ?? true }

    /// When the breaker lets probes through, on the clock that never goes back; nil where nothing waits for that.
    var breakerDue_ms: Int64? {
        guard isWorking, broker.state.isReady, case .open(let until) = breaker?.state, let lastMoment else {
            return nil
        }
        return lastMoment.uptime_ms + max(0, until.ms - lastMoment.time.ms)
    }

    /// Why orders that were not sent end, where the session ends for this reason.
    func reasonOfUnsent(_ reason: StatusReason) -> StatusReason {
        guard reason == .timeout, let breaker, breaker.state != .closed else { return reason }
        return .breakerOpen
    }

    // MARK: - What happens

    /// The session begins: an open breaker of an earlier one still holds.
    mutating func tellBreaker(at moment: IBKRMoment) {
        advanceBreaker(at: moment)
        guard case .open(let until) = breaker?.state else { return }
        notify(
            .warning, "breaker_open",
            "the circuit breaker is open since an earlier session; nothing is sent before \(until)",
            at: moment)
    }

    private mutating func advanceBreaker(at moment: IBKRMoment) {
        guard breaker?.advance(to: moment.time) ?? false else { return }
        noteChange(.halfOpened, "probes may leave", at: moment)
        say("the circuit breaker is half-open: \(breaker?.rules.probes ?? 0) orders may leave as probes")
    }

    mutating func noteVenueAnswer(at moment: IBKRMoment) {
        guard breaker?.noteAnswer(at: moment.time) ?? false else { return }
        noteChange(.closed, "the venue answered", at: moment)
        notify(.info, "breaker_closed", "the circuit breaker is closed again: the broker answers", at: moment)
    }

    mutating func noteVenueError(_ detail: String, order: OrderNumber? = nil, at moment: IBKRMoment) {
        guard settings.isLive, breaker != nil else { return }
        output.journal.broker.breakerEvents.append(
            BreakerEventRecord(time: moment.time, kind: .error, order: order, detail: detail))
        guard breaker?.noteError(at: moment.time) ?? false, case .open(let until) = breaker?.state else { return }
        noteChange(.opened, detail, at: moment)
        notify(
            .critical, "breaker_open",
            "the circuit breaker opened, nothing is sent before \(until); the last error: \(detail)", at: moment)
    }

    private mutating func noteChange(_ kind: BreakerEventRecord.Kind, _ detail: String, at moment: IBKRMoment) {
        output.journal.broker.breakerEvents.append(
            BreakerEventRecord(time: moment.time, kind: kind, detail: detail))
        output.journal.broker.breaker = breaker?.record
    }

    // MARK: - What counts

    /// A refusal is an answer, unless it is the venue that is in trouble.
    mutating func judge(refusal reason: BrokerReason, of number: OrderNumber, at moment: IBKRMoment) {
        if TWSErrorClass.isVenueFault(code: reason.code) {
            noteVenueError("\(reason.code.map { "\($0) " } ?? "")\(reason.text)", order: number, at: moment)
        } else {
            noteVenueAnswer(at: moment)
        }
    }

    /// A connection that ended is one error, however many orders were on it.
    mutating func judge(doubt: BrokerDoubt, about number: OrderNumber, at moment: IBKRMoment) {
        switch doubt {
        // What a process that was killed had on record may never have left it; that is nobody's fault.
        case .noAnswer, .vanished:
            guard sentOnce.contains(number) || acknowledged.contains(number) else { return }
            noteVenueError(doubt.reason.text, order: number, at: moment)
        case .code(let reason) where TWSErrorClass.isVenueFault(code: reason.code):
            noteVenueError("\(reason.code.map { "\($0) " } ?? "")\(reason.text)", order: number, at: moment)
        case .connectionLost: break
        case .code, .inactive, .cancelledByPreset, .several: noteVenueAnswer(at: moment)
        }
    }

    /// The broker went away; that is an error where it left orders without an answer.
    mutating func judgeDisconnect(at moment: IBKRMoment) {
        let isAnythingUnanswered = engine.openOrders.contains {
            !$0.number.isOfEarlierRun && ($0.state == .submitted || $0.state == .unknown)
        }
        if isAnythingUnanswered { noteVenueError("the broker went away while orders were unanswered", at: moment) }
    }
}
