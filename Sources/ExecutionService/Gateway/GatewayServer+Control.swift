import GatewaySimulator
import InputFiles
import Networking
import TradingModel

/// The commands of the control port: one a line, answered by a line that begins with `ok`, `end` or `error`, and the rows of a
/// table after it where one was asked for.
extension GatewayServer {
    mutating func readControls(where isWanted: (TCPSocket) -> Bool) throws {
        for index in controls.indices where !controls[index].peer.isGone && isWanted(controls[index].peer.socket) {
            switch controls[index].peer.socket.read() {
            case .bytes(let bytes): controls[index].lines.append(bytes)
            case .nothing: break
            case .ended: controls[index].peer.drop()
            }
            while let line = controls[index].lines.next() {
                // What clients sent before the command belongs before it.
                try readPeers()
                let answer = try answer(line)
                handOut()
                controls[index].peer.enqueue(Array((answer + "\n").utf8), now_ms: SystemClock.monotonic_ms)
            }
        }
    }

    /// Carries out a command; what is wrong with its words is its answer.
    private mutating func answer(_ line: String) throws -> String {
        let words = line.split(separator: " ").map(String.init)
        switch words.first {
        case "step": return words.dropFirst().first == "until" ? try stepUntil(words) : try step(words)
        case "run": return run(words)
        case "pause":
            pacer = GatewayPacer(.stepped)
            return "ok"
        case "status": return "ok \(replay.gateway.status)"
        case "orders": return Self.table(replay.gateway.orderRecords.map(\.row))
        case "executions": return Self.table(replay.gateway.executionRecords.map(\.row))
        case "positions": return Self.table(replay.gateway.positionRecords.map(\.row))
        case "cash": return Self.table([replay.gateway.cashRow])
        case "fault": return try answer { gateway in try gateway.fault(Array(words.dropFirst())) }
        case "correct": return try answer { gateway in try gateway.correct(Array(words.dropFirst())) }
        case "trade": return try answer { gateway in try gateway.trade(Array(words.dropFirst())) }
        case "quit":
            isAskedToEnd = true
            return "ok"
        default:
            return
                "error no command \"\(line)\"; there are step, run, pause, status, orders, executions, positions, cash, "
                + "fault, trade, correct and quit"
        }
    }

    private static func table(_ rows: [String]) -> String { (["ok \(rows.count)"] + rows).joined(separator: "\n") }

    /// What is wrong with the words of a command is its answer; anything else ends the gateway.
    private mutating func answer(_ command: (inout SimulatedGateway) throws -> Void) throws -> String {
        do { try command(&replay.gateway) } catch let error as GatewayCommandError { return "error \(error)" }
        return "ok"
    }

    private mutating func run(_ words: [String]) -> String {
        if words.count > 1 {
            guard let factor = Double(words[1]), factor > 0, factor.isFinite else {
                return "error run needs a positive number, or none"
            }
            pacer = GatewayPacer(.speed(factor))
        } else {
            pacer = GatewayPacer(.fast)
        }
        hadClient = true
        return "ok"
    }

    private mutating func step(_ words: [String]) throws -> String {
        guard let count = words.count > 1 ? Int(words[1]) : 1, count > 0 else {
            return "error step needs a positive number, or until and a time"
        }
        for _ in 0..<count {
            guard try replay.step() else { return "end \(replay.gateway.status)" }
        }
        return "ok \(replay.gateway.status)"
    }

    private mutating func stepUntil(_ words: [String]) throws -> String {
        let text = words.dropFirst(2).joined(separator: " ")
        guard let time = try? TimeReader(localTime: localTime).read(text) else {
            return "error step until needs a date (2005-02-28) or a time (2005-02-28T14:30:00Z), not \"\(text)\""
        }
        let until: Timestamp
        switch time {
        case .date(let date): until = localTime.start(of: date)
        case .instant(let instant): until = instant
        }
        var count = 0
        while let start = replay.nextStart, start < until, try replay.step() { count += 1 }
        return "ok \(count)"
    }
}
