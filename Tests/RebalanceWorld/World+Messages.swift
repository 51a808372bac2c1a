import BrokerAdapters
import TradingModel

/// What is said on a connection, message by message: the auditor reads along, and the trouble of the plan happens to it.
extension World {
    /// Numbers of messages to the gateway.
    private enum Request {
        static let placeOrder = 3
        static let cancelOrder = 4
        static let executions = 7
        static let allOpenOrders = 16
        static let currentTime = 49
        static let globalCancel = 58
        static let positions = 61
        static let summary = 62
        static let completedOrders = 99
    }

    /// Numbers of messages to the client.
    private enum Message {
        static let orderStatus = 3
        static let error = 4
        static let openOrder = 5
        static let execution = 11
        static let openOrderEnd = 53
        static let commission = 59
        static let ends = [52, 53, 55, 57, 62, 64, 102]
    }

    // MARK: - To the gateway

    /// Sends bytes of the process; every whole message in them is looked at.
    mutating func send(_ bytes: [UInt8], _ connection: Int64) throws {
        guard let id = process?.links[connection], links[id] != nil else { return }
        links[id]?.requests.append(bytes)
        var carried: [UInt8] = []
        while let payload = try links[id]?.requests.next() {
            if links[id]?.hasGreeted == false {
                links[id]?.hasGreeted = true
                carried += TWSHandshake.prefix
            } else {
                try audit(payload)
                if try lose(payload, id) { continue }
            }
            carried += try TWSFrame.bytes(payload)
        }
        let tail = links[id]?.requests.pendingCount ?? 0
        carried += links[id]?.hasGreeted == true ? bytes.suffix(min(tail, bytes.count)) : bytes[...]
        carryToGateway(carried, id)
    }

    /// Nothing leaves without its commit before it, and nothing at all in a dry run.
    private mutating func audit(_ payload: [UInt8]) throws {
        let id = PayloadFields(payload, 1).id
        guard [Request.placeOrder, Request.cancelOrder, Request.globalCancel].contains(id) else { return }
        if process?.command.settings.isLive != true { violations.append("message \(id) left in a dry run") }
        guard id == Request.placeOrder, case .placeOrder(let order) = try World.codec.decodeRequest(payload) else {
            return
        }
        if order.order.whatIf { return audit(preview: order) }
        if previewIDs.contains(order.orderID) { violations.append("order id \(order.orderID) was that of a preview") }
        let key = order.order.orderRef
        if !committedKeys.contains(key) { violations.append("\(key) left before its commit") }
        auditSwitches(key)
        auditFlattening(order)
        auditExpiry(of: key)
        audit(changeOf: key, order)
        if order.orderID > committedMark {
            violations.append("\(key) left as \(order.orderID), beyond the mark \(committedMark) on record")
        }
    }

    /// A preview has an id of its own, and nothing that an order could be known by.
    private mutating func audit(preview: TWSPlaceOrder) {
        let id = preview.orderID
        if id > committedMark { violations.append("preview \(id) is beyond the mark \(committedMark) on record") }
        if !previewIDs.insert(id).inserted || sentQuantities[id] != nil {
            violations.append("preview \(id) has the id of another message")
        }
        if !preview.order.orderRef.isEmpty { violations.append("preview \(id) has the key \(preview.order.orderRef)") }
    }

    /// What is sent under the same id once more is a change: of the limit alone, and on record.
    private mutating func audit(changeOf key: String, _ order: TWSPlaceOrder) {
        guard let quantity = sentQuantities[order.orderID] else {
            sentQuantities[order.orderID] = order.order.totalQuantity
            return
        }
        changesSent += 1
        if order.order.totalQuantity != quantity {
            violations.append(
                "\(key) was \(quantity) and is changed to \(order.order.totalQuantity.map { "\($0)" } ?? "-")")
        }
        guard let limit = order.order.limitPrice, committedLimits[key]?.contains(limit) == true else {
            violations.append("a change of \(key) left before its commit")
            return
        }
    }

    static let codec = TWSCodec(version: .newest)

    /// Whether a message of the client is lost on its way, and answered with an error or not at all.
    private mutating func lose(_ payload: [UInt8], _ id: Int) throws -> Bool {
        let fields = PayloadFields(payload)
        switch fields.id {
        case Request.placeOrder where fields.number(1).map(previewIDs.contains) ?? false:
            if chance(.previewUnanswered) { return true }
            guard chance(.previewRefused) else { return false }
            try answer(201, "Order rejected - reason:the preview is refused", fields.number(1), id)
            return true
        case Request.placeOrder:
            if chance(.rateLimit) {
                let names = generator.chance(50)
                try answer(100, "Max rate of messages per second has been exceeded", names ? fields.number(1) : nil, id)
                return true
            }
            guard chance(.unknownCode) else { return false }
            try answer(generator.pick([9_999, 355, 460]), "the order was lost", fields.number(1), id)
            return true
        case Request.cancelOrder:
            guard chance(.rateLimit) else { return false }
            try answer(100, "Max rate of messages per second has been exceeded", nil, id)
            return true
        case Request.executions, Request.summary:
            if chance(.failedQuery) {
                try answer(322, "Error processing request", fields.number(2), id)
                return true
            }
            return chance(.unansweredQuery)
        case Request.allOpenOrders, Request.positions, Request.completedOrders:
            if fields.id == Request.allOpenOrders { links[id]?.openOrderLists += 1 }
            return chance(.unansweredQuery)
        case Request.currentTime: return chance(.unansweredQuery)
        default: return false
        }
    }

