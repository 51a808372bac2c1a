import Foundation
import SeededTesting
import TestSupport

/// One random run: bars with holes, splits and dividends, targets of every kind, and a configuration.
struct RandomCase {
    /// The file of bars.
    let bars: DailyBars
    /// The file of targets.
    private(set) var targets =
        "as_of,ticker,target_weight,target_quantity,target_notional,reference_price,limit_price,time_in_force,decision_id\n"
    /// Trading steps of some tickers.
    private(set) var instruments = "ticker,lot_size,borrow_rate\n"
    /// The configuration.
    let configuration: String

    init(_ generator: inout SeededGenerator) {
        var shape = DailyBars.Shape(
            tickers: Int.random(in: 1...5, using: &generator), sessions: Int.random(in: 8...60, using: &generator))
        shape.holes = [0, 5, 25].randomElement(using: &generator) ?? 0
        shape.splits = 30
        shape.dividends = 30
        shape.volumes = generator.chance(50) ? 100...5_000 : 10_000...1_000_000
        bars = DailyBars(shape, using: &generator)
        configuration = Self.configuration(&generator)
        for ticker in bars.tickers where generator.chance(50) {
            let lot = ["1", "10", "0.5", "100"].randomElement(using: &generator) ?? "1"
            instruments += "\(ticker),\(lot),0.\(Int.random(in: 0...9, using: &generator))\n"
        }
        addTargets(&generator)
    }

    private mutating func addTargets(_ generator: inout SeededGenerator) {
        let step = Int.random(in: 1...6, using: &generator)
        // The first date is left out, because its close has to be known.
        for index in stride(from: 1, to: bars.dates.count, by: step) {
            let isInstant = generator.chance(20)
            let asOf = bars.dates[index] + (isInstant ? "T00:00:00.001Z" : "")
            var rows: [String] = []
            for ticker in bars.tickers where generator.chance(75) {
                let order = "\(limitPrice(&generator)),\(Self.timeInForce(&generator))"
                rows.append("\(asOf),\(ticker),\(Self.size(&generator)),\(order),batch-\(index)")
            }
            targets += rows.map { $0 + "\n" }.joined()
        }
    }

    /// Weight, quantity, notional and reference price, of which one of the first three is given.
    private static func size(_ generator: inout SeededGenerator) -> String {
        let reference = generator.chance(10) ? "50.25" : ""
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: return "\(Double(Int.random(in: -50...80, using: &generator)) / 100),,,\(reference)"
        case 1:
            return
                ",\(Int.random(in: -3_000...5_000, using: &generator)).\(Int.random(in: 0...9, using: &generator)),,\(reference)"
        default: return ",,\(Int.random(in: -200_000...300_000, using: &generator)),\(reference)"
        }
    }

    private func limitPrice(_ generator: inout SeededGenerator) -> String {
        generator.chance(30) ? "\(Int.random(in: 10...220, using: &generator)).5" : ""
    }

    private static func timeInForce(_ generator: inout SeededGenerator) -> String {
        ["", "", "DAY", "GTC", "GTC", "IOC", "FOK", "OPG", "CLS"].randomElement(using: &generator) ?? ""
    }

    private static func configuration(_ generator: inout SeededGenerator) -> String {
        func one(_ words: String...) -> String { words.randomElement(using: &generator) ?? words[0] }
        let slippage = one(
            "none", "fixed_bps", "fixed_spread\", spread: 0.02, x: \"", "volume_share\", price_impact: 0.1, x: \"",
            "square_root\", coefficient: 0.5, x: \"")
        return """
            { account: { cash: \(one("1000000", "50000", "0")) },
              planning: { open_orders: "\(one("cancel", "keep"))", missing_targets: "\(one("hold", "close"))",
                          two_phase: \(one("true", "false")), insufficient_cash: "\(one("wait", "reject"))",
                          minimum_notional: \(one("0", "0", "5000")) },
              simulation: { market_fill: "\(one("next_open", "next_close", "next_typical"))",
                            limit_fill: "\(one("penetrate", "touch", "close"))", volume_limit: \(one("0.1", "0.025", "1", "null")),
                            latency_ms: \(one("0", "0", "60000")), borrow_rate: \(one("0", "0.05")),
                            slippage: { model: "\(slippage)" }, commission: { model: "\(one("none", "ibkr_fixed", "ibkr_tiered"))" } } }
            """.replacingOccurrences(of: ", x: \"\"", with: "")
    }
}
