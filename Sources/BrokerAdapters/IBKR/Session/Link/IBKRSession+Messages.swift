import TradingModel

/// Messages of a session that has begun.
extension IBKRSession {
    mutating func read(_ payload: [UInt8], _ codec: TWSCodec, at moment: IBKRMoment) {
        do throws(TWSWireError) {
            take(try codec.decodeMessage(payload), at: moment)
        } catch {
            note(.malformed(error))
            for kind in desk.affected(byMessage: error.messageID) {
                fail(kind, .malformed(error.description), at: moment)
            }
        }
    }

    private mutating func take(_ message: TWSMessage, at moment: IBKRMoment) {
        see(message)
        switch message {
        case .managedAccounts(let accounts): take(accounts, at: moment)
        case .nextValidID(let next): take(next, at: moment)
        case .error(let error): take(error, at: moment)
        case .unknown(let id, let fields): note(.unknownMessage(id: id, fields: fields))
        default:
            collect(message)
            outputs.append(.event(.message(message)))
            finishList(message, at: moment)
        }
    }

    /// Ids that are in use must not be given out; protocol page, "Order id rules".
    private mutating func see(_ message: TWSMessage) {
        switch message {
        case .openOrder(let order): identifiers.see(order.orderID)
        case .orderStatus(let status): identifiers.see(status.orderID)
        case .executionDetails(let execution): if let id = execution.orderID { identifiers.see(id) }
        default: break
        }
    }

    private mutating func collect(_ message: TWSMessage) {
        // Orders are large; one that no list waits for is not taken out of its message.
        guard let kind = message.listKind, desk.isPending(kind) else { return }
        switch message {
        case .openOrder(let order): desk.add(order)
        case .completedOrder(let order): desk.add(order)
        case .executionDetails(let execution): if isOurs(execution.account) { desk.add(execution) }
        case .position(let position): if isOurs(position.account) { desk.add(position) }
        case .accountSummary(let value): if isOurs(value.account) { desk.add(value) }
        default: break
        }
    }

    /// A login may have several accounts; lists are about the configured one.
    private func isOurs(_ account: String) -> Bool { account == configuration.account }

    private mutating func finishList(_ message: TWSMessage, at moment: IBKRMoment) {
        switch message {
        case .openOrderEnd: end(.openOrders, requestID: nil, at: moment)
        case .completedOrdersEnd: end(.completedOrders, requestID: nil, at: moment)
        case .executionDetailsEnd(let end): self.end(.executions, requestID: end.requestID, at: moment)
        case .positionEnd: end(.positions, requestID: nil, at: moment)
        case .accountSummaryEnd(let end): self.end(.accountSummary, requestID: end.requestID, at: moment)
        default: break
        }
    }

    // MARK: - Errors

    private mutating func take(_ error: TWSErrorMessage, at moment: IBKRMoment) {
        if let id = error.id, let kind = desk.kind(of: id) {
            return fail(kind, .refused(code: error.code, text: error.text), at: moment)
        }
        switch error.classified(in: .none) {
        case .connectivity(let change): take(change, error, at: moment)
        case .connectionRefused: refuse(error, at: moment)
        case .pacing:
            note(.pacing(text: error.text))
            // The message that was one too many may have been an order.
            if error.id != nil { outputs.append(.event(.message(.error(error)))) }
            pacer.pause(until_ms: moment.uptime_ms + 1_000)
            pump(at: moment)
        case .notice: note(.gateway(code: error.code, text: error.text))
        default: outputs.append(.event(.message(.error(error))))
        }
    }

    private mutating func take(
        _ change: TWSErrorClass.Connectivity, _ error: TWSErrorMessage, at moment: IBKRMoment
    ) {
        note(.gateway(code: error.code, text: error.text))
        switch (change, state) {
        case (.portMoved, _):
            let moved = IBKRSession.port(in: error.text)
            if let moved { port = moved }
            reconnect(.portMoved(moved), at: moment)
        case (.lost, .starting(var starting)):
            starting.isConnectivityLost = true
            state = .starting(starting)
        case (.restored, .starting(var starting)):
            starting.isConnectivityLost = false
            state = .starting(starting)
        case (.lost, .synchronizing(let link)), (.lost, .ready(let link)): loseConnectivity(link, at: moment)
        case (.restored, .lostConnectivity(let link)), (.restored, .ready(let link)),
            (.restored, .synchronizing(let link)):
            regainConnectivity(link, at: moment)
        default: break
        }
    }

    private mutating func refuse(_ error: TWSErrorMessage, at moment: IBKRMoment) {
        switch error.code {
        case 326:
            clientIDRefusals += 1
            guard clientIDRefusals <= configuration.clientIDRetries else {
                return fail(.clientIDInUse(configuration.clientID))
            }
            reconnect(.clientIDInUse, at: moment)
        case 503: fail(.refused(code: error.code, text: error.text))
        default: reconnect(.refused(code: error.code, text: error.text), at: moment)
        }
    }

    /// The last number in a text such as `Please reconnect on the new port -4003`.
    static func port(in text: String) -> UInt16? {
        text.split { !$0.isASCII || !$0.isNumber }.last.flatMap { UInt16($0) }.flatMap { $0 > 0 ? $0 : nil }
    }
}

extension TWSMessage {
    /// The list that the message may be an item of.
    fileprivate var listKind: IBKRQueryKind? {
        switch self {
        case .openOrder: .openOrders
        case .completedOrder: .completedOrders
        case .executionDetails: .executions
        case .position: .positions
        case .accountSummary: .accountSummary
        default: nil
        }
    }
}
