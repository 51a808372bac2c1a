import Foundation
import SeededTesting
import Storage
import TestSupport

/// An account at a simulated gateway that is a process of its own, and the database of its rebalances.
///
/// The gateway plays a bar when an order works and no client has said anything for a moment; so the market goes on, and orders
/// fill, while nobody listens.
final class CrashWorld {
    static let account = "DU123"

    let folder: TemporaryFolder
    let gateway: ChildProcess
    let control: GatewayControl
    private var rebalances = 0
    /// The rows of every intent so far.
    private(set) var intents: [String] = []
    var generator: SeededGenerator
    /// Kills at random come within this time; nil until a test has seen how long something takes in this world.
    var killsWithin_us: Int?

    /// - Parameters:
    ///   - pace: options of the gateway that say when bars are played; nil takes one of several by the seed.
    ///   - sections: further sections of the configuration, each with a comma behind it.
    init(seed: UInt64, pace: [String]? = nil, sections: String = "") throws {
        folder = try TemporaryFolder()
        generator = SeededGenerator(seed: seed)
        try folder.write(MinuteBars.csv(minutes: 2_000, using: &generator), to: "bars.csv")
        try folder.write(
            """
            {
              account: { cash: 200000 },
              simulation: { volume_limit: 0.05, slippage: { model: "fixed_bps", bps: 5 }, commission: { model: "ibkr_fixed" } },
            }
            """, to: "gateway.json")
        gateway = try ChildProcess(
            "execution",
            ["gateway", "--bars", "bars.csv", "--port", "0", "--control-port", "0", "--account", Self.account]
                + ["--config", "gateway.json"] + (pace ?? ["--when-ordered", "\(1 + seed % 4 * 3)"]),
            in: folder, printsTo: "gateway")
        let ports = try Self.ports(gateway)
        control = try GatewayControl(port: ports[1])
        // Until a bar has been played there are no prices, unless there is history.
        if pace?.contains("--from") != true { try control.send("step") }
        try folder.write(Self.configuration(port: ports[0], sections), to: "production.json")
    }

    /// Ends the gateway and takes everything away.
    func end() throws {
        try control.send("quit")
        _ = try gateway.ending(within: 20)
        try folder.remove()
    }

    private static func ports(_ gateway: ChildProcess) throws -> [UInt16] {
        var ports: [UInt16] = []
        let isThere = Wait.until(30) {
            let text = gateway.output
            guard text.hasSuffix("\n") else { return !gateway.isRunning }
            ports = text.components(separatedBy: "127.0.0.1:").dropFirst().compactMap {
                UInt16($0.prefix { $0.isNumber })
            }
            return true
        }
        guard isThere, ports.count == 2 else {
            throw GatewayControl.Failure(description: "the gateway does not listen: \(gateway.errors)")
        }
        return ports
    }

    private static func configuration(port: UInt16, _ sections: String) -> String {
        """
        {
          orders: { time_in_force: "GTC" },
          brokers: { ibkr: { port: \(port), account: "\(account)", messages_per_second: null } },
          live: { permit: true, account: "\(account)" },
          \(sections)
          production: { timeout: "60s", quiet_period: "100ms", price_max_age: "24h" },
        }
        """
    }

    var database: String { folder.path("runtime.db") }

    // MARK: - Rebalances

    /// Writes the targets of the next rebalance: other shares of the same tickers, so that there are sales and purchases.
    ///
    /// - Returns: the words of a command that carries them out.
    func writeTargets() throws -> [String] {
        rebalances += 1
        let parts = MinuteBars.tickers.map { _ in generator.chance(25) ? 0 : generator.number(1...10) }
        let sum = max(1, parts.reduce(0, +))
        var csv = "as_of,ticker,target_weight,decision_id,strategy_id,profile_version_id,regime_id,universe_id\n"
        for (ticker, part) in zip(MinuteBars.tickers, parts) {
            let weight = String(format: "%.4f", 0.92 * Double(part) / Double(sum))
            csv += "\(MinuteBars.date),\(ticker),\(weight),decision-\(rebalances),s,s-v1,calm,four\n"
        }
        return ["--targets", try folder.write(csv, to: "targets-\(rebalances).csv")]
    }

    /// Writes targets of the next rebalance that are carried out in parts, within a few minutes of the market.
    ///
    /// - Returns: the words of a command that carries them out.
    func writeAlgorithms() throws -> [String] {
        rebalances += 1
        var csv = "as_of,ticker,target_quantity,algorithm,algorithm_parameters,decision_id,strategy_id\n"
        for ticker in MinuteBars.tickers {
            let minutes = generator.number(3...12)
            let window = "duration=\(minutes)m finish=market"
            let algorithm = generator.pick([
                "twap,\(window) slices=\(generator.number(2...6))",
                "vwap,\(window) slices=\(generator.number(2...6)) days=1", "pov,\(window) share=0.04 every=1m",
                "iceberg,display=\(generator.number(20...120))",
            ])
            csv +=
                "\(MinuteBars.nextDate),\(ticker),\(generator.number(0...400)),\(algorithm),decision-\(rebalances),s\n"
        }
        return [
            "--targets", try folder.write(csv, to: "targets-\(rebalances).csv"), "--bars", "bars.csv", "--interval",
            "1m",
            // Windows are minutes of the market.
            "--timeout", "1h",
        ]
    }

