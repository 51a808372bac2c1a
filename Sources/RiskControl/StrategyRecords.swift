import TradingModel

/// The closed trades of every strategy.
struct StrategyRecords: Sendable {
    mutating func book(
        _ change: Quantity, _ instrument: Int, _ price: Price, _ commission: Money, strategy: Int
    ) {}
}
