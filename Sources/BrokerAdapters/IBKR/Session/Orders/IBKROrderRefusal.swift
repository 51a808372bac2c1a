import TradingModel

/// Why an order is not sent.
public enum IBKROrderRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case noContract(InstrumentID)
    /// Another order has this key.
    case keyInUse
    case notReady
    case unsupported(type: String, timeInForce: String)
    /// A trailing stop limit needs the stop it begins with.
    case missingInitialStop
    case notPositive(String)
    case offTick(String, Price, increment: Price)
    case offSizeGrid(Quantity, increment: Quantity)
    case belowMinimumSize(Quantity, minimum: Quantity)
    case parentUnknown
    case algorithmNeedsMarketOrLimit
    case adjustmentNeedsStop
    /// The order is not known to be at the gateway under an id of this client.
    case notModifiable(String)
    /// The new quantity would be no more than what has filled.
    case quantityFilled(Quantity)
    case identifiersExhausted

    public var description: String {
        switch self {
        case .noContract: "the contract is not known"
        case .keyInUse: "an order with this key was sent before"
        case .notReady: "the session is not ready"
        case .unsupported(let type, let timeInForce): "IBKR has no \(type) order with time in force \(timeInForce)"
        case .missingInitialStop: "a trailing stop limit order needs its initial stop"
        case .notPositive(let field): "\(field) is not positive"
        case .offTick(let field, let price, let increment):
            "\(field) \(price) is no multiple of the increment \(increment)"
        case .offSizeGrid(let size, let increment): "the size \(size) is no multiple of \(increment)"
        case .belowMinimumSize(let size, let minimum): "the size \(size) is below the minimum \(minimum)"
        case .parentUnknown: "the bracket's entry is not known at the gateway"
        case .algorithmNeedsMarketOrLimit: "an algorithm works with market and limit orders"
        case .adjustmentNeedsStop: "an adjustment needs a stop order"
        case .notModifiable(let why): "the order cannot be changed: \(why)"
        case .quantityFilled(let filled): "\(filled) have filled already"
        case .identifiersExhausted: "there are no more order ids"
        }
    }
}
