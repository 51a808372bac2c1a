import Foundation
import OrderRouting
import Storage
import TradingModel

/// What a run came to: the summary that `apply` prints and stores.
public struct RunReport: Sendable, Codable, Equatable {
    /// Orders that fell short in one way.
    public struct Shortfall: Sendable, Codable, Equatable {
        public var orders: Int64
        public var status: String
        public var reason: String?
        public var limitedBy: String?
    }

    public var runID: String
    public var mode: String
    public var status: String
    /// Whether the run was complete before this command, which then changed nothing.
    public var alreadyCompleted: Bool
    public var decisions: Int64
    public var targets: Int64
    public var orders: Int64
    public var filledOrders: Int64
    public var partlyFilledOrders: Int64
    /// Orders that a limit let through in part; nil for none.
    public var cutOrders: Int64?
    public var fills: Int64
    public var ambiguousFills: Int64
    public var firstFill: String?
    public var lastFill: String?
    public var currency: String
    /// Value of all fills.
    public var turnover: Decimal
    public var commission: Decimal
    public var slippage: Decimal
    public var borrow: Decimal
    public var dividends: Decimal
    public var initialCash: Decimal
    public var finalCash: Decimal
    public var lowestCash: Decimal
    /// Cash and positions at the last closes.
    public var finalEquity: Decimal
    /// Orders that did not fill as a whole, by the way they fell short, the most frequent first.
    public var unfilled: [Shortfall]
    public var bars: Int64
    public var warnings: [String]

    /// Whether an order was rejected, denied or expired, or its fate is unknown.
    public var isIncomplete: Bool {
        unfilled.contains { ["REJECTED", "DENIED", "EXPIRED", "UNKNOWN"].contains($0.status) }
    }

    /// The report as JSON with snake-case keys.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Reads what `json` wrote.
    static func read(_ json: String) throws -> RunReport {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(RunReport.self, from: Data(json.utf8))
    }

    // `convertFromSnakeCase` would look for `runId`.
    private enum CodingKeys: String, CodingKey {
        case runID = "runId"
        case mode, status, alreadyCompleted, decisions, targets, orders, filledOrders, partlyFilledOrders, cutOrders,
            fills
        case ambiguousFills, firstFill, lastFill, currency, turnover, commission, slippage, borrow, dividends,
            initialCash
        case finalCash, lowestCash, finalEquity, unfilled, bars, warnings
    }
}

extension RunReport {
    init(_ runner: TrainingRunner, plan: ExecutionPlan, runID: String) throws {
        let statistics = runner.engine.statistics
        self.init(
            runID: runID, mode: ExecutionMode.training.rawValue, status: RunOutcome.Status.completed.rawValue,
            alreadyCompleted: false, decisions: statistics.decisions, targets: statistics.targets,
            orders: statistics.orders, filledOrders: statistics.filledOrders,
            partlyFilledOrders: statistics.partlyFilledOrders,
            cutOrders: statistics.cutOrders > 0 ? statistics.cutOrders : nil, fills: statistics.fills,
            ambiguousFills: statistics.ambiguousFills, firstFill: statistics.firstFill?.description,
            lastFill: statistics.lastFill?.description, currency: plan.configuration.account.currency.description,
            turnover: Decimal(try Money(statistics.turnover, rounding: .nearest)),
            commission: Decimal(statistics.commission), slippage: Decimal(statistics.slippage),
            borrow: Decimal(statistics.borrow), dividends: Decimal(statistics.dividends),
            initialCash: Decimal(plan.configuration.account.cash), finalCash: Decimal(runner.engine.cash),
            lowestCash: Decimal(runner.simulator.lowestCash), finalEquity: Decimal(try runner.equity()),
            unfilled: Self.shortfalls(statistics, expiredIntents: runner.engine.expiredIntents.count),
            bars: runner.feed.barsRead, warnings: plan.warnings)
    }

    private static func shortfalls(_ statistics: RunStatistics, expiredIntents: Int) -> [Shortfall] {
        var shortfalls = statistics.shortfalls.map { shortfall, count in
            Shortfall(
                orders: count, status: shortfall.status, reason: shortfall.reason?.rawValue,
                limitedBy: shortfall.limitedBy?.rawValue)
        }
        if expiredIntents > 0 {
            shortfalls.append(
                Shortfall(
                    orders: Int64(expiredIntents), status: "EXPIRED", reason: StatusReason.intentExpired.rawValue))
        }
        return shortfalls.sorted { left, right in
            left.orders != right.orders ? left.orders > right.orders : left.sortKey < right.sortKey
        }
    }
}

extension RunReport.Shortfall {
    fileprivate var sortKey: String { "\(status) \(reason ?? "") \(limitedBy ?? "")" }
}

extension Decimal {
    init(_ money: Money) {
        self = Decimal(money.e6) / Decimal(Money.scale)
    }
}
