/// What a broker says an order would do to the margin of the account, in the account's base currency.
public struct MarginFigures: Sendable, Equatable {
    /// The initial margin of all that the account holds, without the order and with it.
    public var initialBefore: Money
    public var initialAfter: Money
    /// The equity with loan value that has to cover it.
    public var equityAfter: Money
    /// What the order would cost; nil where the broker does not say it.
    public var commission: Money?
    public var commissionCurrency: String
    /// The broker's own words about the order; empty where there are none.
    public var warning: String

    public init(
        initialBefore: Money, initialAfter: Money, equityAfter: Money, commission: Money? = nil,
        commissionCurrency: String = "", warning: String = ""
    ) {
        self.initialBefore = initialBefore
        self.initialAfter = initialAfter
        self.equityAfter = equityAfter
        self.commission = commission
        self.commissionCurrency = commissionCurrency
        self.warning = warning
    }
}

/// How a broker answers about the margin of an order.
public enum MarginAnswer: Sendable, Equatable {
    case figures(MarginFigures)
    /// There are no figures, and why.
    case unavailable(String)
}

/// How much of the initial margin an order takes once it is filled.
public struct MarginTake: Sendable, Equatable {
    public var amount: Money
    /// Of this quantity.
    public var quantity: Quantity

    public init(amount: Money, quantity: Quantity) {
        self.amount = amount
        self.quantity = quantity
    }
}

/// One row of `margin_previews`: what the broker said of an order before it was sent.
public struct MarginPreviewRecord: Sendable, Equatable {
    public var order: OrderNumber
    public var time: Timestamp
    /// What the broker was asked about.
    public var quantity: Quantity
    public var figures: MarginFigures
    /// What open orders take beside that, as it was previewed for them.
    public var reserved: Money
    /// Whether the order may leave.
    public var isCleared: Bool

    public init(
        order: OrderNumber, time: Timestamp, quantity: Quantity, figures: MarginFigures, reserved: Money,
        isCleared: Bool
    ) {
        self.order = order
        self.time = time
        self.quantity = quantity
        self.figures = figures
        self.reserved = reserved
        self.isCleared = isCleared
    }
}
