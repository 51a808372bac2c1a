import BrokerAdapters
import TradingModel

/// The way of a message out, through the faults that are asked for.
extension SimulatedGateway {
    mutating func send(_ message: TWSMessage, to id: ConnectionID) {
        guard let place = place(of: id), connections[place].phase != .closed, let codec = connections[place].codec
        else { return }
        // A message that the client's version cannot carry is not for it.
        guard let bytes = try? codec.encode(message) else { return }
        send(bytes, message.kind, place)
    }

    mutating func sendError(_ refusal: GatewayRefusal, about id: Int32?, to connection: ConnectionID) {
        send(
            .error(
                TWSErrorMessage {
                    $0.id = id; $0.code = refusal.code; $0.text = refusal.text
                }), to: connection)
    }

    /// A message that comes so much later than the one before it, and with it everything behind it.
    mutating func sendLate(_ message: TWSMessage, _ ms: Int64, to id: ConnectionID) {
        guard let place = place(of: id), connections[place].phase != .closed, let codec = connections[place].codec,
            let bytes = try? codec.encode(message)
        else { return }
        connections[place].append(bytes, delay_ms: ms)
    }

    /// To every client that has begun a session.
    mutating func broadcast(_ message: TWSMessage) {
        for id in connections.filter({ $0.clientID != nil }).map(\.id) { send(message, to: id) }
    }

    private mutating func send(_ bytes: [UInt8], _ kind: GatewayMessageKind, _ place: Int) {
        let clientID = connections[place].clientID
        if takeFault(clientID, { $0 == .omit(kind) || $0 == .omit(.any) }) { return }
        if takeFault(clientID, { $0 == .reorder(kind) || $0 == .reorder(.any) }), connections[place].heldBack == nil {
            connections[place].heldBack = bytes
            return
        }
        let isDoubled = takeFault(clientID) { $0 == .duplicate(kind) || $0 == .duplicate(.any) }
        release(bytes, place)
        if isDoubled { release(bytes, place) }
        if let held = connections[place].heldBack {
            connections[place].heldBack = nil
            release(held, place)
        }
    }

    /// Gives a message out, or the part of it that a cut lets through.
    mutating func release(_ bytes: [UInt8], _ place: Int) {
        guard connections[place].phase != .closed else { return }
        let clientID = connections[place].clientID
        var bytes = bytes
        var isCut = false
        for index in faults.indices where faults[index].concerns(clientID) {
            switch faults[index].fault {
            case .cutAfterBytesSent(let left) where left <= bytes.count:
                bytes = Array(bytes.prefix(left))
                isCut = true
            case .cutAfterBytesSent(let left): faults[index].fault = .cutAfterBytesSent(left - bytes.count)
            case .cutAfterMessages(let left) where left <= 1: isCut = true
            case .cutAfterMessages(let left): faults[index].fault = .cutAfterMessages(left - 1)
            default: continue
            }
            break
        }
        connections[place].append(bytes, delay_ms: delay_ms(clientID))
        guard isCut else { return }
        takeFault(clientID) { $0.isCutOfOutput }
        connections[place].close()
    }

    private func delay_ms(_ clientID: Int32?) -> Int64 {
        for order in faults where order.concerns(clientID) {
            if case .delay(let ms) = order.fault { return ms }
        }
        return 0
    }

    /// Removes the first fault for a client that fits; false when there is none.
    @discardableResult
    mutating func takeFault(_ clientID: Int32?, _ isWanted: (GatewayFault) -> Bool) -> Bool {
        guard !faults.isEmpty,
            let index = faults.firstIndex(where: { $0.concerns(clientID) && isWanted($0.fault) })
        else { return false }
        faults.remove(at: index)
        return true
    }
}

extension GatewayFault {
    fileprivate var isCutOfOutput: Bool {
        switch self {
        case .cutAfterBytesSent, .cutAfterMessages: true
        default: false
        }
    }
}

extension TWSMessage {
    fileprivate var kind: GatewayMessageKind {
        switch self {
        case .openOrder: .openOrder
        case .orderStatus: .orderStatus
        case .executionDetails: .execDetails
        case .commissionReport: .commissionReport
        case .error: .error
        case .position: .position
        case .positionEnd: .positionEnd
        case .openOrderEnd: .openOrderEnd
        case .executionDetailsEnd: .execDetailsEnd
        case .completedOrder: .completedOrder
        case .completedOrdersEnd: .completedOrdersEnd
        case .nextValidID: .nextValidId
        default: .any
        }
    }
}
