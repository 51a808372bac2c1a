/// What to do with an order that was sent and not answered.
///
/// Protocol page, section 10, "did an order whose answers were lost ever exist"; failure catalogue, 7 to 9. Times are of the
/// clock that never goes back. It is sent again only when every list is complete, it is in none of them, and a quiet period has passed, or when an operator says so.
public struct UnknownOrderRule: Sendable, Equatable {
    /// Where an order can be seen.
    public enum Place: Int, Sendable, Hashable, CaseIterable, Comparable {
        case openOrders
        case completedOrders
        case executions

        public static func < (left: Place, right: Place) -> Bool { left.rawValue < right.rawValue }
    }

    public enum Sighting: Sendable, Hashable {
        case notAsked
        /// The list is not known; that is not the same as empty.
        case failed
        case present
        /// The list is complete and does not have the order.
        case absent(askedAt_ms: Int64)
    }

    public enum OperatorWord: Sendable, Hashable {
        case sendAgain
        case giveUp
    }

    public struct Evidence: Sendable, Equatable {
        public var sightings: [Place: Sighting]
        /// When the order's bytes left, or the connection that carried them ended, whichever is later.
        public var quietSince_ms: Int64
        /// Whether the broker can be asked now.
        public var isReady: Bool
        public var operatorWord: OperatorWord?

        public init(
            sightings: [Place: Sighting], quietSince_ms: Int64, isReady: Bool, operatorWord: OperatorWord? = nil
        ) {
            self.sightings = sightings
            self.quietSince_ms = quietSince_ms
            self.isReady = isReady
            self.operatorWord = operatorWord
        }
    }

    public enum Decision: Sendable, Hashable {
        /// The broker has it; it goes on from there.
        case exists(Place)
        /// These lists have to be asked.
        case ask([Place])
        /// Nothing to do before this moment.
        case wait(until_ms: Int64)
        /// Nothing to do before the broker can be asked.
        case waitForBroker
        case sendAgain(Permission)
        case giveUp
    }

    /// Why it may be sent again.
    public enum Permission: Sendable, Hashable {
        case absentEverywhere
        case operatorSaidSo
    }

    public var quietPeriod_ms: Int64

    public init(quietPeriod_ms: Int64) {
        self.quietPeriod_ms = quietPeriod_ms
    }

    public func decide(_ evidence: Evidence, at now_ms: Int64) -> Decision {
        let sightings = Place.allCases.map { ($0, evidence.sightings[$0] ?? .notAsked) }
        if let seen = sightings.first(where: { $0.1 == .present }) { return .exists(seen.0) }
        if evidence.operatorWord == .giveUp { return .giveUp }
        guard evidence.isReady else { return .waitForBroker }
        if evidence.operatorWord == .sendAgain { return .sendAgain(.operatorSaidSo) }
        let quiet = evidence.quietSince_ms + quietPeriod_ms
        let unknown = sightings.filter { !proves($0.1, after: evidence.quietSince_ms) }.map(\.0)
        if !unknown.isEmpty { return .ask(unknown) }
        guard now_ms >= quiet else { return .wait(until_ms: quiet) }
        let early = sightings.filter { !proves($0.1, after: quiet) }.map(\.0)
        return early.isEmpty ? .sendAgain(.absentEverywhere) : .ask(early)
    }

    /// Whether a list was asked for at this time or later and does not have the order.
    private func proves(_ sighting: Sighting, after time_ms: Int64) -> Bool {
        guard case .absent(let askedAt_ms) = sighting else { return false }
        return askedAt_ms >= time_ms
    }
}
