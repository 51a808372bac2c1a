import Networking

/// The control port of the gateway.
final class GatewayControl {
    private let socket: TCPSocket
    private var received = ""
    private var unanswered = 0

    init(port: UInt16) throws {
        socket = try TCPSocket(connectingTo: "127.0.0.1", port: port)
    }

    /// Gives a command without waiting until it is carried out.
    func tell(_ command: String) throws {
        let line = Array("\(command)\n".utf8)
        guard socket.write(line[...]) == line.count else { throw BenchmarkError("the gateway takes no commands") }
        unanswered += 1
    }

    /// Carries out a command, and those before it; its answer.
    func ask(_ command: String) throws -> String {
        try tell(command)
        var answer = ""
        while unanswered > 0 { answer = try nextLine() }
        guard !answer.hasPrefix("error") else { throw BenchmarkError("\(command): \(answer)") }
        return answer
    }

    /// What the gateway's clock shows, as an instant for an input file.
    func now() throws -> String {
        let word = try ask("status").split(separator: " ").first { $0.hasPrefix("now=") }
        guard let word else { throw BenchmarkError("the gateway does not say what time it is") }
        return String(word.dropFirst("now=".count))
    }

    private func nextLine() throws -> String {
        while !received.contains("\n") {
            var poll = SocketPoll()
            poll.add(socket)
            poll.wait(timeout_ms: 1_000)
            switch socket.read() {
            case .bytes(let bytes): received += String(decoding: bytes, as: UTF8.self)
            case .nothing: continue
            case .ended: throw BenchmarkError("the gateway has ended")
            }
        }
        let line = received.prefix { $0 != "\n" }
        received.removeFirst(line.count + 1)
        unanswered -= 1
        return String(line)
    }
}
