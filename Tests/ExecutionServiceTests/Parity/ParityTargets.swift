import SeededTesting
import TradingModel

/// Closes of the real bars, by session.
struct ParityMarket {
    struct Session {
        let date: String
        /// In 10⁻⁸, by ticker; tickers that have no bar yet are absent.
        var closes: [(ticker: String, close_e8: Int64)]
    }

    private(set) var sessions: [Session] = []

    /// - Parameter rows: date, ticker and close of every bar, by date and ticker.
    init(rows: [[String]]) {
        for row in rows {
            if sessions.last?.date != row[0] { sessions.append(Session(date: row[0], closes: [])) }
            sessions[sessions.count - 1].closes.append((row[1], Int64(row[2]) ?? 0))
        }
    }

    /// The places of the last session of every week, without the first weeks and the last one.
    var weeks: [Int] {
        sessions.indices.dropFirst(5).dropLast().filter { week(of: $0) != week(of: $0 + 1) }
    }

    private func week(of place: Int) -> Int32? {
        let parts = sessions[place].date.split(separator: "-").compactMap { Int($0) }
        // 1970-01-01 was a Thursday.
        return CalendarDate(year: parts[0], month: parts[1], day: parts[2]).map { ($0.days + 3) / 7 }
    }
}

/// Targets of every kind, decided every week by one or two strategies.
struct ParityTargets {
    static let header =
        "as_of,ticker,target_weight,target_quantity,target_notional,reference_price,limit_price,time_in_force,"
        + "decision_id,strategy_id,profile_version_id,regime_id,universe_id\n"

    /// A decision time: the place of its session, and its rows.
    private(set) var decisions: [(place: Int, rows: String)] = []
    /// What the account begins with.
    private let cash: Int64

    init(_ market: ParityMarket, cash: Int64, using generator: inout SeededGenerator) {
        self.cash = cash
        for place in market.weeks { addDecision(market.sessions[place], place, &generator) }
    }

    /// All of them in one file.
    var csv: String { Self.header + decisions.map(\.rows).joined() }

    private mutating func addDecision(
        _ session: ParityMarket.Session, _ place: Int, _ generator: inout SeededGenerator
    ) {
        let strategies = generator.chance(30) ? ["momentum", "value"] : ["momentum"]
        var rows: [String] = []
        for (ticker, close_e8) in session.closes {
            let strategy = generator.pick(strategies)
            let regime = place % 3 == 0 ? "calm" : ""
            let lineage = "\(strategy)/\(session.date),\(strategy),\(strategy)-v\(place / 500 + 1),\(regime),us-5"
            let order = "\(limitPrice(close_e8, &generator)),\(timeInForce(&generator))"
            rows.append("\(session.date),\(ticker),\(size(close_e8, &generator)),\(order),\(lineage)\n")
        }
        decisions.append((place, rows.joined()))
    }

    /// Weight, quantity, notional and reference price, of which one of the first three is given; up to 3 % of the account each way.
    private func size(_ close_e8: Int64, _ generator: inout SeededGenerator) -> String {
        let share = generator.chance(10) ? 0 : generator.number(-300...300)
        let reference = generator.chance(15) ? Self.price(close_e8, percentOff: generator.number(-20...20)) : ""
        switch generator.number(0...2) {
        case 0: return "\(Double(share) / 10_000),,,\(reference)"
        case 1:
            let quantity = Int64(share) * cash / 10_000 * Price.scale / close_e8
            return ",\(quantity)\(generator.pick(["", "", ".5", ".25"])),,\(reference)"
        default: return ",,\(Int64(share) * cash / 10_000),\(reference)"
        }
    }

    private func limitPrice(_ close_e8: Int64, _ generator: inout SeededGenerator) -> String {
        generator.chance(35) ? Self.price(close_e8, percentOff: generator.number(-40...40)) : ""
    }

    private func timeInForce(_ generator: inout SeededGenerator) -> String {
        generator.pick(["", "DAY", "DAY", "GTC", "GTC", "GTC", "IOC", "OPG", "CLS", "FOK"])
    }

    /// A price so many tenths of a percent from another, with three decimals: not always one that the market takes.
    private static func price(_ close_e8: Int64, percentOff tenths: Int) -> String {
        DecimalText.format(close_e8 / 100_000 * Int64(1_000 + tenths) / 1_000, scale: 3)
    }
}
