import SeededTesting
import TradingModel

/// Targets of every kind for all tickers, each time by one or two strategies.
struct ParityTargets {
    static let header =
        "as_of,ticker,target_weight,target_quantity,target_notional,reference_price,limit_price,time_in_force,"
        + "decision_id,strategy_id,profile_version_id,regime_id,universe_id\n"

    private(set) var decisions: [ParityDecision] = []
    /// What the account begins with, in whole units.
    private let cash: Int64
    /// Percentage of targets that are left out.
    private let missing: Int
    /// Whether each of three strategies decides every ticker every time, in quantities.
    private let areOfStrategies: Bool

    /// - Parameters:
    ///   - places: the sessions at whose end is decided.
    ///   - missing: of a hundred targets so many are left out.
    init(
        _ market: ParityMarket, at places: [Int], cash: Int64, missing: Int = 0, areOfStrategies: Bool = false,
        using generator: inout SeededGenerator
    ) {
        self.cash = cash
        self.missing = missing
        self.areOfStrategies = areOfStrategies
        for (place, end) in market.spans(of: places) {
            decisions.append(
                ParityDecision(place: place, end: end, rows: rows(market.sessions[place], place, &generator)))
        }
    }

    private func rows(
        _ session: ParityMarket.Session, _ place: Int, _ generator: inout SeededGenerator
    ) -> [String] {
        if areOfStrategies { return rowsOfStrategies(session, &generator) }
        let strategies = generator.chance(30) ? ["momentum", "value"] : ["momentum"]
        var rows: [String] = []
        for (ticker, close_e8) in session.closes where rows.isEmpty || !generator.chance(missing) {
            let strategy = generator.pick(strategies)
            let regime = place % 3 == 0 ? "calm" : ""
            let lineage = "\(strategy)/\(session.date),\(strategy),\(strategy)-v\(place / 500 + 1),\(regime),us-5"
            let order = "\(limitPrice(close_e8, &generator)),\(timeInForce(&generator))"
            rows.append("\(session.date),\(ticker),\(size(close_e8, &generator)),\(order),\(lineage)\n")
        }
        return rows
    }

    private func rowsOfStrategies(
        _ session: ParityMarket.Session, _ generator: inout SeededGenerator
    ) -> [String] {
        ["momentum", "value", "carry"].flatMap { strategy in
            session.closes.map { ticker, close_e8 in
                let share_e4 = Int64(generator.number(-300...300))
                let quantity = share_e4 * cash / 10_000 * 100_000_000 / close_e8
                return "\(session.date),\(ticker),,\(quantity),,,,,\(strategy)/\(session.date),\(strategy),v1,,us-5\n"
            }
        }
    }

    /// Weight, quantity, notional and reference price, of which one of the first three is given; up to 3 % of the account each way.
    private func size(_ close_e8: Int64, _ generator: inout SeededGenerator) -> String {
        let share_e4 = generator.chance(10) ? 0 : generator.number(-300...300)
        let reference =
            generator.chance(15) ? ParityPrice.text(close_e8, tenthsOff: generator.number(-20...20), decimals: 3) : ""
        let notional = Int64(share_e4) * cash / 10_000
        switch generator.number(0...2) {
        case 0: return "\(DecimalText.format(Int64(share_e4), scale: 4)),,,\(reference)"
        case 1:
            let quantity = notional * Price.scale / close_e8
            return ",\(quantity)\(generator.pick(["", "", ".5", ".25"])),,\(reference)"
        default: return ",,\(notional),\(reference)"
        }
    }

    /// With three decimals: not always one that the market takes.
    private func limitPrice(_ close_e8: Int64, _ generator: inout SeededGenerator) -> String {
        guard generator.chance(35) else { return "" }
        return ParityPrice.text(close_e8, tenthsOff: generator.number(-40...40), decimals: 3)
    }

    private func timeInForce(_ generator: inout SeededGenerator) -> String {
        generator.pick(["", "DAY", "DAY", "GTC", "GTC", "GTC", "IOC", "OPG", "CLS", "FOK"])
    }
}
