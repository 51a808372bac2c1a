import OrderRouting
import TradingModel

extension RebalancePreview {
    /// What the engine has planned.
    ///
    /// - Parameter verdicts: what the gate said, as far as it is known.
    init(
        _ engine: ExecutionEngine, verdicts: [RiskRecord], runID: String, account: String, isLive: Bool,
        currency: Currency
    ) {
        let own = engine.orders.filter { !$0.number.isOfEarlierRun && $0.childNumber == nil }
        self.init(
            runID: runID, account: account, isLive: isLive,
            orders: own.filter { $0.state == .planned }.sorted {
                ($0.sendingRank, $0.number) < ($1.sendingRank, $1.number)
            },
            working: own.filter { $0.state != .planned && !$0.state.isTerminal },
            denied: own.filter { if case .denied = $0.state { true } else { false } },
            explanations: Dictionary(
                verdicts.compactMap { verdict in verdict.explanation.map { (verdict.order, $0) } },
                uniquingKeysWith: { _, last in last }),
            expiredIntents: engine.expiredIntents.count,
            tickers: engine.instruments.map(\.ticker), positions: engine.positions.map(\.quantity), cash: engine.cash,
            currency: currency)
    }
}

extension OrderRecord {
    /// Sells go first.
    fileprivate var sendingRank: Int { terms.side == .sell ? 0 : 1 }
}
