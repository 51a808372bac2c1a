import BrokerAdapters
import OrderRouting
import Rebalancing
import RiskControl
import TradingModel

/// What is on its way in a world.
enum WorldEvent {
    case opened(link: Int)
    case refused(link: Int)
    case toGateway(link: Int, [UInt8])
    case toClient(link: Int, [UInt8])
    /// The client learns that the connection is gone.
    case clientHearsClose(link: Int, why: String)
    /// The gateway learns that the connection is gone.
    case gatewayHearsClose(link: Int)
    /// The rest of the bar that runs, and the open of the next one.
    case bar
    /// The next trouble that comes by itself.
    case strike
    case connectivityRestored(areSubscriptionsLost: Bool)
    case consent(process: Int, Bool)
    case stop(process: Int, cancels: Bool)
    /// The process looks at the kill switches.
    case look(process: Int)
    /// The levels of aggressiveness that are in force now.
    case levels(process: Int, AggressivenessLevels)
    /// What a test does at its time.
    case act((inout World) throws -> Void)
    /// The journal has taken the batch that it was busy for.
    case journalFree(process: Int)
}

/// Events by their time, and by the order they were made at one time.
struct EventQueue {
    private struct Entry {
        var time_ms: Int64
        var sequence: Int64
        var event: WorldEvent
    }

    private var heap: [Entry] = []
    private var sequence: Int64 = 0

    var nextTime_ms: Int64? { heap.first?.time_ms }

    mutating func add(_ event: WorldEvent, at time_ms: Int64) {
        sequence += 1
        heap.append(Entry(time_ms: time_ms, sequence: sequence, event: event))
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() -> WorldEvent {
        heap.swapAt(0, heap.count - 1)
        let first = heap.removeLast()
        var parent = 0
        while true {
            let children = [parent * 2 + 1, parent * 2 + 2].filter { $0 < heap.count }
            guard let smallest = children.min(by: isBefore), isBefore(smallest, parent) else { break }
            heap.swapAt(smallest, parent)
            parent = smallest
        }
        return first.event
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        (heap[left].time_ms, heap[left].sequence) < (heap[right].time_ms, heap[right].sequence)
    }
}
