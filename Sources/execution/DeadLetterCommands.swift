import ExecutionService
import Foundation
import InputFiles
import Reporting
import TradingModel

/// `dead-letters list`, `retry` and `discard`.
enum DeadLetterCommands {
    private static let database = Option("--db", "FILE", "the database", isRequired: true)

    static let list = CommandSpecification(
        "dead-letters", "list",
        summary: "show orders that could not be sent, or of which nobody knows what became of them",
        options: [
            database, Option("--account", "ID", "only those of this account"),
            Option("--all", nil, "also those that were retried, discarded or settled"),
            Option("--format", "table|csv|json", "how to print; table unless said otherwise"),
        ])

    static let retry = CommandSpecification(
        "dead-letters", "retry", summary: "make an order again, if the broker is proven not to have it",
        arguments: "ORDER",
        options: [
            database,
            Option(
                "--config", "FILE", "configuration, JSON5; dev_workflows/CONFIGURATION.md has every key",
                isRequired: true),
            Option("--account", "ID", "the account; that of the configuration unless said"),
            Option("--bars", "FILE", "historical database or CSV of bars, for limits that need returns or volumes"),
            Option("--interval", "INTERVAL", "which bars, such as 1d; needed where there are several"),
            Option("--live", nil, "send, if every condition of the live gate is met"),
            Option("--yes", nil, "do not ask before sending; for batch jobs"), Commands.logFormat,
            Option("--format", "table|json", "how to print the summary; table unless said otherwise"),
        ],
        discussion: """
            ORDER is the id or the key of the order. A session with the broker compares the books, asks for all orders and \
            executions, and makes a new order of what is left of the old one, with a key of its own, only where complete lists do \
            not show the old one as open. The same command goes on with an interrupted retry, and changes nothing once it is \
            done. Exit codes as those of apply.
            """)

    static let discard = CommandSpecification(
        "dead-letters", "discard", summary: "decide that nothing is to be done about orders",
        arguments: "ORDER…",
        options: [database, Option("--reason", "TEXT", "why, for those who ask later", isRequired: true)],
        discussion: "All of the orders or none; what was discarded before stays as it is.")

    static func list(_ arguments: CommandArguments) throws -> ExitCode {
        let format = try arguments.choice("--format", default: ReportFormat.table)
        try Terminal.write(
            DeadLetters(database: arguments["--db"] ?? "").list(
                account: arguments["--account"], isWithResolved: arguments.has("--all"), as: format))
        return .done
    }

    static func retry(_ arguments: CommandArguments) throws -> ExitCode {
        guard arguments.arguments.count == 1 else {
            throw CommandLineError(
                description:
                    "execution dead-letters retry needs one ORDER: its id or key, as `dead-letters list` shows it")
        }
        return try ProductionCommands.retry(arguments.arguments[0], arguments)
    }

    static func discard(_ arguments: CommandArguments) throws -> ExitCode {
        guard !arguments.arguments.isEmpty else {
            throw CommandLineError(
                description: "execution dead-letters discard needs at least one ORDER: its id or key")
        }
        guard let reason = arguments["--reason"], !reason.isEmpty else {
            throw CommandLineError(description: "--reason needs a text")
        }
        let count = try DeadLetters(database: arguments["--db"] ?? "").discard(
            arguments.arguments, note: reason, at: Timestamp.now)
        Terminal.note("\(count) discarded, \(arguments.arguments.count - count) discarded before.")
        return .done
    }
}
