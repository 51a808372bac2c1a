import ExecutionService
import Foundation
import InputFiles
import Reporting

/// `alerts`.
enum AlertCommand {
    static let specification = CommandSpecification(
        "alerts", summary: "show the alerts that nobody was told, or deliver them",
        options: [
            Option("--db", "FILE", "the database", isRequired: true),
            Option("--config", "FILE", "configuration, JSON5; alerts.command says how to deliver"),
            Option("--account", "ID", "only those of this account's runs"),
            Option("--list", nil, "show them; so it is unless --deliver is given"),
            Option("--deliver", nil, "run alerts.command for each, again where it fails"),
            Option("--follow", nil, "with --deliver: go on with those that come later, until Ctrl-C or SIGTERM"),
            Option("--format", "table|csv|json", "how to print; table unless said otherwise"),
        ],
        discussion: """
            A session with the broker delivers its own alerts; this delivers what was left, from cron or by hand. An alert counts as \
            delivered when the command ends with 0, and not before: it comes at least once, and its notification_id tells a \
            repetition. Exit codes: 0 all is delivered, or the list was printed; 1 some are left; 2 there is no command; 3 database \
            trouble.
            """)

    static func run(_ arguments: CommandArguments) throws -> ExitCode {
        let format = try arguments.choice("--format", default: ReportFormat.table)
        let database = arguments["--db"] ?? ""
        let configuration = try arguments["--config"].map {
            try Configuration.read(try InputFile(path: $0), for: .production)
        }
        guard arguments.has("--deliver") else {
            if arguments.has("--follow") { throw CommandLineError(description: "--follow needs --deliver") }
            try Terminal.write(
                AlertRound.list(database: database, configuration, account: arguments["--account"], as: format))
            return .done
        }
        if arguments.has("--list") { throw CommandLineError(description: "give either --list or --deliver") }
        guard let configuration else {
            throw CommandLineError(description: "--deliver needs --config FILE: alerts.command says how")
        }
        Interruption.listen()
        let round = try AlertRound(
            database: database, configuration, account: arguments["--account"],
            environment: ProcessInfo.processInfo.environment)
        let result = try round.run(follows: arguments.has("--follow")) { Interruption.isAsked }
        let trouble = result.lastError.map { result.left > 0 ? "; the last one failed: \($0)" : "" } ?? ""
        Terminal.note("Alerts delivered: \(result.delivered), left: \(result.left)\(trouble)")
        return result.left == 0 ? .done : .incomplete
    }
}
