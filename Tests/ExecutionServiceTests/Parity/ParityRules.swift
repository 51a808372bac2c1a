import SeededTesting

/// Rules by which both ways plan and fill, each from a seed.
struct ParityRules {
    /// JSON5 without its braces.
    let configuration: String
    /// Whether positions without a target are closed; else they have to have one, for orders end with their rebalance.
    let closesMissing: Bool

    init(cash: Int64, using generator: inout SeededGenerator) {
        closesMissing = generator.chance(50)
        let fill = generator.pick(["next_open", "next_close", "next_typical", "same_close"])
        let latency_ms = fill == "same_close" ? 0 : generator.pick([0, 0, 60_000])
        let limit = generator.pick(["penetrate", "touch", "close"])
        let cap = generator.pick(["0.003", "0.02", "null"])
        let bar = generator.pick(["stop_first", "target_first", "nearest_to_open"])
        configuration = """
            account: { cash: \(cash) },
            planning: { missing_targets: "\(closesMissing ? "close" : "hold")", two_phase: \(generator.chance(50)),
                        lot_size: \(generator.pick(["1", "0.01", "25"])), minimum_notional: \(generator.pick(["0", "20000"])) },
            orders: { time_in_force: "\(generator.pick(["DAY", "GTC"]))" },
            simulation: { market_fill: "\(fill)", limit_fill: "\(limit)", ambiguous_bar: "\(bar)", volume_limit: \(cap),
                          latency_ms: \(latency_ms), slippage: { \(Self.slippage(&generator)) },
                          commission: { \(Self.commission(&generator)) } }
            """
    }

    private static func slippage(_ generator: inout SeededGenerator) -> String {
        generator.pick([
            "model: \"none\"", "model: \"fixed_bps\", bps: 2.5", "model: \"fixed_spread\", spread: 0.03",
            "model: \"volume_share\", price_impact: 0.1", "model: \"square_root\", coefficient: 0.5",
        ])
    }

    private static func commission(_ generator: inout SeededGenerator) -> String {
        generator.pick([
            "model: \"none\"", "model: \"per_share\", rate: 0.0035, minimum: 0.35, maximum_fraction: 0.01",
            "model: \"bps\", bps: 1.5", "model: \"per_order\", amount: 1.25", "model: \"ibkr_fixed\"",
            "model: \"ibkr_tiered\"",
        ])
    }
}
