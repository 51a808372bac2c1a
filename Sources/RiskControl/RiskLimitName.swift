/// Every limit, by the name that the configuration and `risk_decisions` spell it with; reviewed in this order.
public enum RiskLimitName: String, Sendable, Hashable, CaseIterable {
    case maxDrawdown = "max_drawdown"
    case maxDailyLoss = "max_daily_loss"
    case allowShort = "allow_short"
    /// The permission to borrow one symbol.
    case borrow
    case priceMaxAge = "price_max_age"
    case priceCollar = "price_collar"
    case maxOrdersPerDay = "max_orders_per_day"
    case maxOrdersPerMinute = "max_orders_per_minute"
    case maxOpenOrders = "max_open_orders"
    case maxOrderQuantity = "max_order_quantity"
    case maxOrderNotional = "max_order_notional"
    case maxShareOfVolume = "max_share_of_volume"
    case maxPositionQuantity = "max_position_quantity"
    case maxPositionNotional = "max_position_notional"
    case maxPositionShare = "max_position_share"
    case groupShare = "groups.max_share"
    case groupNetShare = "groups.max_net_share"
    case maxGrossLeverage = "max_gross_leverage"
    case maxNetLeverage = "max_net_leverage"
    case buyingPower = "buying_power"
    case kelly
    /// The strategy's part of the capital map.
    case capitalMap = "capital.map"
    /// The most that any strategy of the capital map may have.
    case capitalMaxShare = "capital.max_share"
    case strategyShare = "strategies.max_share"
    case strategyNotional = "strategies.max_notional"
    case maxCorrelation = "max_correlation"
    case valueAtRisk = "var"
    case strategyRisk = "strategies.max_risk_share"
}
