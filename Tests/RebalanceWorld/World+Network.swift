import BrokerAdapters
import GatewaySimulator

/// Connections and the bytes on them.
extension World {
    /// How long bytes take in each direction.
    private static let latency_ms = 1...15

    private mutating func latency_ms() -> Int64 { Int64(generator.number(World.latency_ms)) }

    // MARK: - Opening

    mutating func openLink(_ connection: Int64) {
        guard let process else { return }
        linkCount += 1
        links[linkCount] = Link(id: linkCount, process: process.number, connection: connection)
        self.process?.links[connection] = linkCount
        let arrival = now_ms + latency_ms()
        if now_ms < gatewayAwayUntil_ms || chance(.refusedConnection) {
            queue.add(.refused(link: linkCount), at: arrival)
        } else {
            queue.add(.opened(link: linkCount), at: arrival)
        }
    }

    mutating func open(_ id: Int) throws {
        guard let link = links[id] else { return }
        gateway.opened(ConnectionID(id))
        links[id]?.isOpenAtGateway = true
        let isSilent = chance(.noLogin)
        links[id]?.isSilent = isSilent
        guard process?.number == link.process else { return }
        links[id]?.isOpenAtClient = true
        try feed(.transportOpened(connection: link.connection))
    }

    // MARK: - Carrying

    /// Carries bytes of the client, whole frames or what a dying process wrote of one.
    mutating func carryToGateway(_ bytes: [UInt8], _ id: Int) {
        guard let link = links[id], !link.isCut, !link.isSilent, !bytes.isEmpty else { return }
        let arrival = max(link.toGatewayUntil_ms, now_ms + latency_ms() + delay_ms())
        let isCut = chance(.cutToGateway)
        let carried = isCut ? Array(bytes.prefix(generator.number(0...bytes.count))) : bytes
        let last = enqueue(carried, from: arrival) { .toGateway(link: id, $0) }
        links[id]?.toGatewayUntil_ms = last
        if isCut { cut(id, after_ms: last) }
    }

    mutating func carryToClient(_ bytes: [UInt8], _ id: Int) {
        guard let link = links[id], !link.isCut, !link.isSilent, !bytes.isEmpty else { return }
        let arrival = max(link.toClientUntil_ms, now_ms + latency_ms() + delay_ms())
        let isCut = chance(.cutToClient)
        let carried = isCut ? Array(bytes.prefix(generator.number(0...bytes.count))) : bytes
        let last = enqueue(carried, from: arrival) { .toClient(link: id, $0) }
        links[id]?.toClientUntil_ms = last
        if isCut { cut(id, after_ms: last) }
    }

    private mutating func delay_ms() -> Int64 {
        chance(.delayedBytes) ? Int64(generator.number(500...8_000)) : 0
    }

    /// Puts bytes under way in one piece or in several; returns when the last one arrives.
    private mutating func enqueue(_ bytes: [UInt8], from time_ms: Int64, _ event: ([UInt8]) -> WorldEvent) -> Int64 {
        guard bytes.count > 1, chance(.splitBytes) else {
            if !bytes.isEmpty { queue.add(event(bytes), at: time_ms) }
            return time_ms
        }
        var time_ms = time_ms
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(generator.number(1...max(1, bytes.count / 2)))
            queue.add(event(Array(piece)), at: time_ms)
            rest = rest.dropFirst(piece.count)
            time_ms += Int64(generator.number(0...20))
        }
        return time_ms
    }

    // MARK: - Closing

    /// Breaks the connection of the process.
    public mutating func cutConnection() {
        for link in links.values where link.process == process?.number && link.isOpenAtClient {
            cut(link.id, after_ms: now_ms)
        }
    }

    /// Nothing sent from now on arrives, and both sides hear of it in their time.
    mutating func cut(_ id: Int, after_ms: Int64) {
        links[id]?.isCut = true
        queue.add(.clientHearsClose(link: id, why: "connection reset by peer"), at: after_ms + latency_ms())
        queue.add(.gatewayHearsClose(link: id), at: after_ms + latency_ms())
    }

    /// Silence on a connection; the gateway notices after a while, the client has to find out.
    mutating func silence(_ id: Int) {
        links[id]?.isSilent = true
        queue.add(.gatewayHearsClose(link: id), at: now_ms + Int64(generator.number(0...40_000)))
    }

    /// The client closes its side; what it wrote still arrives.
    mutating func closeLink(_ connection: Int64) {
        guard let id = process?.links[connection], let link = links[id] else { return }
        links[id]?.isOpenAtClient = false
        guard link.isOpenAtGateway, !link.isSilent else { return }
        queue.add(.gatewayHearsClose(link: id), at: max(link.toGatewayUntil_ms, now_ms) + latency_ms())
    }

    mutating func hearClose(_ id: Int, _ why: String) throws {
        guard let link = links[id] else { return }
        if link.arrivedAtClient.pendingCount > 0 { faults.count(.cutInFrame) }
        links[id]?.isOpenAtClient = false
        guard process?.number == link.process else { return }
        try feed(.transportClosed(connection: link.connection, why: why))
    }

    mutating func closeAtGateway(_ id: Int) throws {
        guard let link = links[id], link.isOpenAtGateway else { return }
        if link.arrivedAtGateway.pendingCount > 0 { faults.count(.cutInFrame) }
        links[id]?.isOpenAtGateway = false
        try touchGateway { $0.closed(ConnectionID(id)) }
    }

    // MARK: - Arriving

    mutating func arriveAtGateway(_ id: Int, _ bytes: [UInt8]) throws {
        guard let link = links[id], link.isOpenAtGateway else { return }
        links[id]?.arrivedAtGateway.append(bytes)
        while try links[id]?.arrivedAtGateway.next() != nil {}
        try touchGateway { try $0.received(bytes, on: ConnectionID(id)) }
    }

    mutating func arriveAtClient(_ id: Int, _ bytes: [UInt8]) throws {
        guard let link = links[id], link.isOpenAtClient, process?.number == link.process else { return }
        links[id]?.arrivedAtClient.append(bytes)
        while try links[id]?.arrivedAtClient.next() != nil {}
        try feed(.received(connection: link.connection, bytes))
    }

    /// Carries what the gateway said since the last time.
    mutating func drainGateway() throws {
        for output in gateway.takeOutput() {
            switch output {
            case .send(let id, let bytes, _): try say(bytes, id.value)
            case .close(let id):
                guard let link = links[id.value], link.isOpenAtGateway else { continue }
                links[id.value]?.isOpenAtGateway = false
                gateway.closed(id)
                queue.add(
                    .clientHearsClose(link: id.value, why: "closed by the gateway"),
                    at: max(link.toClientUntil_ms, now_ms) + latency_ms())
            }
        }
    }
}