    /// Writes orders: in each ticker a purchase with two exits, of which one takes the place of the other, and a sale.
    ///
    /// - Returns: the words of a command that carries them out.
    func writeOrders() throws -> [String] {
        rebalances += 1
        var csv = "as_of,order_ref,ticker,side,quantity,order_type,trail_percent,parent_ref,oca_group,decision_id\n"
        for ticker in MinuteBars.tickers {
            let (name, size) = ("\(ticker)-\(rebalances)", generator.number(10...200))
            let rows = [
                "in-\(name),\(ticker),BUY,\(size),MARKET,,,",
                "near-\(name),\(ticker),SELL,\(size),TRAILING_STOP,0.2,in-\(name),out-\(name)",
                "far-\(name),\(ticker),SELL,\(size),TRAILING_STOP,2,in-\(name),out-\(name)",
                "less-\(name),\(ticker),SELL,\(max(1, size / 2)),MARKET,,,",
            ]
            csv += rows.map { "\(MinuteBars.date),\($0),orders-\(rebalances)\n" }.joined()
        }
        return ["--orders", try folder.write(csv, to: "orders-\(rebalances).csv")]
    }

    /// Writes intents: a few new ones, in any order with a few that were sent before.
    ///
    /// - Returns: the words of a command that carries them out.
    func writeIntents() throws -> [String] {
        rebalances += 1
        let old = (0..<(intents.isEmpty ? 0 : generator.number(0...4))).map { _ in
            intents[generator.number(0...intents.count - 1)]
        }
        let new = (0..<generator.number(3...25)).map { number in
            let ticker = MinuteBars.tickers[generator.number(0...MinuteBars.tickers.count - 1)]
            let size = generator.chance(50) ? "\(generator.number(1...100))," : ",\(generator.number(20_000...40_000))"
            let terms = generator.chance(15) ? "HOLD,," : "\(generator.chance(60) ? "BUY" : "SELL"),\(size)"
            return "intent-\(rebalances)-\(number),\(MinuteBars.date),s\(number % 2),\(ticker),\(terms)\n"
        }
        intents += new
        let rows = (new + old).map { (generator.number(0...999), $0) }.sorted { $0 < $1 }.map(\.1)
        let csv = "intent_id,decided_at,strategy_id,ticker,side,quantity,notional\n" + rows.joined()
        return ["--intents", try folder.write(csv, to: "intents-\(rebalances).csv")]
    }

    private static let environment = ["EXEC_DRY_RUN": "0"]
    private static let place = ["--db", "runtime.db", "--config", "production.json", "--account", account]

    /// Starts the library's rebalance in a process of its own, which kills itself where `words` say.
    func startChild(_ inputs: [String], _ words: [String] = []) throws -> ChildProcess {
        try ChildProcess("CrashChild", Self.place + inputs + words, in: folder, environment: Self.environment)
    }

    /// Starts the command of an operator.
    func startCommand(_ inputs: [String], _ options: [String] = [], label: String? = nil) throws -> ChildProcess {
        try ChildProcess(
            "execution",
            [inputs.contains("--intents") ? "submit" : "apply", "--mode", "production", "--live", "--yes"] + Self.place
                + inputs + options,
            in: folder,
            printsTo: label, environment: Self.environment)
    }

    /// A process that ended in another way than it was to.
    struct WrongEnding: Error, CustomStringConvertible {
        let description: String
    }

    /// Whether a rebalance ran to its end, with every order filled where no other code is allowed; false when it was killed, and
    /// then what it left holds together.
    func isComplete(_ process: ChildProcess, orExitsWith codes: Set<Int32> = []) throws -> Bool {
        switch try process.ending() {
        case .exited(let code) where code == 0 || codes.contains(code): return true
        case .killed(SIGKILL):
            let problems = try CrashAudit(unfinished: self)?.problems ?? []
            guard problems.isEmpty else { throw WrongEnding(description: "after a kill: \(problems)") }
            return false
        case let ending:
            throw WrongEnding(description: "\(ending): \(process.output) \(process.errors.suffix(4_000))")
        }
    }

    /// Waits for the end of a rebalance that nobody kills.
    func complete(_ process: ChildProcess, orExitsWith codes: Set<Int32> = []) throws {
        guard try isComplete(process, orExitsWith: codes) else {
            throw WrongEnding(description: "it was killed by nobody")
        }
    }
}
