/// One workload of the benchmark.
struct Workload: Sendable {
    let name: String
    let summary: String
    /// `--targets` or `--orders`.
    let inputOption: String
    /// The `simulation`, `planning` and `orders` sections of its configuration.
    let configuration: String
    let write: @Sendable (_ files: WorkloadFiles, _ seed: UInt64) throws -> Void

    static let all = [dailyTargets, minuteOrders, minutePanel]

    private static let dailyTargets = Workload(
        name: "W1", summary: "500 tickers × 2,520 daily bars, quantity targets for all every 5 bars",
        inputOption: "--targets",
        configuration: """
            planning: { open_orders: "cancel" },
            orders: { type: "MARKET", time_in_force: "GTC" },
            simulation: { market_fill: "next_open", volume_limit: 0.10, slippage: { model: "fixed_bps", bps: 5 },
                          commission: { model: "per_share", rate: 0.005, minimum: 1.00 } },
            """,
        write: DailyTargets.write)

    private static let minuteOrders = Workload(
        name: "W2", summary: "1 ticker × 1,000,000 minute bars, 50,000 market and limit orders",
        inputOption: "--orders",
        configuration: """
            simulation: { limit_fill: "touch", volume_limit: 0.05, slippage: { model: "none" }, commission: { model: "none" } },
            """,
        write: MinuteOrders(tickers: 1, bars: 1_000_000, orders: 50_000, stopShare: 0).write)

    private static let minutePanel = Workload(
        name: "W3", summary: "50 tickers × 100,000 minute bars, 100,000 market, limit and stop orders",
        inputOption: "--orders",
        configuration: """
            simulation: { volume_limit: 0.10, slippage: { model: "none" }, commission: { model: "none" } },
            """,
        write: MinuteOrders(tickers: 50, bars: 100_000, orders: 100_000, stopShare: 0.25).write)
}

/// The files of one workload in the benchmark's folder.
struct WorkloadFiles {
    let folder: String
    let name: String

    var bars: String { path("bars.csv") }
    var input: String { path("input.csv") }
    var history: String { path("bars.db") }

    func configuration(_ record: String) -> String { path("\(record).json") }
    func database(_ record: String) -> String { path("\(record).db") }
    func path(_ suffix: String) -> String { "\(folder)/\(name)-\(suffix)" }
}
