import TradingModel

/// What one review is about.
struct Ask {
    let instrument: Int
    let strategy: Int?
    /// +1 for a buy, −1 for a sell.
    let sign: Int64
    /// What brings the expected position to zero, in 10⁻⁸; it passes.
    let reduction: Int64
    /// What goes beyond, in 10⁻⁸; positive.
    var increase: Int64
    /// In 10⁻⁸.
    let lot: Int64
    /// What one unit is worth.
    var mark: Price?
    let highestPrice: Price?
    let referencePrice: Price?
    let type: OrderType
    let context: RiskContext

    init(
        _ order: PlannedOrder, instrument: Int, strategy: Int?, reduction: Int64, increase: Int64, lot: Int64,
        _ context: RiskContext
    ) {
        self.instrument = instrument
        self.strategy = strategy
        sign = order.terms.side.sign
        self.reduction = reduction
        self.increase = increase
        self.lot = lot
        highestPrice = order.highestPrice
        referencePrice = order.referencePrice
        type = order.terms.type
        self.context = context
    }

    /// The whole order in 10⁻⁸.
    var quantity: Int64 { reduction + increase }

    /// The whole lots of the reduction and so much of the increase.
    func wholeLots(_ increase: Int64) -> Int64 {
        Quantity(e8: reduction + increase).roundedTowardZero(toLot: Quantity(e8: lot)).e8
    }
}

/// How much of an increase the limits have left so far, and why not more.
struct Cut {
    /// In 10⁻⁸.
    private(set) var quantity: Int64
    private(set) var passedOpen = RiskLimitSet()
    private var reason: StatusReason?
    private var limit: RiskLimitName?
    private var group: Int32?
    private var observed: Double?
    private var allowed: Double?

    init(_ quantity: Int64) { self.quantity = quantity }

    /// A new beginning that remembers what passed open.
    init(_ quantity: Int64, after other: Cut) {
        self.quantity = quantity
        passedOpen = other.passedOpen
    }

    var isNothing: Bool { quantity == 0 }

    /// Whether nothing was taken away.
    func isWhole(_ asked: Int64) -> Bool { quantity == asked }

    /// A limit allows so much; it binds where it is the smallest so far.
    mutating func lower(
        to most: Int64, _ limit: RiskLimitName, group: Int32? = nil, reason: StatusReason = .riskLimit,
        observed: @autoclosure () -> Double?, allowed: @autoclosure () -> Double?
    ) {
        guard most < quantity else { return }
        quantity = max(most, 0)
        self.limit = limit
        self.group = group
        self.reason = reason
        self.observed = observed()
        self.allowed = allowed()
    }

    /// A limit's data is missing: nothing passes, or everything where the gate fails open.
    mutating func lackData(_ limit: RiskLimitName, failsOpen: Bool) {
        if failsOpen {
            passedOpen.insert(limit)
        } else {
            lower(to: 0, limit, reason: .riskDataUnavailable, observed: nil, allowed: nil)
        }
    }

    /// Nothing passes, whatever the limits say.
    mutating func refuse(_ reason: StatusReason) {
        quantity = 0
        self.reason = reason
    }

    func explain(_ verdict: inout RiskVerdict) {
        guard let reason else { return }
        verdict.reason = reason
        verdict.limit = limit
        verdict.group = group
        verdict.observed = observed
        verdict.allowed = allowed
    }
}