    private mutating func answer(_ code: Int32, _ text: String, _ about: Int32?, _ id: Int) throws {
        let message = TWSErrorMessage {
            $0.id = about
            $0.code = code
            $0.text = text
        }
        carryToClient(try World.codec.encode(.error(message)), id)
    }

    // MARK: - To the client

    /// Carries what the gateway says.
    mutating func say(_ bytes: [UInt8], _ id: Int) throws {
        guard links[id] != nil else { return }
        links[id]?.messages.append(bytes)
        var carried: [UInt8] = []
        while let payload = try links[id]?.messages.next() {
            let frame = try TWSFrame.bytes(payload)
            carried += trouble(frame, PayloadFields(payload), id)
            carried += releaseHeld(id)
        }
        carryToClient(carried, id)
    }

    /// What becomes of one message.
    private mutating func trouble(_ frame: [UInt8], _ fields: PayloadFields, _ id: Int) -> [UInt8] {
        if fields.id == Message.openOrderEnd { links[id]?.openOrderLists -= 1 }
        guard faults.isOn, faults.budget > 0, fields.id > 0 else { return frame }
        if chance(.brokenFrame) { return [0xFF] + frame.dropFirst() }
        if chance(.unknownMessage) { return World.unknownFrame + frame }
        if chance(.malformedMessage) { return World.withoutLastField(frame) }
        if isLost(fields, id) { return [] }
        if let preview = preview(frame, fields) { return trouble(preview: preview, frame, id) }
        if fields.id == Message.openOrder, links[id]?.openOrderLists == 0 { return frame + lie(about: frame) }
        if fields.id == Message.execution, isLive(fields), chance(.namelessExecution) { return nameless(frame) }
        if fields.id == Message.commission, chance(.lateCommission) {
            if generator.chance(50) { links[id]?.held.append((frame, generator.number(5...40))) }
            return []
        }
        // An execution that waits for its commission lets it pass.
        if fields.id == Message.execution, isLive(fields), chance(.earlyCommission) {
            links[id]?.held.append((frame, 6))
            return []
        }
        if isLive(fields), chance(.reorderedMessage) {
            links[id]?.held.append((frame, generator.number(1...3)))
            return []
        }
        return isLive(fields) && chance(.duplicateMessage) ? frame + frame : frame
    }

    private func preview(_ frame: [UInt8], _ fields: PayloadFields) -> TWSOpenOrder? {
        guard fields.id == Message.openOrder, !previewIDs.isEmpty,
            case .openOrder(let open) = try? World.codec.decodeMessage(Array(frame.dropFirst(TWSFrame.headerLength))),
            open.order.whatIf
        else { return nil }
        return open
    }

    private mutating func trouble(preview open: TWSOpenOrder, _ frame: [UInt8], _ id: Int) -> [UInt8] {
        if chance(.previewWithoutFigures) {
            var bare = open
            bare.state = TWSOrderState()
            bare.state.warningText = "the figures are missing"
            return (try? World.codec.encode(.openOrder(bare))) ?? frame
        }
        guard chance(.previewLate) else { return frame }
        let delay_ms = Int64(generator.number(1_000...20_000))
        after(delay_ms) { $0.carryToClient(frame, id) }
        return []
    }

    private mutating func isLost(_ fields: PayloadFields, _ id: Int) -> Bool {
        switch fields.id {
        case Message.execution: isLive(fields) && chance(.lostExecution)
        case Message.orderStatus: chance(.lostStatus)
        case Message.openOrder: (links[id]?.openOrderLists ?? 0) == 0 && chance(.lostStatus)
        case Message.error: (fields.number(2) ?? -1) > 0 && chance(.lostError)
        case _ where Message.ends.contains(fields.id): chance(.lostEndMarker)
        default: false
        }
    }

    /// Whether it is told unasked; what belongs to a list stays in its place.
    private func isLive(_ fields: PayloadFields) -> Bool {
        switch fields.id {
        case Message.execution: (fields.number(1) ?? -1) < 0
        case Message.orderStatus, Message.commission, Message.error: true
        default: false
        }
    }

    /// Messages whose turn it is after another one went.
    private mutating func releaseHeld(_ id: Int) -> [UInt8] {
        guard let held = links[id]?.held, !held.isEmpty else { return [] }
        links[id]?.held = held.filter { $0.after > 1 }.map { ($0.bytes, $0.after - 1) }
        return held.filter { $0.after <= 1 }.flatMap(\.bytes)
    }
}
