import TradingModel

/// How much of the account's equity with loan value the initial margin may be once an order is filled, by the broker's preview of it.
public struct MarginLimit: Sendable, Equatable {
    /// As the configuration spells it, without its section.
    public static let name = "what_if.max_initial_margin_share"

    public var maxShare: Share
    /// Whether an order of which the broker gives no figures leaves nevertheless.
    public var failsOpen: Bool

    public init(maxShare: Share, failsOpen: Bool = false) {
        self.maxShare = maxShare
        self.failsOpen = failsOpen
    }

    /// Whether an order may leave; exact.
    ///
    /// - Parameter reserved: what orders that are open take beside that.
    public func allows(_ figures: MarginFigures, reserved: Money) -> Bool {
        let needed = Int128(figures.initialAfter.e6) + Int128(reserved.e6)
        return needed * Int128(Share.scale) <= Int128(figures.equityAfter.e6) * Int128(maxShare.e9)
    }

    /// What the margin would be as a share of the equity; nil where there is no equity.
    public func observed(_ figures: MarginFigures, reserved: Money) -> Double? {
        guard figures.equityAfter > .zero else { return nil }
        return (Double(figures.initialAfter.e6) + Double(reserved.e6)) / Double(figures.equityAfter.e6)
    }

    /// One sentence for people about an order that is refused.
    public func sentence(_ figures: MarginFigures, reserved: Money, ticker: String, quantity: Quantity) -> String {
        let unit = RiskLimitName.Unit.share
        let share = observed(figures, reserved: reserved).map { ", \(unit.text($0)) of it" } ?? ""
        let open = reserved == .zero ? "" : " and \(reserved) for orders that are open"
        let warning = figures.warning.isEmpty ? "" : "; the broker warns: \(figures.warning)"
        return
            "\(ticker): \(quantity) refused: \(MarginLimit.name) allows \(unit.text(maxShare.value)) of the equity with "
            + "loan value, and with the order the initial margin is \(figures.initialAfter)\(open) against "
            + "\(figures.equityAfter)\(share)\(warning)"
    }

    /// The same about one of which there are no figures.
    public func sentence(without figures: String, ticker: String, quantity: Quantity) -> String {
        let result = failsOpen ? "passes without it, for EXEC_RISK_FAIL_OPEN is on" : "refused"
        return "\(ticker): \(quantity) \(result): the figures that \(MarginLimit.name) needs are missing: \(figures)"
    }
}
