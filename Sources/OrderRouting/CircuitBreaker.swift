import TradingModel

/// Stops sends to a venue that fails, and lets a few probes find out whether it works again.
///
/// Closed until so many errors happen within the window; then open for a while, in which nothing is sent; then half-open, in
/// which a few orders are: the first answer closes it, and the next error opens it again. Cancels are never its business.
public struct CircuitBreaker: Sendable, Equatable {
    /// When it opens, and for how long.
    public struct Rules: Sendable, Equatable {
        /// As many errors within the window open it; at least 1.
        public var errorBudget: Int
        public var window_ms: Int64
        public var openFor_ms: Int64
        /// How many orders a half-open breaker lets through; at least 1.
        public var probes: Int

        public init(errorBudget: Int = 5, window_ms: Int64 = 60_000, openFor_ms: Int64 = 60_000, probes: Int = 1) {
            self.errorBudget = errorBudget
            self.window_ms = window_ms
            self.openFor_ms = openFor_ms
            self.probes = probes
        }
    }

    /// How it stands.
    public enum State: Sendable, Hashable {
        case closed
        case open(until: Timestamp)
        case halfOpen
    }

    /// What may be sent.
    public enum Permit: Sendable, Hashable {
        case everything
        /// So many orders and no more; at least 1.
        case probes(Int)
        case nothing
    }

    public let rules: Rules
    public private(set) var state = State.closed
    /// When it came into this state.
    public private(set) var changedAt = Timestamp(ms: 0)
    /// Those that may still count, the oldest first; never more than the budget.
    private var errors: [Timestamp] = []
    private var probesLeft = 0

    /// A closed one.
    public init(_ rules: Rules) { self.rules = rules }

    /// One that goes on from what is on record; a half-open one has all its probes again.
    ///
    /// - Parameter errors: Times of errors, the oldest first.
    public init(_ rules: Rules, _ record: BreakerRecord?, errors: [Timestamp]) {
        self.rules = rules
        guard let record else {
            self.errors = errors.suffix(rules.errorBudget)
            return
        }
        changedAt = record.changedAt
        switch record.state {
        case .closed: self.errors = errors.filter { $0 > record.changedAt }.suffix(rules.errorBudget)
        case .open: state = .open(until: record.openUntil ?? record.changedAt.adding(ms: rules.openFor_ms))
        case .halfOpen: halfOpen(at: record.changedAt)
        }
    }

    /// What goes on record.
    public var record: BreakerRecord {
        switch state {
        case .closed: BreakerRecord(state: .closed, changedAt: changedAt)
        case .open(let until): BreakerRecord(state: .open, changedAt: changedAt, openUntil: until)
        case .halfOpen: BreakerRecord(state: .halfOpen, changedAt: changedAt)
        }
    }

    /// What may leave now.
    public var permit: Permit {
        switch state {
        case .closed: .everything
        case .open: .nothing
        case .halfOpen: probesLeft > 0 ? .probes(probesLeft) : .nothing
        }
    }

    // MARK: - What happens

    /// Time has gone by; returns whether the breaker changed.
    ///
    /// A clock that was set back never keeps it open for longer than the rules say.
    public mutating func advance(to time: Timestamp) -> Bool {
        guard case .open(let until) = state else { return false }
        let latest = time.adding(ms: rules.openFor_ms)
        if until > latest { state = .open(until: latest) }
        guard time >= until else { return false }
        halfOpen(at: time)
        return true
    }

    /// Orders left for the venue.
    public mutating func noteSent(_ count: Int) { probesLeft = max(0, probesLeft - count) }

    /// An order did not leave after all, so another one may find out.
    public mutating func noteUnsent() {
        if state == .halfOpen { probesLeft = min(rules.probes, probesLeft + 1) }
    }

    /// The venue answered about an order, with whatever; returns whether the breaker changed.
    public mutating func noteAnswer(at time: Timestamp) -> Bool {
        guard state == .halfOpen else { return false }
        state = .closed
        changedAt = time
        errors = []
        return true
    }

    /// Something went wrong that is not of the user's making; returns whether the breaker changed.
    public mutating func noteError(at time: Timestamp) -> Bool {
        switch state {
        case .open: return false
        case .halfOpen:
            open(at: time)
            return true
        case .closed:
            errors = errors.filter { time.ms - $0.ms < rules.window_ms && $0 <= time } + [time]
            guard errors.count >= rules.errorBudget else { return false }
            open(at: time)
            return true
        }
    }

    private mutating func open(at time: Timestamp) {
        state = .open(until: time.adding(ms: rules.openFor_ms))
        changedAt = time
        errors = []
    }

    private mutating func halfOpen(at time: Timestamp) {
        state = .halfOpen
        changedAt = time
        probesLeft = rules.probes
    }
}
