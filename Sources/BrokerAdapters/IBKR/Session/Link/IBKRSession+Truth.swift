import TradingModel

/// What is asked after every connection, and again and again; protocol page, section 10.
extension IBKRSession {
    /// Asks everything; the session is ready when all of it is known (failure catalogue, 1).
    mutating func synchronize(_ link: IBKRLink, at moment: IBKRMoment) {
        desk.forgetAnswers()
        enter(.synchronizing(link))
        ask(IBKRQueryKind.allCases, at: moment)
    }

    mutating func loseConnectivity(_ link: IBKRLink, at moment: IBKRMoment) {
        failQuestions(.connectivityLost)
        desk.forgetAnswers()
        for timer in [IBKRTimer.queryRetry, .executionPoll] { cancelTimer(timer) }
        for message in pacer.removeAll() where !message.label.isQuestion {
            outputs.append(.event(.dropped(message.label, why: "the gateway has no connection to IBKR")))
        }
        enter(.lostConnectivity(link))
        setTimer(.connectivity, at_ms: moment.uptime_ms + configuration.connectivityPatience_ms)
    }

    /// Fills of the time without connectivity are not always delivered: everything is asked, whatever state this is.
    mutating func regainConnectivity(_ link: IBKRLink, at moment: IBKRMoment) {
        cancelTimer(.connectivity)
        cancelTimer(.executionPoll)
        synchronize(link, at: moment)
    }

    mutating func ask(_ kinds: [IBKRQueryKind], at moment: IBKRMoment) {
        guard state.canAsk else { return }
        for kind in kinds {
            guard state.canAsk else { return }
            ask(kind, at: moment)
        }
    }

    private mutating func ask(_ kind: IBKRQueryKind, at moment: IBKRMoment) {
        if desk.isPending(kind) { return desk.wantAgain(kind) }
        // The end of the list that was given up could be taken for the end of this one.
        if desk.isUnended(kind) { return reconnect(.unendedList(kind), at: moment) }
        var requestID: Int32?
        if kind.isNumbered {
            guard let id = takeIdentifier() else { return fail(.identifiersExhausted) }
            requestID = id
        }
        desk.begin(kind, requestID: requestID, at: moment)
        add(IBKROutgoing(label: .list(kind), priority: .query, request: request(kind, requestID ?? 0)), at: moment)
    }

    /// The request left; from now on its answer is waited for.
    mutating func asked(_ kind: IBKRQueryKind, at moment: IBKRMoment) {
        desk.markLeft(kind)
        setTimer(.query(kind), at_ms: moment.uptime_ms + configuration.queryTimeout_ms)
    }

    private func request(_ kind: IBKRQueryKind, _ id: Int32) -> TWSRequest {
        switch kind {
        case .openOrders: .reqAllOpenOrders(TWSReqAllOpenOrders())
        case .completedOrders: .reqCompletedOrders(TWSReqCompletedOrders())
        case .executions: .reqExecutions(TWSReqExecutions { $0.requestID = id })
        case .positions: .reqPositions(TWSReqPositions())
        case .accountSummary:
            .reqAccountSummary(
                TWSReqAccountSummary {
                    $0.requestID = id
                    $0.tags = configuration.summaryTags
                })
        }
    }

    // MARK: - Answers

    mutating func end(_ kind: IBKRQueryKind, requestID: Int32?, at moment: IBKRMoment) {
        guard let (answer, isWantedAgain) = desk.end(kind, requestID: requestID) else { return }
        cancelTimer(.query(kind))
        cancelSubscription(kind, requestID, at: moment)
        outputs.append(.event(.answered(answer)))
        if isWantedAgain { ask(kind, at: moment) }
        if kind == .executions { schedulePoll(at: moment) }
        becomeReady(at: moment)
    }

    /// Positions and the summary would go on; the next question is to have a list of its own.
    private mutating func cancelSubscription(_ kind: IBKRQueryKind, _ id: Int32?, at moment: IBKRMoment) {
        switch kind {
        case .positions: add(.query(.cancelPositions(TWSCancelPositions())), at: moment)
        case .accountSummary:
            guard let id else { return }
            add(.query(.cancelAccountSummary(TWSCancelAccountSummary { $0.requestID = id })), at: moment)
        default: break
        }
    }

    private mutating func becomeReady(at moment: IBKRMoment) {
        guard case .synchronizing(let link) = state, desk.isIdle, desk.knowsEverything else { return }
        failedTries = 0
        cancelTimer(.queryRetry)
        enter(.ready(link))
        schedulePoll(at: moment)
    }

    mutating func fail(_ kind: IBKRQueryKind, _ failure: IBKRQueryFailure, at moment: IBKRMoment) {
        guard let answer = desk.fail(kind, failure) else { return }
        cancelTimer(.query(kind))
        report(answer)
        guard state.canAsk else { return }
        setTimer(.queryRetry, at_ms: moment.uptime_ms + configuration.queryRetry_ms)
    }

    mutating func failQuestions(_ failure: IBKRQueryFailure) {
        for answer in desk.failAll(failure) {
            cancelTimer(.query(answer.kind))
            report(answer)
        }
    }

    private mutating func report(_ answer: IBKRAnswer) {
        if let failure = answer.failure { note(.queryFailed(answer.kind, failure)) }
        outputs.append(.event(.answered(answer)))
    }

    mutating func askFailed(at moment: IBKRMoment) {
        ask(IBKRQueryKind.allCases.filter(desk.failed.contains), at: moment)
    }

    // MARK: - Executions, again and again

    /// Heartbeats may be healthy while fills vanish (failure catalogue, 10).
    mutating func pollExecutions(at moment: IBKRMoment) {
        guard state.isReady else { return }
        ask([.executions], at: moment)
        schedulePoll(at: moment)
    }

    mutating func hastenExecutions(at moment: IBKRMoment) {
        guard state.isReady, let due = deadline_ms(of: .executionPoll) else { return }
        setTimer(.executionPoll, at_ms: min(due, moment.uptime_ms + 1_000))
    }

    private mutating func schedulePoll(at moment: IBKRMoment) {
        guard state.isReady else { return }
        setTimer(.executionPoll, at_ms: moment.uptime_ms + configuration.executionPoll_ms)
    }
}
