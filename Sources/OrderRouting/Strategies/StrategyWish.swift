import RiskControl
import TradingModel

/// What one strategy wants to hold of an instrument, as part of a plan.
struct StrategyWish: Sendable {
    /// Its place.
    let strategy: Int32
    /// On whose behalf.
    let decision: DecisionID
    /// As its decision states it; nil where a wish comes along that an older order has not filled.
    let size: TargetSize?
    /// The price that a weight or a notional was turned into a quantity with, and that it is valued with.
    var price: Price
    /// The quantity to hold, not rounded yet.
    var asked: Quantity

    /// How many plans have brought it along.
    var generation: Int32 = 0

    // What is known once older orders are gone.
    /// What its capital grants of `asked`.
    var granted: Quantity
    var held = Quantity.zero
    /// What older orders that stay would add, signed.
    var open = Quantity.zero
    /// What it may have at work; nil where that is not limited.
    var allotted: Money?
    var limit: RiskLimitName?
    /// Why nothing of what is granted is traded; nil where it is, the lot aside.
    var stop: StatusReason?
    /// Whether `stop` or a lack of figures kept its capital from being granted.
    var lacksData = false

    init(strategy: Int32, decision: DecisionID, size: TargetSize?, price: Price, asked: Quantity) {
        self.strategy = strategy
        self.decision = decision
        self.size = size
        self.price = price
        self.asked = asked
        granted = asked
    }

    /// Whether its decision names the instrument now.
    var isNamed: Bool { size != nil }

    /// What it will hold of it once its older orders are done, signed.
    var expected: Quantity { held + open }

    /// What of `expected` stays whatever is opened, not signed.
    var kept: Quantity {
        (expected < .zero) == (asked < .zero) ? min(expected.magnitude, asked.magnitude) : .zero
    }

    /// What goes beyond, not signed.
    var opening: Quantity { asked.magnitude - kept }

    /// States it in the shares and prices after a split.
    mutating func split(_ ratioE9: Int64) throws(ArithmeticOverflow) {
        asked = try asked.afterSplit(ratioE9)
        granted = asked
        price = try price.afterSplit(ratioE9)
    }
}
