import TradingModel

/// What leaves, and when; the heartbeat.
extension IBKRSession {
    /// Takes messages from above. New orders and changes need a session that is ready, the rest one that has begun.
    mutating func send(_ messages: [IBKROutgoing], at moment: IBKRMoment) {
        for message in messages {
            if let refusal = refusal(of: message) {
                outputs.append(.event(.dropped(message.label, why: refusal)))
            } else {
                pacer.add(queued(message))
            }
        }
        pump(at: moment)
    }

    private func refusal(of message: IBKROutgoing) -> String? {
        switch message.label {
        case .order, .modify, .preview: state.isReady ? nil : "the session is not ready"
        case .query, .list: state.canAsk ? nil : "the session is not ready"
        case .cancel, .globalCancel:
            switch state {
            case .synchronizing, .ready, .lostConnectivity: nil
            default: "the session is not connected"
            }
        }
    }

    /// A cancel must not overtake its own order.
    private func queued(_ message: IBKROutgoing) -> IBKROutgoing {
        guard case .cancel(let key) = message.label, pacer.contains(.order(key)) || pacer.contains(.modify(key)) else {
            return message
        }
        var patient = message
        patient.priority = .order
        return patient
    }

    mutating func add(_ message: IBKROutgoing, at moment: IBKRMoment) {
        pacer.add(message)
        pump(at: moment)
    }

    /// Lets leave what may.
    mutating func pump(at moment: IBKRMoment) {
        guard let link = state.link else { return }
        let codec = TWSCodec(version: link.version)
        var bytes: [UInt8] = []
        var labels: [IBKROutgoing.Label] = []
        while let message = pacer.next(at: moment.uptime_ms) {
            do throws(TWSWireError) {
                try codec.encode(message.request, into: &bytes)
                labels.append(message.label)
            } catch {
                note(.notWritable(error))
                outputs.append(.event(.dropped(message.label, why: error.description)))
            }
        }
        if !bytes.isEmpty { outputs.append(.send(connection: link.connection, bytes)) }
        for label in labels { left(label, at: moment) }
        if let delay = pacer.delay_ms(at: moment.uptime_ms) {
            setTimer(.pacing, at_ms: moment.uptime_ms + max(delay, 1))
        } else {
            cancelTimer(.pacing)
        }
    }

    private mutating func left(_ label: IBKROutgoing.Label, at moment: IBKRMoment) {
        switch label {
        case .list(let kind): asked(kind, at: moment)
        case .query: break
        case .order, .modify, .cancel, .globalCancel, .preview: outputs.append(.event(.sent(label)))
        }
    }

    // MARK: - Heartbeat

    /// Silence is normal in the protocol; a gateway that does not answer the question for its time is gone.
    mutating func beat(at moment: IBKRMoment) {
        guard state.link != nil else { return }
        let now = moment.uptime_ms
        if let probed = probedAt_ms, now - probed >= configuration.heartbeat_ms {
            return reconnect(.silence, at: moment)
        }
        if probedAt_ms == nil, now - lastHeard_ms >= configuration.heartbeat_ms {
            probedAt_ms = now
            add(
                IBKROutgoing(label: .query, priority: .cancel, request: .reqCurrentTime(TWSReqCurrentTime())),
                at: moment)
        }
        let next = max((probedAt_ms ?? lastHeard_ms) + configuration.heartbeat_ms, now + 1)
        setTimer(.heartbeat, at_ms: next)
    }
}
