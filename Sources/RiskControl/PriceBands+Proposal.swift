import TradingModel

extension PriceBands {
    /// Puts stop and target around the order's reference price, to the nearest tick; nothing without such a price.
    func propose(for order: PlannedOrder, tick: Price?, _ verdict: inout RiskVerdict) {
        guard let reference = order.terms.type.limitPrice ?? order.referencePrice else { return }
        let sign = order.terms.side.sign
        verdict.stop = stop.flatMap { Self.price(reference, away: $0.e9, -sign, tick) }
        verdict.target = target.flatMap { Self.price(reference, away: $0.e9, sign, tick) }
    }

    /// Nil where it would not be a positive price.
    private static func price(_ reference: Price, away e9: Int64, _ sign: Int64, _ tick: Price?) -> Price? {
        let scale = Int128(Share.scale)
        let moved = Int128(reference.e8) * (scale + Int128(e9) * Int128(sign))
        guard let e8 = Int64(exactly: divide(moved, by: scale, rounding: .nearest)) else { return nil }
        let price = Price(e8: e8).rounded(toTick: tick, .nearest)
        return price.e8 > 0 ? price : nil
    }
}
