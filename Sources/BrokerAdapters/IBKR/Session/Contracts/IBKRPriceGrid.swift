import TradingModel

/// Which prices a contract has; protocol page, section 13: the increment of the highest low edge not above the price applies.
public struct IBKRPriceGrid: Sendable, Hashable {
    public struct Step: Sendable, Hashable {
        public var lowEdge: Price
        public var increment: Price

        public init(lowEdge: Price, increment: Price) {
            self.lowEdge = lowEdge
            self.increment = increment
        }
    }

    /// The smallest increment anywhere.
    public var minimum: Price
    /// By their low edges; empty where no rule is known.
    public private(set) var steps: [Step]

    public init(minimum: Price, steps: [Step] = []) {
        self.minimum = minimum
        self.steps = steps.sorted { $0.lowEdge < $1.lowEdge }
    }

    init(minimum: Price, rule: TWSMarketRule) {
        self.init(
            minimum: minimum,
            steps: rule.increments.filter { $0.increment.e8 > 0 }
                .map { Step(lowEdge: $0.lowEdge, increment: $0.increment) })
    }

    /// The increment at a price.
    public func increment(at price: Price) -> Price {
        steps.last { $0.lowEdge <= price }?.increment ?? minimum
    }

    public func contains(_ price: Price) -> Bool { price.isOnTick(increment(at: price)) }

    /// The nearest price of the grid in the direction of the rounding.
    public func rounded(_ price: Price, _ rounding: Rounding) -> Price {
        price.rounded(toTick: increment(at: price), rounding)
    }
}
