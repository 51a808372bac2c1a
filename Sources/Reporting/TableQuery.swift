/// A question that the command line answers with a table: its columns, and the SQL that fills them.
public struct TableQuery: Sendable {
    /// One column of a table.
    public struct Column: Sendable, Equatable {
        /// How the stored value is shown.
        public enum Kind: Sendable, Equatable {
            /// As it is stored.
            case plain
            /// A stored integer in units of 10^-`scale`.
            case decimal(scale: Int)
            /// The text of an instant.
            case time
        }

        /// The column's header and JSON key.
        public let name: String
        /// How its values are shown.
        public let kind: Kind
        /// Whether it is left out of tables for people, who have one screen; programs get every column.
        public let isForProgramsOnly: Bool
        let expression: String
    }

    /// `trades`, …: the name of the command.
    public let name: String
    /// Every column, in order.
    public let columns: [Column]
    /// The run that is asked for; nil for all.
    public let runID: String?
    let source: String
    let order: String

    /// The SQL, with the run id as its parameter where there is one.
    var sql: String {
        let list = columns.map(\.expression).joined(separator: ", ")
        let filter = runID == nil ? "" : " WHERE run_id = ?1"
        return "SELECT \(list) FROM \(source)\(filter) ORDER BY \(order)"
    }
}

extension TableQuery.Column {
    static func plain(_ name: String, programsOnly: Bool = false) -> TableQuery.Column {
        TableQuery.Column(name: name, kind: .plain, isForProgramsOnly: programsOnly, expression: name)
    }

    static func plain(_ name: String, from expression: String) -> TableQuery.Column {
        TableQuery.Column(name: name, kind: .plain, isForProgramsOnly: false, expression: expression)
    }

    static func time(_ name: String, programsOnly: Bool = false) -> TableQuery.Column {
        TableQuery.Column(name: name, kind: .time, isForProgramsOnly: programsOnly, expression: name)
    }

    /// A figure whose exact integer is stored under the same name with its unit.
    static func decimal(_ name: String, _ scale: Int, programsOnly: Bool = false) -> TableQuery.Column {
        TableQuery.Column(
            name: name, kind: .decimal(scale: scale), isForProgramsOnly: programsOnly, expression: "\(name)_e\(scale)")
    }

    /// A figure whose exact integer has another name.
    static func decimal(_ name: String, _ scale: Int, from column: String) -> TableQuery.Column {
        TableQuery.Column(name: name, kind: .decimal(scale: scale), isForProgramsOnly: false, expression: column)
    }
}

extension TableQuery {
    /// One run needs no column that says which.
    private static func runColumn(_ runID: String?) -> Column { .plain("run_id", programsOnly: runID != nil) }

    /// Every trade, in the order they were made.
    public static func trades(runID: String?) -> TableQuery {
        TableQuery(
            name: "trades",
            columns: [
                .plain("trade_id", programsOnly: true), runColumn(runID), .time("timestamp"), .plain("ticker"),
                .plain("direction"), .decimal("size", 8), .decimal("price", 8), .decimal("commission", 6),
                .decimal("slippage", 6), .plain("fill_rule"), .plain("ambiguous"), .plain("strategy_id"),
                .plain("profile_version_id", programsOnly: true), .plain("regime_id", programsOnly: true),
                .plain("universe_id", programsOnly: true), .plain("decision_id"),
                .plain("order_id", programsOnly: true),
                .plain("mode", programsOnly: true), .plain("account", programsOnly: true),
                .plain("execution_id", programsOnly: true), .time("bar_timestamp", programsOnly: true),
                .plain("supersedes_trade_id", programsOnly: true),
            ], runID: runID, source: "trades", order: "trade_id")
    }

