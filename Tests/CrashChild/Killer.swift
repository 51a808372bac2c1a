import BrokerAdapters
import CrashPoints
import ExecutionService
import Foundation
import TradingModel

#if canImport(Glibc)
    import Glibc
#endif

/// Ends its own process as a power cut would, when a point is reached for the n-th time.
final class Killer {
    private let point: CrashPoint
    private var occurrencesLeft: Int
    private let socket: GatewaySocket
    /// How much of the bytes leaves when only a part of them does, in thousandths.
    private let part: Int
    private var decoder = TWSFrameDecoder()

    init(_ point: CrashPoint, occurrence: Int, part: Int, port: UInt16) {
        self.point = point
        occurrencesLeft = occurrence
        self.part = part
        socket = GatewaySocket(port: port)
    }

    func see(_ step: RebalanceObserver.Step) throws {
        guard try isPoint(step) else { return }
        occurrencesLeft -= 1
        guard occurrencesLeft == 0 else { return }
        if point == .bytesPartlyWritten, case .sending(let bytes) = step {
            socket.send(bytes.prefix(max(1, (bytes.count - 1) * part / 1_000)))
        }
        kill(getpid(), SIGKILL)
        while true { pause() }
    }

    private func isPoint(_ step: RebalanceObserver.Step) throws -> Bool {
        switch (step, point) {
        case (.written(let batch), .insidePlanTransaction), (.committed(let batch), .planStored):
            !batch.targets.isEmpty || batch.newOrders.contains { $0.inputRow != nil }
        case (.committed(let batch), .orderJournaled):
            batch.targets.isEmpty && batch.events.contains { $0.kind == .moved(.submit) }
        case (.sending(let bytes), .sendingCommitted), (.sending(let bytes), .bytesPartlyWritten),
            (.sent(let bytes), .bytesWritten):
            try Self.hasOrder(bytes)
        case (.committed(let batch), .changeJournaled):
            batch.events.contains { if case .modifyRequested = $0.kind { true } else { false } }
        case (.received(let bytes), .acknowledgementRead): try has(["3", "5"], in: bytes)
        case (.received(let bytes), .fillRead): try has(["11"], in: bytes)
        case (.received(let bytes), .listRead): try has(["53", "55", "62", "64", "102"], in: bytes)
        case (.written(let batch), .insideFillTransaction), (.committed(let batch), .fillCommitted):
            !batch.broker.trades.isEmpty
        case (.written(let batch), .insideReconciliation): batch.broker.holdings != nil
        case (.reconciled, .reconciled): true
        default: false
        }
    }

    /// Whether a message ends in these bytes, by the first field of its frame.
    private func has(_ messages: Set<String>, in bytes: [UInt8]) throws -> Bool {
        decoder.append(bytes)
        var isFound = false
        while let frame = try decoder.next() {
            if let message = Self.message(of: frame), messages.contains(message) { isFound = true }
        }
        return isFound
    }

    /// Frames to the gateway leave whole, after a greeting that is none.
    private static func hasOrder(_ bytes: [UInt8]) throws -> Bool {
        guard !bytes.starts(with: TWSHandshake.prefix) else { return false }
        var decoder = TWSFrameDecoder()
        decoder.append(bytes)
        while let frame = try decoder.next() { if message(of: frame) == "3" { return true } }
        return false
    }

    private static func message(of frame: [UInt8]) -> String? {
        frame.split(separator: 0, maxSplits: 1).first.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// The connection that this process has to the gateway, found among its descriptors.
struct GatewaySocket {
    let port: UInt16

    func send(_ bytes: ArraySlice<UInt8>) {
        guard let descriptor = (3..<1_024).first(where: { peerPort(of: $0) == port }) else { return }
        _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    private func peerPort(of descriptor: Int32) -> UInt16? {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) }
        }
        return result == 0 && address.sin_family == sa_family_t(AF_INET) ? UInt16(bigEndian: address.sin_port) : nil
    }
}
