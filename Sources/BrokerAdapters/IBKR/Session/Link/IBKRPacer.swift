/// How many messages may leave; protocol page, "Pacing and limits": at most 50 a second over everything together.
public struct IBKRPacingRules: Sendable, Equatable {
    /// At most so many messages leave in any second, all of them at once where so many wait.
    public var perSecond = 49

    public init() {}

    /// At most so many messages in any second; one is the least.
    public init(atMost messagesPerSecond: Int64) { perSecond = Int(clamping: max(messagesPerSecond, 1)) }
}

/// What a message is for; the order is the order in which they leave.
public enum IBKRPriority: Int, Sendable, Hashable, CaseIterable {
    case cancel
    case order
    case query
}

/// A token bucket with a queue for each priority; each token comes back by itself, a little more than a second after it was spent.
struct IBKRPacer: Sendable {
    /// A second, and what two messages may come nearer to each other on their way.
    private static let tokenReturn_ms: Int64 = 1_050

    private let rules: IBKRPacingRules?
    /// When the tokens that are not back were spent, ascending.
    private var spent_ms: [Int64] = []
    private var pausedUntil_ms: Int64?
    private var queues: [IBKRQueue] = IBKRPriority.allCases.map { _ in IBKRQueue() }

    init(_ rules: IBKRPacingRules?) { self.rules = rules }

    var isEmpty: Bool { queues.allSatisfy(\.isEmpty) }

    mutating func add(_ message: IBKROutgoing) { queues[message.priority.rawValue].append(message) }

    /// Whether a message of this label waits.
    func contains(_ label: IBKROutgoing.Label) -> Bool { queues.contains { $0.contains(label) } }

    /// Takes what may leave now.
    mutating func next(at now_ms: Int64) -> IBKROutgoing? {
        guard let index = queues.firstIndex(where: { !$0.isEmpty }), takeToken(at: now_ms) else { return nil }
        return queues[index].removeFirst()
    }

    /// How long until the next message may leave; nil when none waits.
    func delay_ms(at now_ms: Int64) -> Int64? {
        guard !isEmpty else { return nil }
        let pause = max((pausedUntil_ms ?? now_ms) - now_ms, 0)
        guard let rules, spent_ms.count >= rules.perSecond, let oldest = spent_ms.first else { return pause }
        return max(oldest + IBKRPacer.tokenReturn_ms - now_ms, pause)
    }

    /// The gateway complained: nothing leaves for a while.
    mutating func pause(until_ms: Int64) { pausedUntil_ms = max(pausedUntil_ms ?? until_ms, until_ms) }

    /// Takes messages of orders out of their queue; they never left.
    mutating func removeOrders(where isMeant: (IBKROutgoing) -> Bool) -> [IBKROutgoing] {
        let waiting = queues[IBKRPriority.order.rawValue].messages
        queues[IBKRPriority.order.rawValue] = IBKRQueue()
        for message in waiting where !isMeant(message) { queues[IBKRPriority.order.rawValue].append(message) }
        return waiting.filter(isMeant)
    }

    /// Empties the queues; the messages never left.
    mutating func removeAll() -> [IBKROutgoing] {
        defer { queues = IBKRPriority.allCases.map { _ in IBKRQueue() } }
        return queues.flatMap(\.messages)
    }

    private mutating func takeToken(at now_ms: Int64) -> Bool {
        if let pausedUntil_ms, now_ms < pausedUntil_ms { return false }
        guard let rules else { return true }
        let back = spent_ms.firstIndex { now_ms - $0 < IBKRPacer.tokenReturn_ms } ?? spent_ms.count
        spent_ms.removeSubrange(..<back)
        guard spent_ms.count < rules.perSecond else { return false }
        spent_ms.append(now_ms)
        return true
    }
}

/// First in, first out, without moving what waits.
private struct IBKRQueue: Sendable {
    private var items: [IBKROutgoing] = []
    private var head = 0

    var isEmpty: Bool { head == items.count }
    var messages: ArraySlice<IBKROutgoing> { items[head...] }

    func contains(_ label: IBKROutgoing.Label) -> Bool { messages.contains { $0.label == label } }

    mutating func append(_ item: IBKROutgoing) { items.append(item) }

    mutating func removeFirst() -> IBKROutgoing {
        let item = items[head]
        head += 1
        if head == items.count {
            items.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 256, head * 2 > items.count {
            items.removeSubrange(..<head)
            head = 0
        }
        return item
    }
}
