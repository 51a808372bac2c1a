import ExecutionService
import Foundation
import Networking
import TradingModel

/// Rebalances of the product itself, watched from outside.
struct WatchedRebalance {
    static let account = "DU123"

    /// What the gateway is asked to trade.
    enum Input {
        case orders(String)
        case targets(String)
    }

    let port: UInt16
    let folder: String
    let database: String

    /// Writes the files of a rebalance.
    func write(_ input: Input) throws -> RebalancePlan.Sources {
        let configuration = try write(Self.configuration(port: port), to: "production.json")
        var sources = RebalancePlan.Sources(configuration: configuration, account: Self.account)
        switch input {
        case .orders(let text): sources.orders = try write(text, to: "orders.csv")
        case .targets(let text): sources.targets = try write(text, to: "targets.csv")
        }
        return sources
    }

    /// Reads and checks files, as `execution apply` does.
    func plan(_ sources: RebalancePlan.Sources) throws -> RebalancePlan { try RebalancePlan(sources, venue: .ibkr) }

    /// Carries a plan out; when `isOver` says so, what is still open is cancelled.
    func carryOut(
        _ plan: RebalancePlan, confirm: @escaping () -> Void = {}, isOver: @escaping () -> Bool,
        see: @escaping (RebalanceObserver.Step) throws -> Void
    ) throws {
        let options = RebalanceOptions(
            database: database, isLiveAsked: true, environment: ["EXEC_DRY_RUN": "0"], command: "execution-benchmark")
        var said: [String] = []
        let observer = RebalanceObserver(
            confirm: { _ in
                confirm()
                return true
            }, stopRequest: { isOver() ? true : nil },
            log: { line in if line.isImportant { said.append(line.message) } }, step: see)
        let report = try rebalance(plan, options: options, observer: observer)
        guard [.completed, .stopped].contains(report.ending) else {
            throw BenchmarkError("the rebalance ended as \(report.ending): \(said.joined(separator: "; "))")
        }
    }

    private func write(_ text: String, to name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private static func configuration(port: UInt16) -> String {
        """
        { brokers: { ibkr: { port: \(port), account: "\(account)", messages_per_second: null } },
          live: { permit: true, account: "\(account)" },
          production: { price_max_age: "168h", timeout: "10m" } }
        """
    }
}

/// The tickers of the gateway's bars, as dev_workflows/compare_with_ib_async.py makes them.
enum GatewayTickers {
    static let count = 500

    static func name(_ index: Int) -> String { "T\(String(1_000 + index % count).dropFirst())" }
}

/// An orders file of small orders for all tickers in turn.
///
/// - Parameter limit: far from the market, so that they rest; nil makes market orders.
func orderFile(_ count: Int, asOf: String, limit: String?) -> String {
    var lines = ["as_of,ticker,side,quantity,order_type,limit_price,time_in_force"]
    for index in 0..<count {
        let terms = limit.map { "LIMIT,\($0)" } ?? "MARKET,"
        lines.append("\(asOf),\(GatewayTickers.name(index)),BUY,1,\(terms),GTC")
    }
    return lines.joined(separator: "\n") + "\n"
}

/// A targets file with a price for each, so that nothing has to be asked between the file and the orders.
func targetFile(_ count: Int, asOf: String) -> String {
    var lines = ["as_of,ticker,target_weight,reference_price,decision_id,strategy_id,regime_id,universe_id"]
    for index in 0..<count {
        lines.append("\(asOf),\(GatewayTickers.name(index)),0.0015,100.00,rebalance of \(asOf),momentum,calm,us-500")
    }
    return lines.joined(separator: "\n") + "\n"
}
