import Foundation
import Networking

/// The control port of a simulated gateway.
final class GatewayControl {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let socket: TCPSocket
    private var text = ""

    init(port: UInt16) throws { socket = try TCPSocket(connectingTo: "127.0.0.1", port: port) }

    /// Sends a command; its answer without the `ok`.
    @discardableResult
    func send(_ command: String) throws -> String {
        let bytes = Array("\(command)\n".utf8)
        guard socket.write(bytes[...]) == bytes.count else { throw Failure(description: "\(command) was not taken") }
        let answer = try line()
        guard answer.hasPrefix("ok") else { throw Failure(description: "\(command): \(answer)") }
        return String(answer.dropFirst(3))
    }

    /// Asks for a table; its rows by column.
    func table(_ name: String) throws -> [[String]] {
        let count = Int(try send(name)) ?? 0
        return try (0..<count).map { _ in try line().components(separatedBy: "\t") }
    }

    private func line() throws -> String {
        var broken = false
        let isThere = Wait.until(30) {
            switch socket.read() {
            case .bytes(let bytes): text += String(decoding: bytes, as: UTF8.self)
            case .nothing: break
            case .ended: broken = true
            }
            return broken || text.contains("\n")
        }
        guard isThere, let end = text.firstIndex(of: "\n") else {
            throw Failure(description: "the gateway does not answer on its control port")
        }
        defer { text.removeSubrange(...end) }
        return String(text[..<end])
    }
}
