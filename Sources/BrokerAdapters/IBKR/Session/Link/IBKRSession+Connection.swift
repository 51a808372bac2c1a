import TradingModel

/// Opening, losing and making connections anew. Only one is ever open or being opened (failure catalogue, 11).
extension IBKRSession {
    mutating func connect(at moment: IBKRMoment) {
        switch state {
        case .disconnected, .failed: break
        default: return
        }
        failedTries = 0
        clientIDRefusals = 0
        open(at: moment)
    }

    /// Ends the session; what has not left never will.
    mutating func disconnect() {
        guard state != .disconnected else { return }
        leave(.closed("asked for"))
        cancelTimer(.backoff)
        enter(.disconnected)
    }

    mutating func retry(at moment: IBKRMoment) {
        guard case .backingOff = state else { return }
        open(at: moment)
    }

    private mutating func open(at moment: IBKRMoment) {
        connection += 1
        decoder = TWSFrameDecoder()
        pacer = IBKRPacer(configuration.pacing)
        desk.reset()
        note(.connecting(attempt: failedTries + 1))
        enter(.connecting(IBKRAttempt(connection: connection)))
        setTimer(.step, at_ms: moment.uptime_ms + configuration.stepTimeout_ms)
        outputs.append(.openTransport(connection: connection, port: port))
    }

    mutating func opened(_ number: Int64, at moment: IBKRMoment) {
        guard case .connecting(let attempt) = state, attempt.connection == number else { return }
        do throws(TWSFrameError) {
            outputs.append(.send(connection: number, try TWSClientHello().bytes))
        } catch {
            return fail(.notEncodable("\(error)"))
        }
        enter(.handshaking(attempt))
        setTimer(.step, at_ms: moment.uptime_ms + configuration.stepTimeout_ms)
    }

    mutating func closed(_ number: Int64, _ why: String, at moment: IBKRMoment) {
        guard state.connection == number else { return }
        backOff(.closed(why), isOpen: false, at: moment)
    }

    mutating func stepTimedOut(at moment: IBKRMoment) {
        switch state {
        case .connecting: reconnect(.noAnswer(during: "connecting"), at: moment)
        case .handshaking: reconnect(.noAnswer(during: "the handshake"), at: moment)
        case .starting: reconnect(.noAnswer(during: "the start of the session"), at: moment)
        default: break
        }
    }

    /// Closes the connection and makes a new one after a while.
    mutating func reconnect(_ reason: IBKRDisconnectReason, at moment: IBKRMoment) {
        guard state.connection != nil else { return }
        backOff(reason, isOpen: true, at: moment)
    }

    /// Closes the connection for good.
    mutating func fail(_ failure: IBKRSessionFailure) {
        leave(.closed(failure.description))
        enter(.failed(failure))
    }

    private mutating func backOff(_ reason: IBKRDisconnectReason, isOpen: Bool, at moment: IBKRMoment) {
        leave(reason, isOpen: isOpen)
        failedTries += 1
        let delay = configuration.backoff.delay_ms(attempt: failedTries, random: moment.random)
        let until = moment.uptime_ms + delay
        note(.retrying(reason, after_ms: delay))
        enter(.backingOff(IBKRPause(attempt: failedTries + 1, until_ms: until, reason: reason)))
        setTimer(.backoff, at_ms: until)
    }

    /// Gives up everything that belongs to the connection: questions, and messages that have not left.
    private mutating func leave(_ reason: IBKRDisconnectReason, isOpen: Bool = true) {
        let wasStarted = state.link != nil
        if isOpen, let number = state.connection { outputs.append(.closeTransport(connection: number)) }
        for timer in [IBKRTimer.step, .heartbeat, .pacing, .queryRetry, .executionPoll, .connectivity] {
            cancelTimer(timer)
        }
        probedAt_ms = nil
        failQuestions(.disconnected)
        for message in pacer.removeAll() where !message.label.isQuestion {
            outputs.append(.event(.dropped(message.label, why: "disconnected")))
        }
        if wasStarted { outputs.append(.event(.connectionLost(reason))) }
    }
}
