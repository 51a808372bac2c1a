import Storage
import TestSupport

/// What the databases of the two ways have, row by row.
struct ParityComparison {
    /// One kind of rows, and those that only one database has.
    struct Table {
        let name: String
        let rows: Int
        private(set) var differences: [String] = []

        /// Rows are compared with how often they are there.
        init(_ name: String, _ training: [[String]], _ production: [[String]]) {
            self.name = name
            rows = training.count
            let sides = [("training", training, production), ("production", production, training)]
            for (side, mine, others) in sides {
                var counts: [[String]: Int] = [:]
                for row in others { counts[row, default: 0] += 1 }
                for row in mine {
                    counts[row, default: 0] -= 1
                    if counts[row, default: 0] < 0 { differences.append("\(side) only: \(row.joined(separator: "|"))") }
                }
            }
        }
    }

    let targets: Table
    let orders: Table
    let trades: Table
    let positions: Table
    let cash: Table
    let balances: Table
    let risk: Table
    let strategies: Table
    let wishes: Table
    /// The limit of every order that one has cut or denied.
    let boundLimits: [String]
    /// Orders that had several fills.
    let partlyFilled: Int

    init(_ run: ParityRun) throws {
        let (training, production) = (
            try Database.openForReading(run.training), try Database.openForReading(run.production)
        )
        func table(_ name: String, _ sql: String) throws -> Table {
            Table(name, try training.rows(sql), try production.rows(sql))
        }
        targets = try table("target_positions", Self.targetRows)
        orders = try table("orders", Self.orderRows)
        trades = try table("trades", Self.tradeRows)
        positions = try table(
            "positions",
            "SELECT ticker, size_e8, average_cost_e8, realized_pnl_e6, updated_at FROM positions")
        cash = try table(
            "cash_entries", "SELECT kind, ticker, amount_e6 FROM cash_entries WHERE kind IN ('TRADE', 'COMMISSION')")
        balances = try table("cash_balances", "SELECT currency, balance_e6 FROM cash_balances")
        risk = try table("risk_decisions", Self.riskRows)
        strategies = try table("attributed_trades", Self.strategyRows)
        wishes = try table("strategy_targets", Self.wishRows)
        boundLimits = try training.rows("SELECT binding_limit FROM risk_decisions WHERE binding_limit IS NOT NULL")
            .map { $0[0] }
        let counts = try training.rows(
            "SELECT count(*) FROM (SELECT order_id FROM trades GROUP BY order_id HAVING count(*) > 1)")
        partlyFilled = Int(counts[0][0]) ?? 0
    }

    var tables: [Table] { [targets, orders, trades, positions, cash, balances, risk, strategies, wishes] }

    /// What the gate said; a buy that was cut to the cash there was is another matter. Statistics are sums whose order differs.
    private static let riskRows = """
        SELECT decision_id, ticker, direction, requested_e8, approved_e8, reason, binding_limit, round(observed, 9), allowed, explanation
        FROM risk_decisions WHERE reason IS NOT 'insufficient_cash'
        """

    /// What strategies exchange is booked when the session plans, by the broker's clock.
    private static let strategyRows = """
        SELECT kind, iif(kind = 'TRADE', timestamp, NULL), ticker, strategy_id, decision_id, size_e8, price_e8, commission_e6
        FROM attributed_trades
        """

    private static let wishRows = """
        SELECT ticker, strategy_id, decision_id, asked_e8, granted_e8, held_e8, wanted_e8, crossed_e8, price_e8, capital_limit,
            allotted_e6
        FROM strategy_targets
        """

    private static let targetRows = """
        SELECT decision_id, ticker, as_of, target_weight_e12, target_quantity_e8, target_notional_e6, reference_price_e8,
            computed_e8, held_e8, open_e8, planned_e8, residual_reason
        FROM target_positions
        """

    /// The bar is known by the time: its start for a fill at the open, and else its end.
    private static let tradeRows = """
        SELECT t.timestamp, t.ticker, t.direction, t.size_e8, t.price_e8, t.commission_e6, t.decision_id, t.strategy_id,
            t.profile_version_id, t.regime_id, t.universe_id, o.order_ref, o.action
        FROM trades t JOIN orders o USING (order_id)
        """

    private static let orderRows = """
        SELECT o.decision_id, o.ticker, o.action, o.direction, o.order_type, o.order_ref, o.filled_size_e8, o.limit_price_e8,
            o.stop_price_e8, o.arrival_price_e8, o.average_price_e8
        FROM orders o
        """
}
