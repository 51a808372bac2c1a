import Reporting
import Storage
import TradingModel

/// What the PRODUCTION accounts of a database, or one TRAINING run, made of their trades: `execution pnl`.
public struct ProfitReport {
    /// What a row is.
    public enum Grouping: String, Sendable, CaseIterable {
        /// A strategy of an account, and the account as a whole.
        case strategy
        /// A ticker of a strategy.
        case ticker
    }

    private let rows: [ProfitRow]
    /// What the first column says: an account, or a run.
    private let bookName: String

    /// Reads the database at one moment.
    ///
    /// Throws what reading databases throws, `UsageError` for an account that is none, and for a run whose books are not its own or
    /// whose trades are not on record, `UnknownAccount`, `UnknownRun`, and `ArithmeticOverflow`.
    ///
    /// - Parameters:
    ///   - run: a TRAINING run; nil for the PRODUCTION accounts.
    ///   - bars: a historical database, whose last closes value what is held where they are newer.
    public init(database: String, account: String?, run: String? = nil, bars: String?) throws {
        let opened = try Database.openForReading(database)
        bookName = run == nil ? "account" : "run_id"
        let account = try RebalancePlan.readAccount(account)?.text
        let marks = try bars.map { try ProfitReader.marks(ofBars: try Database.openForReading($0)) } ?? [:]
        rows = try opened.connection.transaction(.deferred) {
            if let run {
                guard account == nil else { throw UsageError("give --account or --run-id, not both") }
                switch try ProfitReader(opened).bookOfRun(run) {
                case .own: break
                case .ofAccount(let owner):
                    throw UsageError(
                        "run \(run) is of PRODUCTION, where the books are those of the account; give --account \(owner)"
                    )
                case .notRecorded:
                    throw UsageError("run \(run) recorded nothing but its summary, so that its trades are not known")
                }
                return try ProfitReader(opened).rows(run: run, marks: marks)
            }
            let known = try AccountReader(opened).accounts()
            if let account, !known.contains(account) { throw UnknownAccount(account: account, known: known) }
            return try ProfitReader(opened).rows(account: account, marks: marks)
        }
    }

    /// The report as text with a final newline. Throws `ArithmeticOverflow` for amounts that pass 64 bits.
    public func rendered(by grouping: Grouping, as format: ReportFormat) throws -> String {
        switch grouping {
        case .strategy: try byStrategy().rendered(as: format)
        case .ticker: try byTicker().rendered(as: format)
        }
    }

    private static let everybody = "(all)"
    private static let nobody = "(none)"

    private func byStrategy() throws -> MemoryTable {
        var cells: [[Cell]] = []
        for account in unique(rows.map(\.owner.account)) {
            let own = rows.filter { $0.owner.account == account }
            for strategy in unique(own.map(\.owner.strategyID)) {
                cells.append(
                    try line(account, strategy ?? Self.nobody, own.filter { $0.owner.strategyID == strategy }))
            }
            cells.append(try line(account, Self.everybody, own))
        }
        return MemoryTable(
            columns: [
                bookName, "strategy_id", "trades", "positions", "realized_pnl", "unrealized_pnl", "commission",
                "net_pnl",
                "oldest_mark_at", "unmarked",
            ], times: ["oldest_mark_at"], rows: cells)
    }

    private func line(_ account: String, _ strategy: String, _ rows: [ProfitRow]) throws -> [Cell] {
        let total = try ProfitTotal(rows)
        return [
            .text(account), .text(strategy), .integer(total.trades), .integer(total.positions),
            try money(total.realized), try money(total.unrealized), .exact(total.commission), try money(total.net),
            .text(total.markedAt?.description),
            .text(total.unmarked.isEmpty ? nil : unique(total.unmarked.sorted()).joined(separator: " ")),
        ]
    }

    private func byTicker() throws -> MemoryTable {
        MemoryTable(
            columns: [
                bookName, "strategy_id", "ticker", "trades", "size", "average_cost", "realized_pnl", "unrealized_pnl",
                "commission", "mark", "marked_at",
            ], times: ["marked_at"],
            rows: try rows.map { row in
                let isHeld = row.position.quantity != .zero
                return [
                    .text(row.owner.account), .text(row.owner.strategyID ?? Self.nobody), .text(row.owner.ticker),
                    .integer(row.trades), .exact(row.position.quantity), .exact(row.position.averageCost),
                    try money(row.position.realized), try row.unrealized.map(money) ?? .null, .exact(row.commission),
                    .exact(isHeld ? row.mark?.price : nil), .text(isHeld ? row.mark?.time.description : nil),
                ]
            })
    }

    /// Rounded once, to the nearest 10⁻⁶.
    private func money(_ value: ExactValue) throws -> Cell { .exact(try Money(value, rounding: .nearest)) }

    /// In the order of first sight; rows come in order.
    private func unique<Value: Equatable>(_ values: [Value]) -> [Value] {
        values.reduce(into: []) { seen, value in if seen.last != value { seen.append(value) } }
    }
}
