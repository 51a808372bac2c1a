import ExecutionService
import Foundation
import Reporting
import TradingModel

/// `pnl` and `metrics`.
enum ReportCommands {
    private static let database = Option("--db", "FILE", "the database", isRequired: true)

    static let profit = CommandSpecification(
        "pnl", summary: "show what the strategies of the production accounts, or of a training run, made",
        options: [
            database, Option("--account", "ID", "only this account"),
            Option("--run-id", "NAME", "a training run instead of the production accounts"),
            Option("--by", "strategy|ticker", "what a row is; strategy unless said"),
            Option("--bars", "FILE", "a historical database: its last closes value what is held, where they are newer"),
            Option("--format", "table|csv|json", "how to print; table unless said otherwise"),
        ],
        discussion: """
            From trades, at average cost, exact; each strategy has a book of its own, and what changed without a trade is nobody's \
            (none). What is held is valued with the latest price that is known: of a trade, of an order's arrival, of a target's \
            reference, of --bars; oldest_mark_at says how old these are, unmarked names what has none. With --run-id it is a training \
            run, whose splits scale what each strategy holds; --bars gives the prices of its end. Dividends and the cost of borrowing are \
            no strategy's, and are not in it.
            """)

    static let metrics = CommandSpecification(
        "metrics", summary: "write the metrics of the production accounts for Prometheus",
        options: [
            database,
            Option("--output", "FILE", "where to, whole or not at all; standard output unless said"),
        ],
        discussion: """
            For the textfile collector of node_exporter, whose files end in .prom; `metrics: { file: … }` in the configuration \
            writes the same after each session with the broker. dev_workflows/alerts.rules.yml has alert rules for them.
            """)

    static func profit(_ arguments: CommandArguments) throws -> ExitCode {
        let format = try arguments.choice("--format", default: ReportFormat.table)
        let grouping = try arguments.choice("--by", default: ProfitReport.Grouping.strategy)
        let report = try ProfitReport(
            database: arguments["--db"] ?? "", account: arguments["--account"], run: arguments["--run-id"],
            bars: arguments["--bars"])
        try Terminal.write(try report.rendered(by: grouping, as: format))
        return .done
    }

    static func metrics(_ arguments: CommandArguments) throws -> ExitCode {
        let file = MetricsFile(database: arguments["--db"] ?? "")
        if let output = arguments["--output"], output != "-" {
            try file.write(to: output, at: Timestamp.now)
        } else {
            try Terminal.write(try file.text(at: Timestamp.now))
        }
        return .done
    }
}
