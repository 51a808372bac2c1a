import ExecutionService
import Foundation
import Networking

/// `status`.
enum StatusCommand {
    static let specification = CommandSpecification(
        "status", summary: "show how the production accounts of a database stand, without the broker",
        options: [
            Option("--db", "FILE", "the database", isRequired: true),
            Option("--account", "ID", "only this account"),
            Option("--config", "FILE", "configuration, JSON5; shows the live gate as far as it is known"),
            Option("--format", "table|json", "how to print; table unless said otherwise"),
        ],
        discussion: """
            Runs and who writes them, who holds the account's lock, open orders, positions and what the broker said last, breaks, \
            notifications, cash, the circuit breaker of each venue, dead letters that wait, and how long orders took: percentiles \
            by nearest rank, in milliseconds. It reads, takes no lock, and connects to nobody. Exit codes: 0 all is well, 1 there \
            are breaks, unknown orders, an unfinished run without a living writer, an open circuit breaker, dead letters that \
            wait, or undelivered critical notifications.
            """)

    static func run(_ arguments: CommandArguments) throws -> ExitCode {
        let format = try arguments.choice("--format", default: RunCommands.SummaryFormat.table)
        let report = try AccountStatusReport(
            AccountStatusReport.Request(
                database: arguments["--db"] ?? "", account: arguments["--account"],
                configuration: arguments["--config"], environment: ProcessInfo.processInfo.environment,
                time: SystemClock.now))
        try Terminal.print(format == .json ? report.json : report.text)
        return report.isWell ? .done : .incomplete
    }
}
