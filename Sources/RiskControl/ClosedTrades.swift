import TradingModel

/// The closed trades of one strategy, as Kelly's formula needs them. Trades that made exactly nothing decide nothing.
public struct ClosedTrades: Sendable, Equatable {
    public private(set) var wins = 0
    public private(set) var losses = 0
    /// Sums of the returns on what was put in, both positive.
    private var won = 0.0
    private var lost = 0.0

    public init() {}

    public var count: Int { wins + losses }

    /// The share of trades that won; nil before the first.
    public var chance: Double? { count > 0 ? Double(wins) / Double(count) : nil }

    /// Average win to average loss, infinite where nothing was lost; nil before the first trade.
    public var payoffRatio: Double? {
        guard count > 0 else { return nil }
        guard losses > 0 else { return .infinity }
        return wins > 0 ? (won / Double(wins)) / (lost / Double(losses)) : 0
    }

    /// Full Kelly; nil before the first trade.
    public var kelly: Double? {
        guard let chance, let payoffRatio else { return nil }
        return PortfolioRisk.kelly(chance: chance, payoffRatio: payoffRatio)
    }

    /// Adds a trade by its profit as a share of what was put in.
    public mutating func add(return gain: Double) {
        if gain > 0 {
            wins += 1
            won += gain
        } else if gain < 0 {
            losses += 1
            lost -= gain
        }
    }
}
