import TradingModel

/// The rule's own price before slippage: `numerator ÷ denominator` in units of 10⁻⁸, so that a third of a sum stays exact.
struct BasePrice: Sendable {
    var numerator: Int64
    var denominator: Int64 = 1

    init(_ price: Price) { numerator = price.e8 }

    /// (high + low + close) ÷ 3.
    init(typicalOf bar: Bar) throws(ArithmeticOverflow) {
        numerator = try narrowed(
            Int128(bar.high.e8) + Int128(bar.low.e8) + Int128(bar.close.e8), "the sum of a bar's prices")
        denominator = 3
    }

    /// The nearest price.
    var nearest: Price {
        Price(e8: Int64(divide(Int128(numerator), by: Int128(denominator), rounding: .nearest)))
    }
}

/// What a slippage model looks at beside the price.
struct SlippageContext {
    /// This fill.
    var quantity: Quantity
    /// Everything filled of the instrument in the bar, this fill included, in units of 10⁻⁸.
    var filledInBar: Int128
    var barVolume: Quantity?
    var volumeLimitE9: Int64?
    var volatility: Double?
    var averageVolume: Double?
}

extension SlippageModel {
    /// Without two daily returns the square-root model takes 10 basis points.
    private static let fallbackFractionE9: Int64 = 1_000_000

    /// The price of a fill that takes liquidity: exact, then rounded once against the order, to the tick if there is one.
    ///
    /// Never below one tick (or 10⁻⁸).
    func price(
        from base: BasePrice, side: Side, tick: Price?, context: SlippageContext
    ) throws(ArithmeticOverflow) -> Price {
        let numerator: Int128
        let denominator: Int128
        switch self {
        case .fixedSpread(let spread):
            numerator = Int128(base.numerator) * 2 + Int128(side.sign) * Int128(spread.e8) * Int128(base.denominator)
            denominator = Int128(base.denominator) * 2
        default:
            let fractionE9 = try fractionE9(context)
            if fractionE9 == 0, base.denominator == 1 {
                numerator = Int128(base.numerator)
                denominator = 1
            } else {
                numerator = Int128(base.numerator) * (1_000_000_000 + Int128(side.sign) * Int128(fractionE9))
                denominator = Int128(base.denominator) * 1_000_000_000
            }
        }
        let step = Int128(tick?.e8 ?? 1)
        let rounding: Rounding = side == .buy ? .up : .down
        let steps = max(1, divide(numerator, by: denominator * step, rounding: rounding))
        return Price(e8: try narrowed(steps * step, "a fill price"))
    }

    private func fractionE9(_ context: @autoclosure () -> SlippageContext) throws(ArithmeticOverflow) -> Int64 {
        switch self {
        case .none, .fixedSpread: 0
        case .fixedFraction(let e9): e9
        case .volumeShare(let priceImpactE9): Self.volumeShareFractionE9(priceImpactE9, context())
        case .squareRoot(let coefficient): try Self.squareRootFractionE9(coefficient, context())
        }
    }

    /// `priceImpact × share²`, rounded once to the nearest 10⁻⁹; share is at most the volume limit.
    static func volumeShareFractionE9(_ priceImpactE9: Int64, _ context: SlippageContext) -> Int64 {
        guard let volume = context.barVolume, volume.e8 > 0 else { return 0 }
        var filled = context.filledInBar.magnitude
        var whole = UInt128(volume.e8)
        let limitE9 = UInt128(min(context.volumeLimitE9 ?? 1_000_000_000, 1_000_000_000))
        if filled * 1_000_000_000 > whole * limitE9 {
            filled = limitE9
            whole = 1_000_000_000
        }
        // filled² · impact passes 128 bits, so the product and the quotient are taken at full width.
        let product = (filled * filled).multipliedFullWidth(by: UInt128(priceImpactE9))
        let divisor = whole * whole
        let (quotient, remainder) = divisor.dividingFullWidth((product.high, product.low))
        return Int64(quotient) + (remainder >= divisor - remainder ? 1 : 0)
    }

    private static func squareRootFractionE9(
        _ coefficient: Double, _ context: SlippageContext
    ) throws(ArithmeticOverflow) -> Int64 {
        guard let volatility = context.volatility, let averageVolume = context.averageVolume else {
            return fallbackFractionE9
        }
        let fraction = coefficient * volatility * (Double(context.quantity.e8) / averageVolume).squareRoot()
        guard let fractionE9 = Int64(exactly: (fraction * 1e9).rounded(.toNearestOrAwayFromZero)) else {
            throw ArithmeticOverflow("the square-root slippage")
        }
        return fractionE9
    }
}
