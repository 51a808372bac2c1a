import Foundation

/// What the risk gate costs: W1 as it is, and with every limit switched on and none that binds, turn by turn.
struct GateCost {
    let execution: String
    let folder: String
    let repetitions: Int
    let seed: UInt64

    /// So wide that the same orders are made; each is judged all the same.
    private static let limits = """
        risk: { max_drawdown: 1, max_daily_loss: 1, max_gross_leverage: 100, max_net_leverage: 100, allow_short: true,
          buying_power: 100, max_position_quantity: 90000000, max_position_notional: 4000000000000, max_position_share: 100,
          max_order_quantity: 90000000, max_order_notional: 4000000000000, max_share_of_volume: 100,
          max_orders_per_day: 1000000, max_orders_per_minute: 1000000, max_open_orders: 1000000, price_collar: 1,
          price_max_age: "8784h", max_correlation: 1, minimum_returns: 2, return_window: 250,
          var: { max_share: 100, method: "historical" }, kelly: { fraction: 1, minimum_trades: 1000000, until_then: 100 },
          groups: { even: { tickers: [\(tickers(0))], max_share: 100, max_net_share: 100 },
                    odd: { tickers: [\(tickers(1))], max_share: 100, max_net_share: 100 } },
          symbols: { T000: { max_share: 100, allow_short: true } },
          strategies: { \(strategies("max_share: 100, max_notional: 4000000000000, max_risk_share: 100")) },
          stop_band: 0.5, target_band: 1 },
        capital: { map: { s0: 20, s1: 20, s2: 20, s3: 20, s4: 20 } },
        """

    private static func tickers(_ rest: Int) -> String {
        stride(from: rest, to: 500, by: 2).map { "\"T\(String(1_000 + $0).dropFirst())\"" }.joined(separator: ", ")
    }

    private static func strategies(_ limits: String) -> String {
        (0..<5).map { "s\($0): { \(limits) }" }.joined(separator: ", ")
    }

    /// Prints a line for each record level: seconds without and with limits, and their ratio turn by turn.
    func measure(_ records: [String]) throws {
        let files = WorkloadFiles(folder: folder, name: "W1")
        let workload = Workload.all[0]
        try workload.write(files, seed)
        try addStrategies(files)
        try run(["bars", "import", "--db", files.history, files.bars], files)
        for record in records {
            var turns: [(bare_s: Double, limited_s: Double)] = []
            for _ in 0..<repetitions {
                turns.append(
                    (
                        try apply(files, workload.configuration, record),
                        try apply(files, workload.configuration + Self.limits, record)
                    ))
            }
            let ratios = turns.map { $0.limited_s / $0.bare_s }
            print(
                "W1 \(record): \(Measurement.fixed(median(turns.map(\.bare_s)), 2)) s without limits, "
                    + "\(Measurement.fixed(median(turns.map(\.limited_s)), 2)) s with every limit, ratio "
                    + "\(Measurement.fixed(median(ratios), 3)) (\(ratios.map { Measurement.fixed($0, 3) }.joined(separator: ", ")))"
            )
        }
    }

    /// Every fifth ticker is of the same strategy.
    private func addStrategies(_ files: WorkloadFiles) throws {
        let lines = try String(contentsOfFile: files.input, encoding: .utf8).split(separator: "\n")
        var text = "\(lines[0]),strategy_id\n"
        for (place, line) in lines.dropFirst().enumerated() { text += "\(line),s\(place % 5)\n" }
        try text.write(toFile: files.input, atomically: true, encoding: .utf8)
    }

    private func apply(_ files: WorkloadFiles, _ sections: String, _ record: String) throws -> Double {
        let database = files.database(record)
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: database + suffix) }
        try "{ account: { cash: 100000000000 },\n\(sections)\nrecord: \"\(record)\" }"
            .write(toFile: files.configuration(record), atomically: true, encoding: .utf8)
        return try run(
            [
                "apply", "--mode", "training", "--db", database, "--bars", files.history, "--targets", files.input,
                "--config", files.configuration(record),
            ], files)
    }

    @discardableResult
    private func run(_ arguments: [String], _ files: WorkloadFiles) throws -> Double {
        let result = try ChildProcess.run(execution, arguments, outputPath: files.path("output.txt"))
        guard result.exitCode <= 1 else {
            let message = (try? String(contentsOfFile: files.path("output.txt.err"), encoding: .utf8)) ?? ""
            throw BenchmarkError("execution \(arguments.joined(separator: " ")) failed:\n\(message)")
        }
        return result.cost.wall_s
    }
}
