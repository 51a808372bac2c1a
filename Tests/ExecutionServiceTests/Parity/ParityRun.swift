import ExecutionService
import Foundation
import RiskControl
import Storage
import TestSupport
import TradingModel

/// The same inputs through TRAINING, and through PRODUCTION against the simulated gateway.
struct ParityRun {
    /// Everything that both get.
    struct Inputs {
        /// Whether the rows are orders; else they are targets.
        var areOrders = false
        var decisions: [ParityDecision]
        /// JSON5 without its braces; account, broker and zone are added.
        var configuration: String
        /// The file of trading steps.
        var instruments: String
        /// The level of aggressiveness in force, and what the levels mean, JSON5 without its braces.
        var level: (AggressivenessLevel, meanings: String)?
        /// Whether PRODUCTION has the level from its database; else both have it from the configuration.
        var isLevelSet = false
        /// Whether limits stand between the plan and the venue.
        var hasLimits = false
    }

    /// A session with the broker that did not go as it has to.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static let account = "DU123"
    static let zone = "America/New_York"

    let training: String
    let production: String
    private let folder: TemporaryFolder
    private let bars: String
    private let market: ParityMarket
    private let inputs: Inputs
    private let instruments: String

    /// - Parameters:
    ///   - folder: gets all files.
    ///   - bars: a historical database.
    init(_ inputs: Inputs, _ market: ParityMarket, bars: String, in folder: TemporaryFolder) throws {
        self.inputs = inputs
        self.market = market
        self.bars = bars
        self.folder = folder
        training = folder.path("training.db")
        production = folder.path("production.db")
        instruments = try folder.write(inputs.instruments, to: "instruments.csv")
    }

    private var header: String { inputs.areOrders ? ParityOrders.header : ParityTargets.header }

    private func configuration(port: UInt16, hasLevel: Bool = true) throws -> String {
        let level = inputs.level.map { level, meanings in
            "aggressiveness: { \(hasLevel ? "level: \"\(level.code.lowercased())\", " : "")\(meanings) },"
        }
        return try folder.write(
            """
            { \(inputs.configuration), \(level ?? "") time_zone: "\(Self.zone)",
              brokers: { ibkr: { port: \(port), account: "\(Self.account)", messages_per_second: null } },
              live: { permit: true, account: "\(Self.account)" }, production: { price_max_age: "168h" } }
            """, to: "configuration-\(port).json")
    }

    // MARK: - The two ways

    func train() throws {
        let file = try folder.write(header + inputs.decisions.flatMap(\.rows).joined(), to: "all.csv")
        var sources = ExecutionPlan.Sources(bars: bars, instruments: instruments)
        if inputs.areOrders { sources.orders = file } else { sources.targets = file }
        sources.configuration = try configuration(port: 4002)
        _ = try apply(try ExecutionPlan(sources), mode: .training, database: training)
    }

    /// Each decision in a rebalance of its own, when the bars have come to it.
    func produce() throws {
        let gateway = try GatewayThread(try gatewayOptions())
        do {
            if inputs.isLevelSet { try setLevel() }
            let configuration = try configuration(port: gateway.port, hasLevel: !inputs.isLevelSet)
            for decision in inputs.decisions { try carryOut(decision, gateway, configuration) }
        } catch {
            try? gateway.end()
            throw error
        }
        try gateway.end()
    }

    private func setLevel() throws {
        guard let (level, _) = inputs.level else { return }
        try AggressivenessChange(scope: .all, level: level, reason: "parity", setBy: "test").record(
            in: production, at: Timestamp(ms: 0))
    }

    private func gatewayOptions() throws -> GatewayOptions {
        var options = GatewayOptions(bars: bars)
        options.configuration = try configuration(port: 4002)
        options.instruments = instruments
        options.pace = .stepped
        options.port = 0
        options.account = Self.account
        // A real gateway does not tell of longer.
        options.daysKept = 7
        return options
    }

    private func carryOut(_ decision: ParityDecision, _ gateway: GatewayThread, _ configuration: String) throws {
        guard !decision.rows.isEmpty else { return }
        let bars = try gateway.status().bars
        if bars <= decision.place { _ = try gateway.step(decision.place + 1 - bars) }
        let file = try folder.write(header + decision.rows.joined(), to: "decision.csv")
        var sources = RebalancePlan.Sources(
            instruments: instruments, configuration: configuration, account: Self.account,
            bars: inputs.hasLimits ? self.bars : nil)
        if inputs.areOrders { sources.orders = file } else { sources.targets = file }
        let plan = try RebalancePlan(sources, venue: .ibkr)
        let pilot = try ParityPilot(gateway, lastBar: decision.end + 1)
        let options = RebalanceOptions(
            database: production, isLiveAsked: true, environment: ["EXEC_DRY_RUN": "0"], command: "parity")
        let report = try rebalance(plan, options: options, observer: pilot.observer)
        let isWell = [.completed, .stopped].contains(report.ending) && report.breaks.isEmpty && report.openOrders == 0
        guard pilot.failure == nil, isWell else {
            let lines = pilot.log + [pilot.failure ?? "", "\(report)"]
            throw Failure(description: "\(market.sessions[decision.place].date):\n\(lines.joined(separator: "\n"))")
        }
    }
}
