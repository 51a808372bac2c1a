/// How urgently orders are to be carried out.
public enum AggressivenessLevel: UInt8, Sendable, Hashable, Comparable, CaseIterable {
    case normal
    case elevated
    case emergency

    /// `NORMAL`, …, as tables and commands spell it.
    public var code: String {
        switch self {
        case .normal: "NORMAL"
        case .elevated: "ELEVATED"
        case .emergency: "EMERGENCY"
        }
    }

    /// The level that a code names, whatever its case; nil for any other word.
    public init?(code: String) {
        guard let level = AggressivenessLevel.allCases.first(where: { $0.code == code.uppercased() }) else {
            return nil
        }
        self = level
    }

    @inlinable public static func < (left: AggressivenessLevel, right: AggressivenessLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The levels that were set and are in force.
public struct AggressivenessLevels: Sendable, Hashable {
    /// Of everything; nil where none was set, so that the configuration's counts.
    public var all: AggressivenessLevel?
    public var strategies: [String: AggressivenessLevel]
    public var tickers: [String: AggressivenessLevel]

    public init(
        all: AggressivenessLevel? = nil, strategies: [String: AggressivenessLevel] = [:],
        tickers: [String: AggressivenessLevel] = [:]
    ) {
        self.all = all
        self.strategies = strategies
        self.tickers = tickers
    }

    /// The level of an order: the highest of those that concern it, so that whoever raises one is not overruled by another.
    ///
    /// - Parameters:
    ///   - strategy: nil where its decision names none.
    ///   - unset: what counts for everything as long as nobody has set it.
    public func level(strategy: String?, ticker: String, unset: AggressivenessLevel) -> AggressivenessLevel {
        max(all ?? unset, strategy.flatMap { strategies[$0] } ?? .normal, tickers[ticker] ?? .normal)
    }

    /// The highest that any order can have.
    public func highest(unset: AggressivenessLevel) -> AggressivenessLevel {
        max(all ?? unset, strategies.values.max() ?? .normal, tickers.values.max() ?? .normal)
    }
}

extension AggressivenessLevels: CustomStringConvertible {
    /// `ALL ELEVATED, TICKER AAPL NORMAL`; what was never set is not there.
    public var description: String {
        let words =
            (all.map { ["ALL \($0.code)"] } ?? [])
            + strategies.sorted { $0.key < $1.key }.map { "STRATEGY \($0.key) \($0.value.code)" }
            + tickers.sorted { $0.key < $1.key }.map { "TICKER \($0.key) \($0.value.code)" }
        return words.isEmpty ? "none is set" : words.joined(separator: ", ")
    }
}
