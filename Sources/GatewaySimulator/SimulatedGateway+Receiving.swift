import BrokerAdapters
import TradingModel

/// The way of a client's bytes in: handshake, session, dispatch.
extension SimulatedGateway {
    /// Bytes have come on a connection.
    public mutating func received(_ bytes: some Collection<UInt8>, on id: ConnectionID) throws {
        guard let place = place(of: id), connections[place].phase != .closed else { return }
        let limit = takeCut(bytes.count, connections[place].clientID)
        connections[place].decoder.append(bytes.prefix(limit ?? bytes.count))
        while let payload = nextPayload(id) { try take(payload, from: id) }
        if limit != nil, let place = self.place(of: id) { connections[place].close() }
    }

    /// How much a fault lets through of so many bytes before it breaks the connection; nil where none does.
    private mutating func takeCut(_ count: Int, _ clientID: Int32?) -> Int? {
        for index in faults.indices where faults[index].concerns(clientID) {
            guard case .cutAfterBytesReceived(let left) = faults[index].fault else { continue }
            if left <= count {
                faults.remove(at: index)
                return left
            }
            faults[index].fault = .cutAfterBytesReceived(left - count)
        }
        return nil
    }

    /// The next whole frame; a stream that is no sequence of frames ends the connection.
    private mutating func nextPayload(_ id: ConnectionID) -> [UInt8]? {
        guard let place = place(of: id), connections[place].phase != .closed else { return nil }
        do throws(TWSFrameError) {
            return try connections[place].decoder.next()
        } catch {
            connections[place].close()
            return nil
        }
    }

    private mutating func take(_ payload: [UInt8], from id: ConnectionID) throws {
        guard let place = place(of: id) else { return }
        guard let codec = connections[place].codec else { return greet(payload, place) }
        if isTooFast(place) {
            sendError(GatewayRefusal(100, "Max rate of messages per second has been exceeded"), about: nil, to: id)
        }
        let request: TWSRequest
        do throws(TWSWireError) {
            request = try codec.decodeRequest(payload)
        } catch {
            let refusal = GatewayRefusal(320, "Error reading request. \(error.problem) in field \(error.field)")
            return sendError(refusal, about: Self.orderID(of: payload), to: id)
        }
        try perform(request, id)
    }

    /// The id of an order that could not be read.
    private static func orderID(of payload: [UInt8]) -> Int32? {
        let fields = payload.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3, fields[0].elementsEqual("3".utf8) else { return nil }
        return Int32(String(decoding: fields[1], as: UTF8.self))
    }

    private mutating func isTooFast(_ place: Int) -> Bool {
        guard let limit = settings.messagesPerSecond else { return false }
        let second = wallTime.adding(ms: -1_000)
        connections[place].arrivals.removeAll { $0 <= second }
        connections[place].arrivals.append(wallTime)
        return connections[place].arrivals.count > limit
    }

    // MARK: - Handshake

    private mutating func greet(_ payload: [UInt8], _ place: Int) {
        guard let hello = try? TWSClientHello(payload: payload),
            let version = hello.negotiated(with: settings.newestVersion),
            let time = time.text(clock, .newest),
            let answer = try? TWSServerHello(version: version, time: "\(time)").bytes
        else { return connections[place].close() }
        connections[place].codec = TWSCodec(version: version)
        connections[place].phase = .greeted
        release(answer, place)
    }

    private mutating func start(_ clientID: Int32, _ id: ConnectionID) {
        guard let place = place(of: id), connections[place].phase == .greeted else { return }
        guard connection(of: clientID) == nil else {
            let refusal = GatewayRefusal(
                326, "Unable to connect as the client id is already in use. Retry with a unique client id.")
            sendError(refusal, about: nil, to: id)
            return connections[place].close()
        }
        connections[place].phase = .ready(clientID: clientID)
        send(.managedAccounts(TWSManagedAccounts { $0.list = settings.account }), to: id)
        sendNextID(id)
        for (code, text) in [
            (Int32(2104), "Market data farm connection is OK:simulated"),
            (2106, "HMDS data farm connection is OK:simulated"), (2158, "Sec-def data farm connection is OK:simulated"),
        ] { sendError(GatewayRefusal(code, text), about: nil, to: id) }
        if isConnectivityLost { sendError(.connectivityLost, about: nil, to: id) }
        sendOpenOrders(to: id) { $0.clientID == clientID }
    }

    mutating func sendNextID(_ id: ConnectionID) {
        guard let place = place(of: id), let clientID = connections[place].clientID else { return }
        let next = max(settings.firstOrderID, (highestIDs[clientID] ?? 0) &+ 1)
        send(.nextValidID(TWSNextValidID { $0.orderID = next }), to: id)
    }

    // MARK: - Dispatch

    private mutating func perform(_ request: TWSRequest, _ id: ConnectionID) throws {
        if case .startAPI(let start) = request { return self.start(start.clientID, id) }
        guard let place = place(of: id), connections[place].clientID != nil else { return }
        if isConnectivityLost, request.changesOrders {
            waiting.append((id, request))
            return
        }
        if try performOrderRequest(request, id) { return }
        if try performAccountRequest(request, id) { return }
        performDataRequest(request, id)
    }

    /// Requests that waited for the connectivity.
    mutating func performWaiting() throws {
        let requests = waiting
        waiting = []
        for (id, request) in requests { try perform(request, id) }
    }

    private mutating func performOrderRequest(_ request: TWSRequest, _ id: ConnectionID) throws -> Bool {
        switch request {
        case .placeOrder(let place): try placeOrder(place, id)
        case .cancelOrder(let cancel): try cancelOrder(cancel.orderID, id)
        case .reqGlobalCancel: try cancelEverything()
        case .reqIDs: sendNextID(id)
        case .reqOpenOrders:
            let clientID = place(of: id).flatMap { connections[$0].clientID }
            sendOpenOrders(to: id) { $0.clientID == clientID }
            send(.openOrderEnd(TWSOpenOrderEnd()), to: id)
        case .reqAllOpenOrders: sendAllOpenOrders(id)
        case .reqAutoOpenOrders: break
        case .reqCompletedOrders: sendCompletedOrders(id)
        case .reqExecutions(let request): sendExecutions(request, id)
        default: return false
        }
        return true
    }
}

extension TWSRequest {
    /// Whether it waits while the connectivity is lost.
    fileprivate var changesOrders: Bool {
        switch self {
        case .placeOrder, .cancelOrder, .reqGlobalCancel: true
        default: false
        }
    }
}

extension GatewayRefusal {
    static let connectivityLost = GatewayRefusal(
        1100, "Connectivity between IBKR and Trader Workstation has been lost.")
}
