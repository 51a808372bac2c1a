import Dispatch
import Foundation
import Networking
import Synchronization

@testable import ExecutionService

/// A simulated gateway on a thread of its own, and a connection to its control port.
final class GatewayThread {
    /// What the two threads tell each other.
    private final class Meeting: Sendable {
        struct State {
            var ports: (clients: UInt16, control: UInt16)?
            var failure: String?
            var isAskedToEnd = false
        }

        let state = Mutex(State())
        let hasBegun = DispatchSemaphore(value: 0)
        let hasEnded = DispatchSemaphore(value: 0)

        func serve(_ options: GatewayOptions) {
            do {
                var server = try GatewayServer(options)
                let ports = (server.port, server.controlPort ?? 0)
                state.withLock { $0.ports = ports }
                hasBegun.signal()
                try server.run { state.withLock(\.isAskedToEnd) }
            } catch {
                state.withLock { $0.failure = "\(error)" }
                hasBegun.signal()
            }
            hasEnded.signal()
        }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Where clients connect to.
    let port: UInt16
    private let control: TCPSocket
    private let meeting: Meeting
    private var received = ""

    init(_ options: GatewayOptions) throws {
        let meeting = Meeting()
        let thread = Thread { meeting.serve(options) }
        thread.stackSize = 8 << 20
        thread.start()
        meeting.hasBegun.wait()
        let (ports, failure) = meeting.state.withLock { ($0.ports, $0.failure) }
        guard let ports else { throw Failure(description: failure ?? "the gateway has no port") }
        self.meeting = meeting
        port = ports.clients
        control = try TCPSocket(connectingTo: "127.0.0.1", port: ports.control)
    }

    /// Ends the gateway and its thread; throws what it failed of.
    func end() throws {
        meeting.state.withLock { $0.isAskedToEnd = true }
        control.close()
        meeting.hasEnded.wait()
        if let failure = meeting.state.withLock({ $0.failure }) { throw Failure(description: failure) }
    }

    // MARK: - Commands

    /// What the gateway says of itself: `bars`, `open`, `executions` and more.
    func status() throws -> GatewayStatus { try GatewayStatus(command("status")) }

    /// Plays so many bars.
    func step(_ count: Int = 1) throws -> GatewayStatus { try GatewayStatus(command("step \(count)")) }

    /// The first line of the answer to a command.
    private func command(_ words: String) throws -> String {
        guard control.write(Array("\(words)\n".utf8)[...]) == words.utf8.count + 1 else {
            throw Failure(description: "the gateway does not take \(words)")
        }
        let giveUp_ms = SystemClock.monotonic_ms + 30_000
        while !received.contains("\n"), SystemClock.monotonic_ms < giveUp_ms {
            var poll = SocketPoll()
            poll.add(control)
            poll.wait(timeout_ms: 1_000)
            if case .bytes(let bytes) = control.read() { received += String(decoding: bytes, as: UTF8.self) }
        }
        guard received.hasSuffix("\n") else { throw Failure(description: "no answer to \(words)") }
        defer { received = "" }
        return received
    }
}

/// The line of `name=value` with which the control port answers.
struct GatewayStatus {
    /// Bars played, the history before the first client included.
    let bars: Int
    /// Orders that have not ended.
    let open: Int
    let executions: Int
    /// Whether there are no more bars.
    let isAtEnd: Bool

    init(_ line: String) throws {
        let words = line.split { $0.isWhitespace }.map(String.init)
        func number(_ name: String) throws -> Int {
            let prefix = "\(name)="
            guard let value = words.first(where: { $0.hasPrefix(prefix) }).flatMap({ Int($0.dropFirst(prefix.count)) })
            else { throw GatewayThread.Failure(description: "no \(name) in \(line)") }
            return value
        }
        (bars, open, executions) = (try number("bars"), try number("open"), try number("executions"))
        isAtEnd = words.first == "end"
    }
}
