/// Several limits.
public struct RiskLimitSet: Sendable, Hashable {
    private var bits: UInt64 = 0

    public init() {}

    public var isEmpty: Bool { bits == 0 }

    /// In the order in which limits are reviewed.
    public var names: [RiskLimitName] {
        RiskLimitName.allCases.enumerated().filter { bits & 1 << UInt64($0.offset) != 0 }.map(\.element)
    }

    public mutating func insert(_ limit: RiskLimitName) {
        for (place, name) in RiskLimitName.allCases.enumerated() where name == limit { bits |= 1 << UInt64(place) }
    }

    /// Takes up all limits of another set, and returns those that were new.
    public mutating func formUnion(_ other: RiskLimitSet) -> RiskLimitSet {
        var new = other
        new.bits &= ~bits
        bits |= other.bits
        return new
    }
}
