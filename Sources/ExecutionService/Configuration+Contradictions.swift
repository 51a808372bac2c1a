import MarketSimulation
import TradingModel

extension Configuration {
    /// Notes keys that cannot both be meant.
    func refuseContradictions(_ reader: inout ConfigurationReader, for mode: ExecutionMode) {
        if simulation.marketFill == .sameClose, simulation.latency_ms > 0 {
            reader.note(
                "simulation.latency_ms",
                "contradicts simulation.market_fill \"same_close\", which fills before any latency",
                accepted: "give 0, or another market_fill")
        }
        // In PRODUCTION the broker charges, whatever the simulation would.
        if mode == .training { refuseForeignDollars(&reader) }
        refuseOverriddenPreset(&reader)
    }

    /// The plans' rates are in dollars and would be taken for the account's currency.
    private func refuseForeignDollars(_ reader: inout ConfigurationReader) {
        guard account.currency != .usd, simulation.commission == .ibkrFixed || simulation.commission == .ibkrTiered
        else { return }
        let model = simulation.commission == .ibkrFixed ? "ibkr_fixed" : "ibkr_tiered"
        reader.note(
            "account.currency", "contradicts simulation.commission.model \"\(model)\", whose rates are in USD",
            accepted: "give \"USD\", or another commission model")
    }

    /// A preset's fill rules are the peer; its costs, cap and latency may be others.
    private func refuseOverriddenPreset(_ reader: inout ConfigurationReader) {
        guard let preset = simulation.preset else { return }
        let rules = SimulationRules(preset: preset)
        let overridden = [
            ("simulation.limit_fill", simulation.limitFill != rules.limitFill, rules.limitFill.rawValue),
            ("simulation.ambiguous_bar", simulation.ambiguousBar != rules.ambiguousBar, rules.ambiguousBar.rawValue),
            ("simulation.market_fill", simulation.marketFill != rules.marketFill, rules.marketFill.rawValue),
        ]
        for (path, differs, own) in overridden where differs {
            reader.note(
                path, "contradicts simulation.preset \"\(preset.rawValue)\", whose rule is \"\(own)\"",
                accepted: "leave it out, or leave out the preset")
        }
    }
}
