import SeededTesting
import TradingModel

/// Orders of every kind that IBKR has, alone, in OCA groups and in brackets.
///
/// None outlives the decision after its own, because a rebalance ends with its orders.
struct ParityOrders {
    static let header =
        "as_of,order_ref,ticker,side,quantity,order_type,limit_price,stop_price,trail_amount,trail_percent,limit_offset,"
        + "time_in_force,good_till,parent_ref,oca_group,cancel_at,decision_id,strategy_id,profile_version_id,regime_id,"
        + "universe_id\n"

    private(set) var decisions: [ParityDecision] = []
    private let market: ParityMarket
    /// What the account begins with, in whole units.
    private let cash: Int64

    /// - Parameter places: the sessions at whose end is decided.
    init(_ market: ParityMarket, at places: [Int], cash: Int64, using generator: inout SeededGenerator) {
        self.market = market
        self.cash = cash
        for (place, end) in market.spans(of: places) {
            decisions.append(
                ParityDecision(place: place, end: end, rows: rows(place, until: end, &generator)))
        }
    }

    private func rows(_ place: Int, until end: Int, _ generator: inout SeededGenerator) -> [String] {
        let session = market.sessions[place]
        var rows: [String] = []
        for (ticker, close_e8) in session.closes {
            for family in 0..<generator.number(0...2) {
                let shares = Int64(generator.number(1...200)) * cash / 10_000 * Price.scale / close_e8
                var desk = Desk(
                    ref: "\(place)-\(ticker)-\(family)", ticker: ticker, quantity: max(shares, 100), close_e8: close_e8,
                    dates: market.sessions[(place + 1)...end].map(\.date))
                rows += desk.family(&generator)
            }
        }
        let lineage = "orders/\(session.date),desk,desk-v1,,us-5"
        return rows.map { "\(session.date),\($0),\(lineage)\n" }
    }

    /// Makes the orders of one ticker that belong together.
    private struct Desk {
        let ref: String
        let ticker: String
        let quantity: Int64
        let close_e8: Int64
        /// Those of the sessions up to the next decision.
        let dates: [String]
        private var count = 0

        init(ref: String, ticker: String, quantity: Int64, close_e8: Int64, dates: [String]) {
            self.ref = ref
            self.ticker = ticker
            self.quantity = quantity
            self.close_e8 = close_e8
            self.dates = dates
        }

        mutating func family(_ generator: inout SeededGenerator) -> [String] {
            let side = generator.pick(["BUY", "SELL"])
            switch generator.number(0...9) {
            case 0, 1:
                let type = plain(side, &generator)
                return [row(side, type, special(&generator))]
            case 2...5: return [row(side, stop(side, &generator), patient(&generator))]
            case 6, 7: return group(side, &generator)
            default: return bracket(side, &generator)
            }
        }

        // MARK: - Families

        private mutating func group(_ side: String, _ generator: inout SeededGenerator) -> [String] {
            let better = side == "BUY" ? -1 : 1
            let limit = "LIMIT,\(price(better * generator.number(0...30))),,,,"
            var types = [limit, stop(side, &generator)]
            if generator.chance(30) { types.append(stop(side, &generator)) }
            let time = patient(&generator)
            return types.map { row(side, $0, time, group: "oca-\(ref)") }
        }

        private mutating func bracket(_ side: String, _ generator: inout SeededGenerator) -> [String] {
            let other = side == "BUY" ? "SELL" : "BUY"
            let up = side == "BUY" ? 1 : -1
            let isStop = generator.chance(20)
            let type = isStop ? stop(side, &generator) : plain(side, &generator)
            let entry = row(side, type, patient(&generator))
            let parent = "\(ref).\(count)"
            let target = "LIMIT,\(price(up * generator.number(5...60))),,,,"
            let loss =
                generator.chance(60) ? "STOP,,\(price(-up * generator.number(5...60))),,," : trail(&generator, nil)
            let time = patient(&generator)
            return [entry, row(other, target, time, parent: parent), row(other, loss, time, parent: parent)]
        }

        // MARK: - Types: order_type, limit_price, stop_price, trail_amount, trail_percent, limit_offset

        private func plain(_ side: String, _ generator: inout SeededGenerator) -> String {
            generator.chance(50) ? "MARKET,,,,," : "LIMIT,\(price(generator.number(-30...30))),,,,"
        }

        private func stop(_ side: String, _ generator: inout SeededGenerator) -> String {
            let away = side == "BUY" ? 1 : -1
            // Some are through the market already.
            let distance = generator.number(-5...40)
            let stop = price(away * distance)
            switch generator.number(0...3) {
            case 0: return "STOP,,\(stop),,,"
            case 1: return "STOP_LIMIT,\(price(away * (distance + generator.number(-10...15)))),\(stop),,,"
            case 2: return trail(&generator, generator.chance(50) ? stop : nil)
            default:
                return "TRAILING_STOP_LIMIT,,\(stop),\(distanceOfTrail(&generator)),0.\(generator.number(10...99))"
            }
        }

        private func trail(_ generator: inout SeededGenerator, _ stop: String?) -> String {
            "TRAILING_STOP,,\(stop ?? ""),\(distanceOfTrail(&generator)),"
        }

        private func distanceOfTrail(_ generator: inout SeededGenerator) -> String {
            let isAmount = generator.chance(50)
            return isAmount
                ? "\(generator.number(0...4)).\(generator.number(10...99))," : ",\(generator.number(1...6)).5"
        }

        private func price(_ tenthsOff: Int) -> String { ParityPrice.text(close_e8, tenthsOff: tenthsOff) }

        // MARK: - Times: time_in_force, good_till; and cancel_at

        private func special(_ generator: inout SeededGenerator) -> (String, String) {
            generator.chance(30)
                ? patient(&generator) : (generator.pick(["DAY,", "IOC,", "FOK,", "OPG,", "CLS,"]), "")
        }

        private func patient(_ generator: inout SeededGenerator) -> (String, String) {
            switch generator.number(0...2) {
            case 0: ("DAY,", "")
            case 1: ("GTD,\(generator.pick(dates))", "")
            default: ("GTC,", dates[dates.count - 1])
            }
        }

        private mutating func row(
            _ side: String, _ type: String, _ time: (String, String), parent: String = "", group: String = ""
        ) -> String {
            count += 1
            return "\(ref).\(count),\(ticker),\(side),\(quantity),\(type),\(time.0),\(parent),\(group),\(time.1)"
        }
    }
}