    /// Every order with what became of it, in the order they were made.
    public static func orders(runID: String?) -> TableQuery {
        TableQuery(
            name: "orders",
            columns: [
                .plain("order_id", programsOnly: true), .plain("order_key", programsOnly: true), .plain("order_ref"),
                runColumn(runID), .time("created_at"), .plain("ticker"), .plain("action", programsOnly: true),
                .plain("direction"),
                .plain("order_type"), .decimal("size", 8), .decimal("limit_price", 8), .decimal("stop_price", 8),
                .decimal("trail_amount", 8, programsOnly: true), .decimal("trail_fraction", 9, programsOnly: true),
                .decimal("limit_offset", 8, programsOnly: true), .plain("time_in_force"),
                .time("good_till", programsOnly: true), .plain("status"), .decimal("filled_size", 8),
                .decimal("average_price", 8), .decimal("arrival_price", 8, programsOnly: true), .plain("status_reason"),
                .plain("limited_by"), .plain("decision_id", programsOnly: true),
                .plain("venue_order_id", programsOnly: true),
                .plain("parent_order_id", programsOnly: true), .plain("oca_group", programsOnly: true),
                .time("updated_at", programsOnly: true),
            ], runID: runID, source: "orders", order: "order_id")
    }

    /// Every intent that was acted on with what became of it, in the order that was done.
    public static func intents(runID: String?) -> TableQuery {
        TableQuery(
            name: "intents",
            columns: [
                .plain("intent_id"), runColumn(runID), .plain("book", programsOnly: true), .time("received_at"),
                .time("decided_at", programsOnly: true), .plain("account", programsOnly: true), .plain("strategy_id"),
                .plain("ticker"), .plain("side"), .decimal("quantity", 8), .decimal("notional", 6),
                .decimal("sizing_price", 8, programsOnly: true), .plain("order_type"), .decimal("limit_price", 8),
                .decimal("stop_price", 8), .plain("time_in_force", programsOnly: true), .decimal("confidence", 9),
                .time("expires_at"), .plain("algorithm"), .plain("algorithm_parameters", programsOnly: true),
                .plain("status"), .plain("reason"), .decimal("size", 8),
                .decimal("filled_size", 8), .decimal("average_price", 8), .plain("order_id", programsOnly: true),
                .plain("retries", programsOnly: true), .plain("last_order_id", programsOnly: true),
                .plain("profile_version_id", programsOnly: true), .plain("regime_id", programsOnly: true),
                .plain("universe_id", programsOnly: true), .plain("decision_id", programsOnly: true),
                .plain("content_digest", programsOnly: true),
            ], runID: runID, source: "intents", order: "received_at, run_id, order_id, intent_id")
    }

    /// What each run holds, by ticker; closed positions are there for their profit.
    public static func positions(runID: String?) -> TableQuery {
        TableQuery(
            name: "positions",
            columns: [
                runColumn(runID), .plain("account"), .plain("ticker"), .decimal("size", 8), .decimal("average_cost", 8),
                .decimal("realized_pnl", 6), .time("updated_at"),
            ], runID: runID, source: "positions", order: "run_id, ticker")
    }

    /// Why targets were not reached, one row for each cause.
    public static func gap(runID: String?) -> TableQuery {
        TableQuery(
            name: "gap",
            columns: [
                runColumn(runID), .plain("decision_id"), .plain("ticker"), .plain("stage"),
                .decimal("missing", 8), .plain("reason"), .plain("status"), .plain("limited_by"), .plain("order_id"),
            ], runID: runID, source: "target_gap", order: "run_id, decision_id, ticker, stage, order_id")
    }

    /// The levels of aggressiveness that are in force.
    public static var aggressiveness: TableQuery {
        TableQuery(
            name: "aggressiveness",
            columns: [
                .plain("scope"), .plain("name"), .plain("level"), .plain("reason"), .plain("set_by"), .time("set_at"),
            ], runID: nil, source: "aggressiveness", order: "scope, name")
    }

    /// Every run with its outcome, in the order they were begun.
    public static func runs(runID: String?) -> TableQuery {
        TableQuery(
            name: "runs",
            columns: [
                .plain("run_id"), .plain("mode"), .plain("venue"), .plain("account", programsOnly: true),
                .plain("status"),
                .time("started_at"), .time("finished_at"), .plain("record"), .plain("currency"),
                .decimal("initial_cash", 6), .decimal("final_equity", 6),
                .plain("error", from: "json_extract(summary, '$.error')"), .plain("input_digest", programsOnly: true),
                .plain("code_version", programsOnly: true), .plain("summary", programsOnly: true),
                .plain("config", programsOnly: true),
            ], runID: runID, source: "execution_runs", order: "run_number")
    }
}
