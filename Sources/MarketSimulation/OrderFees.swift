import TradingModel

/// The commission and fees of one order as they grow with its fills.
///
/// The exact total is kept, and each fill pays the difference between its rounded values (half up to 10⁻⁶); that is what
/// makes a minimum count once an order, however many fills it takes.
struct OrderFees: Sendable {
    /// 10²⁵: the scale of a value (10⁻¹⁶) times a rate (10⁻⁹).
    private static let perMoney: Int128 = 10_000_000_000_000_000_000
    private static let perShareRate: Int128 = 100_000_000

    private var shares: Int128 = 0
    private var value: Int128 = 0
    /// What the tiers charged so far, before minimum and maximum.
    private var tieredE25: Int128 = 0
    private var regulatoryE25: Int128 = 0
    private var paid: Money = .zero

    /// Adds a fill and returns what it pays.
    mutating func charge(
        _ model: CommissionModel, side: Side, quantity: Quantity, price: Price, date: CalendarDate,
        month: inout MonthlyVolume
    ) throws(ArithmeticOverflow) -> Money {
        if model == .none { return .zero }
        // What fits an amount of money leaves the products below far from the end of 128 bits.
        _ = try Money(price * quantity, rounding: .towardZero)
        shares += Int128(quantity.e8)
        value += (price * quantity).e16
        if model == .ibkrTiered { tieredE25 += month.charge(quantity, on: date) }
        if side == .sell, model == .ibkrFixed || model == .ibkrTiered {
            regulatoryE25 += RegulatoryFees.secFeeE25(value: price * quantity, on: date)
            regulatoryE25 += RegulatoryFees.tradingActivityFeeE25(quantity, on: date)
        }
        let total = divide(try brokerE25(model) + regulatoryE25, by: Self.perMoney, rounding: .nearest)
        let due = Money(e6: try narrowed(total, "a commission"))
        defer { paid = due }
        return due - paid
    }

    private func brokerE25(_ model: CommissionModel) throws(ArithmeticOverflow) -> Int128 {
        switch model {
        case .none: 0
        case .fraction(let e9): try product(value, Int128(e9))
        case .perOrder(let amount): Int128(amount.e6) * Self.perMoney
        case .perShare(let rateE9, let minimum, let maximumFractionE9):
            try bounded(
                product(shares, Int128(rateE9) * Self.perShareRate), minimum: minimum,
                maximumFractionE9: maximumFractionE9)
        case .ibkrFixed:
            try bounded(
                product(shares, 5_000_000 * Self.perShareRate), minimum: Money(e6: 1_000_000),
                maximumFractionE9: 10_000_000)
        case .ibkrTiered:
            try bounded(tieredE25, minimum: Money(e6: 350_000), maximumFractionE9: 10_000_000)
        }
    }

    /// `min(maximum · value, max(charge, minimum))`: the cap beats the minimum.
    private func bounded(
        _ chargeE25: Int128, minimum: Money, maximumFractionE9: Int64?
    ) throws(ArithmeticOverflow) -> Int128 {
        let atLeast = max(chargeE25, Int128(minimum.e6) * Self.perMoney)
        guard let maximumFractionE9 else { return atLeast }
        return min(atLeast, try product(value, Int128(maximumFractionE9)))
    }

    private func product(_ left: Int128, _ right: Int128) throws(ArithmeticOverflow) -> Int128 {
        let (result, overflow) = left.multipliedReportingOverflow(by: right)
        if overflow { throw ArithmeticOverflow("a commission") }
        return result
    }
}

/// The shares an account has traded in the month, which decide the tier of the next ones.
///
/// Rates apply to the shares of each tier, not to all of them (IBKR, "Commissions Stocks", tiered: volume tiers are marginal).
struct MonthlyVolume: Sendable {
    /// Upper bound in shares (10⁻⁸) and rate in 10⁻⁹ a share.
    private static let tiers: [(bound: Int64, rateE9: Int64)] = [
        (300_000 * Quantity.scale, 3_500_000),
        (3_000_000 * Quantity.scale, 2_000_000),
        (20_000_000 * Quantity.scale, 1_500_000),
        (100_000_000 * Quantity.scale, 1_000_000),
        (Int64.max, 500_000),
    ]

    private var month: Int32 = .min
    private var traded: Int64 = 0

    /// Adds a fill and returns the sum of its shares times the rates of their tiers, at 10⁻²⁵.
    mutating func charge(_ quantity: Quantity, on date: CalendarDate) -> Int128 {
        let (year, monthOfYear, _) = date.components
        let current = Int32(year * 12 + monthOfYear)
        if current != month {
            month = current
            traded = 0
        }
        var rest = quantity.e8
        var total: Int128 = 0
        for tier in Self.tiers where rest > 0 && traded < tier.bound {
            let part = min(rest, tier.bound - traded)
            total += Int128(part) * Int128(tier.rateE9) * 100_000_000
            traded += part
            rest -= part
        }
        return total
    }
}
