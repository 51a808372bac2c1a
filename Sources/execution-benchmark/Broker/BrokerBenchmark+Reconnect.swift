import ExecutionService
import TradingModel

/// A session whose connection is cut by whoever stands between it and the gateway.
extension BrokerBenchmark {
    /// Says when the orders work, and each time when the session has its lists again and goes on; by the monotonic clock of the
    /// system, so that another process can tell how long it took.
    func measureReconnects() throws {
        let count = options.count ?? 100
        let control = try GatewayControl(port: options.controlPort)
        let session = WatchedRebalance(port: options.port, folder: folder, database: newDatabase("reconnect"))
        let plan = try session.plan(
            session.write(.orders(orderFile(count, asOf: try control.now(), limit: "10.00"))))
        var acknowledged = 0
        var returns = 0
        try session.carryOut(plan, isOver: { returns == options.times }) { step in
            guard case .committed(let batch) = step else { return }
            let accepted = batch.events.count { $0.kind == .moved(.accept) }
            acknowledged += accepted
            if acknowledged == count, accepted > 0, returns == 0 { try show(["working_s": Clock.seconds]) }
            if batch.broker.notifications.contains(where: { $0.code == "broker_back" }) {
                returns += 1
                try show(["back_s": Clock.seconds])
            }
        }
    }
}
