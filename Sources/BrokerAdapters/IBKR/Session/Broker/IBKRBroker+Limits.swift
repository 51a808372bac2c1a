import TradingModel

/// Where the limits of our orders are: what the gateway shows counts, not what it was asked for.
extension IBKRBroker {
    /// Takes up the limit that the gateway shows. A change is made when it is shown. What is shown without it may be from before
    /// it came, unless nothing was heard of it for so long that the order was asked for: then it never came.
    mutating func observeLimit(_ shown: Price?, of key: OrderKey, isListed: Bool, at moment: IBKRMoment) {
        guard let order = registry[key], order.phase != .ended, let shown, let known = order.limit else { return }
        let isMade = shown == order.wantedLimit
        if shown != known || isMade {
            registry.update(key) {
                $0.limit = shown
                if isMade { $0.wantedLimit = nil }
            }
            report(.modified(key, limit: shown, at: moment.time))
        } else if isListed, order.isDoubtReported, order.awaitsChange {
            registry.update(key) { $0.wantedLimit = nil }
            let reason = BrokerReason(
                code: nil, text: "the change never arrived; the broker's list has the order as it was")
            report(.modifyRefused(key, reason, originalStands: true, at: moment.time))
        }
    }
}
