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
            // A switch keeps orders back and nothing else, so what leaves is of one kind.
            if let last = labels.last, last.isOrder != message.label.isOrder {
                leave(bytes, labels, on: link.connection, at: moment)
                (bytes, labels) = ([], [])
            }
            do throws(TWSWireError) {
                try codec.encode(message.request, into: &bytes)
                labels.append(message.label)
            } catch {
                note(.notWritable(error))
                outputs.append(.event(.dropped(message.label, why: error.description)))
            }
        }
        if !labels.isEmpty { leave(bytes, labels, on: link.connection, at: moment) }
        if let delay = pacer.delay_ms(at: moment.uptime_ms) {
            setTimer(.pacing, at_ms: moment.uptime_ms + max(delay, 1))
        } else {
            cancelTimer(.pacing)
        }
    }

    /// Messages of one kind.
    private mutating func leave(
        _ bytes: [UInt8], _ labels: [IBKROutgoing.Label], on connection: Int64, at moment: IBKRMoment
    ) {
        let areOrders = labels.first?.isOrder ?? false
        outputs.append(
            areOrders
                ? .sendOrders(connection: connection, bytes, labels) : .send(connection: connection, bytes))
        for label in labels { left(label, at: moment) }
    }

    /// Takes back what waits, with the cancels that wait behind it.
    mutating func withdraw(_ keys: [OrderKey], _ why: String, at moment: IBKRMoment) {
        let meant = Set(keys)
        for message in pacer.removeOrders(where: { $0.label.key.map(meant.contains) ?? false }) {
            outputs.append(.event(.dropped(message.label, why: why)))
        }
        pump(at: moment)
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
