import TradingModel

/// Limits on the value and quantity of positions.
extension RiskControls {
    func reviewPosition(_ ask: Ask, _ cut: inout Cut) {
        let most = limits.symbols[ask.instrument].position
        let held = portfolio.expected[ask.instrument].magnitude
        if let quantity = most.maxQuantity {
            let room = Int128(quantity.e8) - Int128(held)
            cut.lower(
                to: Int64(max(min(room, Int128(Int64.max)), 0)), .maxPositionQuantity,
                observed: (Double(held) + Double(ask.increase)) / Double(Quantity.scale),
                allowed: Double(quantity.e8) / Double(Quantity.scale))
        }
        reviewPositionValue(ask, held: held, &cut)
    }

    /// - Parameter held: what is expected beside what is asked for, in 10⁻⁸.
    func reviewPositionValue(_ ask: Ask, held: UInt64, _ cut: inout Cut) {
        let most = limits.symbols[ask.instrument].position
        guard most.maxNotional != nil || most.maxShare != nil, !cut.isNothing else { return }
        let value = ask.mark.map { Int128($0.e8) * Int128(held) }
        if let notional = most.maxNotional {
            fit(ask, value, into: ExactValue(notional).e16, .maxPositionNotional, &cut)
        }
        if let share = most.maxShare { fit(ask, value, into: share, .maxPositionShare, &cut) }
    }

    func reviewGroups(_ ask: Ask, _ cut: inout Cut) {
        for place in limits.symbols[ask.instrument].groups {
            let group = limits.memberships[place]
            let limit = limits.groups[Int(group)]
            let exposure = portfolio.groups[Int(group)]
            if let share = limit.maxShare {
                fit(ask, exposure.knownGross, into: share, .groupShare, group: group, &cut)
            }
            if let share = limit.maxNetShare {
                fit(ask, exposure.knownNet(ask.sign), into: share, .groupNetShare, group: group, &cut)
            }
        }
    }

    func reviewLeverage(_ ask: Ask, _ cut: inout Cut) {
        if let most = limits.limits.maxGrossLeverage {
            fit(ask, portfolio.total.knownGross, into: most, .maxGrossLeverage, &cut)
        }
        if let most = limits.limits.maxNetLeverage {
            fit(ask, portfolio.total.knownNet(ask.sign), into: most, .maxNetLeverage, &cut)
        }
    }

    func reviewBuyingPower(_ ask: Ask, _ cut: inout Cut) {
        guard let limit = limits.limits.buyingPower, !cut.isNothing else { return }
        guard let power = portfolio.snapshot.buyingPower, portfolio.total.unpriced == 0 else {
            return cut.lackData(.buyingPower, failsOpen: failsOpen)
        }
        let used = portfolio.opened - (limit.includesProceeds ? portfolio.closed : 0)
        fit(ask, used, into: limit.maxShare.of(power), .buyingPower, &cut)
    }

    /// What is added to a share of the account's equity may take it to the limit.
    func fit(
        _ ask: Ask, _ value: Int128?, into share: Share, _ name: RiskLimitName, group: Int32? = nil,
        _ cut: inout Cut
    ) {
        guard !cut.isNothing else { return }
        guard let equity = portfolio.snapshot.equity else { return cut.lackData(name, failsOpen: failsOpen) }
        fit(ask, value, into: share.of(equity), name, group: group, unit: equity, &cut)
    }

    /// What is added to a value, in units of 10⁻¹⁶, may take it to the limit. A negative value is nearer to zero by it.
    ///
    /// - Parameter unit: what the figures of the verdict are shares of; nil for money.
    func fit(
        _ ask: Ask, _ value: Int128?, into allowed: Int128, _ name: RiskLimitName, group: Int32? = nil,
        unit: Money? = nil, _ cut: inout Cut
    ) {
        guard !cut.isNothing else { return }
        guard let value, let mark = ask.mark else { return cut.lackData(name, failsOpen: failsOpen) }
        let wanted = Int128(mark.e8) * Int128(ask.increase)
        let room = max(allowed, 0) - value
        guard wanted > room else { return }
        let figures = Figures(observed: abs(value + wanted), allowed: allowed, unit: unit)
        cut.lower(to: ask.largest(room, at: mark), name, group: group, figures)
    }
}

/// The figures of a limit on value, for a verdict.
struct Figures {
    let observed: Double
    let allowed: Double

    /// In units of 10⁻¹⁶, as shares of an amount where one is given.
    init(observed: Int128, allowed: Int128, unit: Money?) {
        let scale = unit.map { Double($0.e6) / Double(Money.scale) } ?? 1
        self.observed = money(observed) / scale
        self.allowed = money(allowed) / scale
    }
}

extension Cut {
    mutating func lower(
        to most: Int64, _ limit: RiskLimitName, group: Int32? = nil, _ figures: @autoclosure () -> Figures
    ) {
        guard most < quantity else { return }
        let figures = figures()
        lower(to: most, limit, group: group, observed: figures.observed, allowed: figures.allowed)
    }
}

extension Exposure {
    /// Nil where a price is missing.
    var knownGross: Int128? { unpriced == 0 ? gross : nil }
    /// Positive on the side of a sign, which adds to it; nil where a price is missing.
    fileprivate func knownNet(_ sign: Int64) -> Int128? { unpriced == 0 ? net * Int128(sign) : nil }
}
