/// What a strategy wants done, under an id by which it is known however often it is sent.
public struct OrderIntent: Sendable, Equatable {
    /// How much to trade.
    public enum Size: Sendable, Hashable {
        /// Positive.
        case quantity(Quantity)
        /// Positive; in the account's currency.
        case notional(Money)
    }

    /// Names the intent in its account; the order that is made of it carries it as its `order_ref`.
    public var intentID: String
    public var ticker: String
    /// Nil holds: nothing is traded.
    public var side: Side?
    /// Nil where nothing is traded.
    public var size: Size?
    /// Nil where nothing is traded and none was given.
    public var type: OrderType?
    /// Nil where nothing is traded and none was given; never GTD.
    public var timeInForce: TimeInForce?
    /// How its order is carried out; nil sends it whole.
    public var algorithm: AlgorithmTerms?
    /// From 0 to 1,000,000,000: how sure the strategy is, in units of 10⁻⁹; nil where it does not say.
    public var confidenceE9: Int64?
    /// From then on it is not to be traded any more.
    public var expiresAt: Timestamp?
    public var decidedAt: Timestamp
    public var strategyID: String?
    public var decisionID: String?
    public var profileVersionID: String?
    public var regimeID: String?
    public var universeID: String?

    public init(
        intentID: String, ticker: String, side: Side?, size: Size?, type: OrderType?, timeInForce: TimeInForce?,
        algorithm: AlgorithmTerms? = nil, confidenceE9: Int64? = nil, expiresAt: Timestamp? = nil, decidedAt: Timestamp,
        strategyID: String? = nil,
        decisionID: String? = nil, profileVersionID: String? = nil, regimeID: String? = nil, universeID: String? = nil
    ) {
        self.intentID = intentID
        self.ticker = ticker
        self.side = side
        self.size = size
        self.type = type
        self.timeInForce = timeInForce
        self.algorithm = algorithm
        self.confidenceE9 = confidenceE9
        self.expiresAt = expiresAt
        self.decidedAt = decidedAt
        self.strategyID = strategyID
        self.decisionID = decisionID
        self.profileVersionID = profileVersionID
        self.regimeID = regimeID
        self.universeID = universeID
    }
}

extension OrderIntent {
    /// `BUY`, `SELL` or `HOLD`.
    public var sideCode: String { side?.code ?? "HOLD" }

    /// In shares; nil where it says a notional, or HOLD.
    public var quantity: Quantity? { if case .quantity(let quantity) = size { quantity } else { nil } }

    /// In money; nil where it says a quantity, or HOLD.
    public var notional: Money? { if case .notional(let notional) = size { notional } else { nil } }

    /// How sure the strategy is, from 0 to 1.
    public var confidence: Double? { confidenceE9.map { Double($0) / 1e9 } }

    /// One thing that an intent says, by the name of its column.
    public struct Field: Sendable, Equatable {
        public var name: String
        /// Nil where it says nothing.
        public var value: String?
        /// Whether the column came when intents were on record already.
        public var isLater: Bool

        public init(_ name: String, _ value: String?, isLater: Bool = false) {
            self.name = name
            self.value = value
            self.isLater = isLater
        }
    }

    /// All that it says but its id and its account, in one spelling: intents of one id are the same when these are.
    public var content: [Field] {
        [
            Field("side", sideCode), Field("ticker", ticker), Field("quantity", quantity?.description),
            Field("notional", notional?.description), Field("order_type", type?.code),
            Field("limit_price", type?.limitPrice?.description), Field("stop_price", type?.stopPrice?.description),
            Field("time_in_force", timeInForce?.code),
            Field("confidence", confidenceE9.map { DecimalText.format($0, scale: 9) }),
            Field("expires_at", expiresAt?.description), Field("decided_at", decidedAt.description),
            Field("strategy_id", strategyID), Field("profile_version_id", profileVersionID),
            Field("regime_id", regimeID), Field("universe_id", universeID), Field("decision_id", decisionID),
            Field("algorithm", algorithm?.name, isLater: true),
            Field("algorithm_parameters", algorithm?.parametersText, isLater: true),
        ]
    }

    /// What the digest of an intent is made of: later columns count where they say something, so that what says nothing there keeps
    /// the digest that it had before they came.
    public var digestedContent: [Field] { content.filter { !($0.isLater && $0.value == nil) } }
}
