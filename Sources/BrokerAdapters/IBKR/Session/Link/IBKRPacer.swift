/// How many messages may leave; protocol page, "Pacing and limits": at most 50 a second over everything together.
public struct IBKRPacingRules: Sendable, Equatable {
    /// In any second at most `perSecond` + `burst` messages leave; the two add up to 49.
    public var perSecond: Int64 = 40
    public var burst: Int64 = 9

    public init() {}

    /// At most so many messages in any second; two is the least.
    public init(atMost messagesPerSecond: Int64) {
        burst = min(9, max(messagesPerSecond / 2, 1))
        perSecond = max(messagesPerSecond - burst, 1)
    }
}

/// What a message is for; the order is the order in which they leave.
public enum IBKRPriority: Int, Sendable, Hashable, CaseIterable {
    case cancel
    case order
    case query
}

/// A token bucket with a queue for each priority.
struct IBKRPacer: Sendable {
    private let rules: IBKRPacingRules?
    /// Thousandths of a message.
    private var tokens_e3: Int64
    private var refilledAt_ms: Int64?
    private var pausedUntil_ms: Int64?
    private var queues: [IBKRQueue] = IBKRPriority.allCases.map { _ in IBKRQueue() }

    init(_ rules: IBKRPacingRules?) {
        self.rules = rules
        tokens_e3 = (rules?.burst ?? 0) * 1_000
    }

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
        guard let rules else { return pause }
        let missing = max(1_000 - tokens_e3, 0)
        let wait = rules.perSecond > 0 ? (missing + rules.perSecond - 1) / rules.perSecond : 1_000
        return max(wait, pause)
    }

    /// The gateway complained: nothing leaves for a while.
    mutating func pause(until_ms: Int64) { pausedUntil_ms = max(pausedUntil_ms ?? until_ms, until_ms) }

    /// Empties the queues; the messages never left.
    mutating func removeAll() -> [IBKROutgoing] {
        defer { queues = IBKRPriority.allCases.map { _ in IBKRQueue() } }
        return queues.flatMap(\.messages)
    }

    private mutating func takeToken(at now_ms: Int64) -> Bool {
        if let pausedUntil_ms, now_ms < pausedUntil_ms { return false }
        guard let rules else { return true }
        let elapsed = max(now_ms - (refilledAt_ms ?? now_ms), 0)
        refilledAt_ms = max(refilledAt_ms ?? now_ms, now_ms)
        // Beyond the size of the bucket more time adds nothing.
        tokens_e3 = min(rules.burst * 1_000, tokens_e3 + min(elapsed, 3_600_000) * rules.perSecond)
        guard tokens_e3 >= 1_000 else { return false }
        tokens_e3 -= 1_000
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
