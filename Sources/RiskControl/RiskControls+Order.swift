import TradingModel

/// Limits that look at the order and its price.
extension RiskControls {
    func reviewPrice(_ ask: Ask, _ cut: inout Cut) {
        reviewAge(ask, &cut)
        reviewCollar(ask, &cut)
    }

    func reviewAge(_ ask: Ask, _ cut: inout Cut) {
        guard let most = limits.limits.priceMaxAge_ms, !cut.isNothing else { return }
        guard let known = portfolio.snapshot.markTimes[ask.instrument], ask.mark != nil else {
            return cut.lackData(.priceMaxAge, failsOpen: failsOpen)
        }
        let age_ms = ask.context.time.ms - known.ms
        guard age_ms > most else { return }
        cut.lower(to: 0, .priceMaxAge, observed: Double(age_ms) / 1_000, allowed: Double(most) / 1_000)
    }

    /// A limit of an order that waits for a stop is measured from the stop, where the market is once it counts.
    func reviewCollar(_ ask: Ask, _ cut: inout Cut) {
        guard let most = limits.limits.priceCollar, let limit = ask.type.limitPrice, !cut.isNothing else { return }
        guard let reference = ask.type.stopPrice ?? ask.referencePrice ?? ask.mark, reference.e8 > 0 else {
            return cut.lackData(.priceCollar, failsOpen: failsOpen)
        }
        let beyond = (Int128(limit.e8) - Int128(reference.e8)) * Int128(ask.sign)
        guard beyond * Int128(Share.scale) > Int128(reference.e8) * Int128(most.e9) else { return }
        cut.lower(
            to: 0, .priceCollar, observed: money(beyond) / money(Int128(reference.e8)), allowed: most.value)
    }

    /// The order's size counts with the part that reduces.
    func reviewOrder(_ ask: Ask, _ cut: inout Cut) {
        if let most = limits.limits.maxOrderQuantity {
            cut.lower(
                to: most.e8 - ask.reduction, .maxOrderQuantity,
                observed: Double(ask.quantity) / Double(Quantity.scale),
                allowed: Double(most.e8) / Double(Quantity.scale))
        }
        reviewNotional(ask, &cut)
        reviewVolume(ask, &cut)
    }

    func reviewNotional(_ ask: Ask, _ cut: inout Cut) {
        guard let most = limits.limits.maxOrderNotional, !cut.isNothing else { return }
        guard let price = higher(ask.highestPrice, ask.mark), price.e8 > 0 else {
            return cut.lackData(.maxOrderNotional, failsOpen: failsOpen)
        }
        let value = Int128(price.e8) * Int128(ask.quantity)
        let allowed = ExactValue(most).e16
        guard value > allowed else { return }
        cut.lower(
            to: ask.largest(allowed, at: price) - ask.reduction, .maxOrderNotional, observed: money(value),
            allowed: money(allowed))
    }

    private func reviewVolume(_ ask: Ask, _ cut: inout Cut) {
        guard let limit = limits.limits.maxShareOfVolume, !cut.isNothing else { return }
        let (days, sum) = history.volume(ask.instrument)
        guard days > 0 else { return cut.lackData(.maxShareOfVolume, failsOpen: failsOpen) }
        let (product, overflow) = sum.multipliedReportingOverflow(by: Int128(limit.maxShare.e9))
        let most = overflow ? Int128.max : product / (Int128(Share.scale) * Int128(days))
        guard Int128(ask.quantity) > most else { return }
        let average = money(sum) * 1e16 / Double(days)
        cut.lower(
            to: Int64(most) - ask.reduction, .maxShareOfVolume,
            observed: average > 0 ? Double(ask.quantity) / average : nil, allowed: limit.maxShare.value)
    }

    func higher(_ first: Price?, _ second: Price?) -> Price? {
        guard let first, let second else { return first ?? second }
        return max(first, second)
    }
}

/// A value in units of 10⁻¹⁶ as a figure for people.
///
/// The standard library's conversion of 128 bits is generic, which takes longer than a whole review.
func money(_ e16: Int128) -> Double {
    (Double(Int64(truncatingIfNeeded: e16 >> 64)) * 0x1p64 + Double(UInt64(truncatingIfNeeded: e16))) / 1e16
}

extension Ask {
    /// How much a value of units of 10⁻¹⁶ pays for, in 10⁻⁸ toward zero; never more than is asked for.
    func largest(_ value: Int128, at price: Price) -> Int64 {
        guard value > 0 else { return 0 }
        guard Int128(price.e8) * Int128(quantity) > value else { return quantity }
        return Int64(divide(value, by: Int128(price.e8), rounding: .down))
    }
}
