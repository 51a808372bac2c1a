/// What can go wrong, at which seam; each kind is counted when it happens.
public enum FaultKind: String, Sendable, CaseIterable, Comparable {
    // The network.
    case cutToGateway = "network: cut, bytes to the gateway lost"
    case cutToClient = "network: cut, bytes to the client lost"
    case cutInFrame = "network: reset in the middle of a frame"
    case delayedBytes = "network: bytes delayed for seconds"
    case splitBytes = "network: bytes split anywhere"
    case halfOpen = "network: half-open, silence"
    case refusedConnection = "network: connection refused"
    case noLogin = "network: connection accepted, no answer"

    // What the gateway says.
    case duplicateMessage = "gateway: message twice"
    case reorderedMessage = "gateway: message after the next ones"
    case lostExecution = "gateway: live execution not told"
    case lostStatus = "gateway: order status or live order not told"
    case lostError = "gateway: error or cancel not told"
    case earlyCommission = "gateway: commission before its execution"
    case lateCommission = "gateway: commission late or not told"
    case lostEndMarker = "gateway: end marker of a list missing"
    case failedQuery = "gateway: error instead of a list"
    case unansweredQuery = "gateway: question not answered at all"
    case rateLimit = "gateway: error 100, message lost"
    case idRollback = "gateway: next valid id goes back"
    case connectivityKept = "gateway: 1100, then 1102"
    case connectivityLost = "gateway: 1100, then 1101"
    case restart = "gateway: restart, away for seconds"
    case malformedMessage = "gateway: message that cannot be read"
    case unknownMessage = "gateway: message that nobody knows"
    case brokenFrame = "gateway: bytes that are no frame"

    // The venue.
    case reject = "venue: order rejected"
    case unknownCode = "venue: order lost with a code that says nothing"
    case correction = "venue: execution corrected"
    case foreignExecution = "venue: execution by hand"
    case namelessExecution = "venue: execution without our reference"
    case strangerOrder = "venue: order of another client"
    case warning = "venue: warning about an order that lives"
    case inactive = "venue: live order called inactive"
    case falseCancel = "venue: live order called cancelled"
    case presetCancel = "venue: preset changes an order, called cancelled"
    case fillWhileAway = "venue: fill while the client is away"
    case fillAfterEnd = "venue: fill told after the order's end"

    case previewUnanswered = "venue: preview of margins not answered"
    case previewWithoutFigures = "venue: preview of margins without figures"
    case previewLate = "venue: preview of margins answered too late"
    case previewRefused = "venue: preview of margins refused"

    // The journal.
    case busyJournal = "journal: busy, commit delayed"
    case failedCommit = "journal: commit fails, given again"
    case fullJournal = "journal: full, process ends"
    case lostCommit = "journal: committed, process dies not knowing"

    // Clock and process.
    case clockForward = "clock: jumps forward"
    case clockBack = "clock: jumps back"
    case killedBeforeCommit = "process: killed before the commit"
    case killedBeforeSend = "process: killed between commit and send"
    case killedBetweenSends = "process: killed after a part of the sends"
    case killedInWrite = "process: killed in the middle of a write"
    case killedIdle = "process: killed between two inputs"
    case hostLost = "process: killed with its host, connection left open"

    // People.
    case stopAndCancel = "operator: stop, cancel what is open"
    case stopAndLeave = "operator: stop, leave what is open"
    case declined = "operator: no to the plan"
    case haltAndCancel = "switch: everything halted, what is open cancelled"
    case haltAndLeave = "switch: everything halted, what is open left"
    case haltTicker = "switch: a ticker halted"
    case haltStrategy = "switch: a strategy halted"
    case reduceOnly = "switch: only reductions leave"
    case levelChanged = "operator: level of aggressiveness changed"
    case haltAndFlatten = "switch: everything halted, positions closed"
    case flattenTicker = "switch: a ticker halted, its position closed"

    public static func < (left: FaultKind, right: FaultKind) -> Bool { left.rawValue < right.rawValue }

    /// Whether only worlds that are made for it have it, so that other worlds stay what they are.
    var isOfOwnWorlds: Bool { self == .haltAndFlatten || self == .flattenTicker || isOfPreviews }

    /// Whether it happens to previews of margins alone.
    var isOfPreviews: Bool {
        switch self {
        case .previewUnanswered, .previewWithoutFigures, .previewLate, .previewRefused: true
        default: false
        }
    }

    /// What is a consequence of others, or harmless: it uses nothing of the budget.
    var isFree: Bool {
        switch self {
        case .splitBytes, .cutInFrame, .fillWhileAway, .fillAfterEnd, .levelChanged: true
        default: false
        }
    }
}

/// Which faults a world has, how often, and what happened.
public struct FaultPlan: Sendable {
    /// In a thousand opportunities.
    public var perMille: [FaultKind: Int]
    /// How many more may happen.
    public var budget: Int
    public var isOn = true
    /// Nothing happens until orders are planned or out.
    public var waitsForOrders = false
    public private(set) var counts: [FaultKind: Int] = [:]

    public init(perMille: [FaultKind: Int] = [:], budget: Int = 0) {
        self.perMille = perMille
        self.budget = budget
    }

    public static let none = FaultPlan()

    public mutating func count(_ kind: FaultKind) {
        counts[kind, default: 0] += 1
        if !kind.isFree { budget -= 1 }
    }

    /// Whether the kind may happen at all now.
    public func allows(_ kind: FaultKind) -> Bool {
        isOn && (kind.isFree || budget > 0) && (perMille[kind] ?? 0) > 0
    }
}
