import Foundation
import OrderRouting
import Rebalancing
import Storage
import TradingModel

/// What a session with the broker came to: the summary that is printed and stored.
public struct RebalanceReport: Sendable, Codable, Equatable {
    public enum Ending: String, Sendable, Codable {
        case completed
        case unfinished
        case refused
        case declined
        case stopped
        case halted
        case brokerTrouble = "broker_trouble"
    }

    /// Orders that ended in one way.
    public struct Shortfall: Sendable, Codable, Equatable {
        public var orders: Int
        public var status: String
        public var reason: String?
    }

    public var runID: String
    public var venue: String
    public var account: String
    public var ending: Ending
    /// What an operator has to know of the ending; each a sentence.
    public var remarks: [String]
    /// Whether the run was complete before this command, which then changed nothing.
    public var alreadyCompleted = false
    public var orders: Int
    public var filledOrders: Int
    /// Orders that have left and not ended.
    public var openOrders: Int
    /// Orders that wait to be sent; nil in reports of older versions, which count them as open.
    public var unsentOrders: Int?
    public var unfilled: [Shortfall]
    public var currency: String
    /// Value of the orders' fills.
    public var bought: Decimal
    public var sold: Decimal
    public var commission: Decimal
    public var cash: Decimal
    /// Positions that the book does not explain, after the last order.
    public var breaks: [String]

    // `convertFromSnakeCase` would look for `runId`.
    private enum CodingKeys: String, CodingKey {
        case runID = "runId"
        case venue, account, ending, remarks, alreadyCompleted, orders, filledOrders, openOrders, unsentOrders,
            unfilled, currency
        case bought, sold, commission, cash, breaks
    }

    /// Whether everything was done as it was to be.
    public var isWhole: Bool {
        ending == .completed && breaks.isEmpty && unfilled.allSatisfy { $0.reason == StatusReason.dryRun.rawValue }
    }

    init(
        _ engine: ExecutionEngine, _ outcome: RebalanceOutcome, header: RunHeader, currency: Currency
    ) {
        let all = engine.orders.filter { !$0.number.isOfEarlierRun }
        // A child is a part of an order that is counted.
        let own = all.filter { $0.childNumber == nil }
        runID = header.runID
        venue = header.venue
        account = header.account
        orders = own.count
        filledOrders = own.count { $0.state == .filled }
        openOrders = own.count { !$0.state.isTerminal && $0.state != .planned }
        unsentOrders = own.count { $0.state == .planned }
        unfilled = Self.shortfalls(own)
        self.currency = currency.description
        bought = Self.value(of: own.filter { $0.terms.side == .buy })
        sold = Self.value(of: own.filter { $0.terms.side == .sell })
        commission = Decimal(engine.commission(ofOrders: Set(all.map(\.number))))
        cash = Decimal(engine.cash)
        (ending, remarks, breaks) = Self.words(for: outcome)
    }

    /// The most frequent first.
    private static func shortfalls(_ orders: [OrderRecord]) -> [Shortfall] {
        let ended = orders.filter { $0.state.isTerminal && $0.state != .filled }
        let grouped = Dictionary(grouping: ended) { [$0.state.code, $0.state.reason?.rawValue ?? ""] }
        let counted = grouped.map { words, orders in
            Shortfall(orders: orders.count, status: words[0], reason: words[1].isEmpty ? nil : words[1])
        }
        return counted.sorted { left, right in
            left.orders != right.orders
                ? left.orders > right.orders : (left.status, left.reason ?? "") < (right.status, right.reason ?? "")
        }
    }

    /// Counts intents that had expired before they could be ordered among what was not filled.
    mutating func addExpiredIntents(_ count: Int) {
        guard count > 0 else { return }
        unfilled.append(
            Shortfall(orders: count, status: "EXPIRED", reason: StatusReason.intentExpired.rawValue))
    }

    private static func words(for outcome: RebalanceOutcome) -> (Ending, [String], [String]) {
        switch outcome {
        case .completed(_, let breaks): (.completed, [], breaks.map(\.description))
        case .unfinished(let open, let why):
            (.unfinished, ["\(why); orders that are open or unknown: \(open); the same command goes on with them"], [])
        case .refused(let why): (.refused, why, [])
        case .declined: (.declined, [], [])
        case .stopped(let open):
            (.stopped, open == 0 ? [] : ["orders that are still open: \(open); the same command goes on with them"], [])
        case .halted(let open, let waiting, let why):
            (.halted, why.map { "HALTED: \($0)" } + haltRemarks(open, waiting), [])
        case .brokerTrouble(let why): (.brokerTrouble, [why], [])
        }
    }

    private static func haltRemarks(_ open: Int, _ waiting: Int) -> [String] {
        [
            open == 0 ? nil : "orders that are still open: \(open); `execution cancel-all --live` cancels them",
            waiting == 0
                ? nil
                : "orders that were not sent and wait: \(waiting); the same command goes on with them once nothing halts it",
        ].compactMap { $0 }
    }

    private static func value(of orders: [OrderRecord]) -> Decimal {
        let sum = orders.reduce(ExactValue.zero) { $0 + $1.filledValue }
        return (try? Money(sum, rounding: .nearest)).map { Decimal($0) } ?? .nan
    }

    /// The report as JSON with snake-case keys.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Reads what `json` wrote.
    static func read(_ json: String) throws -> RebalanceReport {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(RebalanceReport.self, from: Data(json.utf8))
    }
}
