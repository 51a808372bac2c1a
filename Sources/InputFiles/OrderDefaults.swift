import TradingModel

/// What an order is where its row does not say: the `orders` section of the configuration.
public struct OrderDefaults: Sendable, Equatable {
    /// The types that need no prices of their own beyond `limit_price`.
    public enum Kind: String, Sendable, CaseIterable {
        case market = "MARKET"
        /// Needs a `limit_price` on every row.
        case limit = "LIMIT"
    }

    /// What a blank type means.
    public var type: Kind
    /// Anything but GTD, which needs a date.
    public var timeInForce: TimeInForce
    /// What a blank algorithm means; nil is none.
    public var algorithm: AlgorithmTerms?

    /// A market order for the day unless said otherwise.
    public init(type: Kind = .market, timeInForce: TimeInForce = .day, algorithm: AlgorithmTerms? = nil) {
        self.type = type
        self.timeInForce = timeInForce
        self.algorithm = algorithm
    }
}

/// The times in force that need no date, as files spell them.
let undatedTimesInForce: [(name: String, word: TimeInForce)] = [
    ("DAY", .day), ("GTC", .goodTilCancelled), ("IOC", .immediateOrCancel), ("FOK", .fillOrKill),
    ("OPG", .atTheOpening), ("CLS", .atTheClose),
]
