import BrokerAdapters
import OrderRouting
import TradingModel

/// What the user's own orders say beyond what a broker takes.
extension RebalanceMachine {
    /// When each order of the user's own is to be cancelled, by its row in their file.
    static func cancelTimes(of orders: [OwnOrder]) -> [Int32: OwnCancel] {
        Dictionary(
            orders.compactMap { order in
                order.cancelAt.map {
                    (Int32(truncatingIfNeeded: order.row), OwnCancel(time: $0.instant, reason: order.cancelReason))
                }
            },
            uniquingKeysWith: { first, _ in first })
    }

    /// When an order of the user's own is to be cancelled, and why.
    struct OwnCancel: Sendable {
        var time: Timestamp
        var reason: StatusReason
    }

    /// Orders that their user wants cancelled at times of their own.
    mutating func cancelWhatIsDue(at moment: IBKRMoment) throws {
        ownCancelDue_ms = nil
        guard !cancelTimes.isEmpty else { return }
        for order in engine.openOrders where !order.number.isOfEarlierRun {
            guard let cancel = order.inputRow.flatMap({ cancelTimes[$0] }) else { continue }
            let repeated_ms = cancelsAsked_ms[order.number].map { $0 + RebalanceMachine.cancelPatience_ms }
            let due_ms = repeated_ms ?? moment.uptime_ms + max(cancel.time.ms - moment.time.ms, 0)
            guard due_ms <= moment.uptime_ms else {
                ownCancelDue_ms = min(ownCancelDue_ms ?? .max, due_ms)
                continue
            }
            // One that is not on record yet cannot have events.
            recordWholePlan(at: moment)
            cancelsAsked_ms[order.number] = moment.uptime_ms
            ownCancelDue_ms = min(ownCancelDue_ms ?? .max, moment.uptime_ms + RebalanceMachine.cancelPatience_ms)
            engine.forgetCancel(of: order.number)
            try ask(.cancel(order.number, cancel.reason, at: moment.time), at: moment)
        }
    }

    /// Why its user does not want an order any more, at the time there is; nil while they do.
    func ownCancel(of order: OrderRecord, at moment: IBKRMoment) -> StatusReason? {
        guard !order.number.isOfEarlierRun, let cancel = order.inputRow.flatMap({ cancelTimes[$0] }),
            cancel.time <= moment.time
        else { return nil }
        return cancel.reason
    }

    var isWorking: Bool { if case .working = phase { true } else { false } }
}
