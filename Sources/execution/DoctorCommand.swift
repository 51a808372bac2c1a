import ExecutionService
import Foundation
import TradingModel

/// `doctor`.
enum DoctorCommand {
    static let specification = CommandSpecification(
        "doctor", summary: "look at everything that a rebalance needs, for people and monitors; sends no order",
        options: [
            Option("--db", "FILE", "the database of the account"),
            Option("--bars", "FILE", "a historical database, whose age is looked at"),
            Option("--config", "FILE", "configuration, JSON5; shows the live gate, and where the broker is"),
            Option("--probe", nil, "connect to the broker, ask the time, and hang up; with --config"),
            Option("--format", "table|json", "how to print; table unless said otherwise"),
        ],
        discussion: """
            Database, schema, disk, environment, kill switches, live gate, age of the bars, broker and clock, lock, last run, orders \
            without an answer, what does not agree after the trades, circuit breaker, dead letters, undelivered alerts; then each \
            environment variable with its value and where it comes from. The probe uses the client id after brokers.ibkr.client_id. \
            Exit codes: 0 all is well, 1 there are warnings, 2 the configuration cannot be read, 3 something is critical.
            """)

    static func run(_ arguments: CommandArguments) throws -> ExitCode {
        let format = try arguments.choice("--format", default: RunCommands.SummaryFormat.table)
        let isProbed = arguments.has("--probe")
        if isProbed, arguments["--config"] == nil {
            throw CommandLineError(description: "--probe needs --config FILE, which says where the broker is")
        }
        let report = try DoctorReport(
            DoctorReport.Request(
                database: arguments["--db"], bars: arguments["--bars"], configuration: arguments["--config"],
                probes: isProbed, environment: ProcessInfo.processInfo.environment, time: Timestamp.now))
        try Terminal.print(format == .json ? report.json : report.text)
        return switch report.verdict {
        case .ok, .notChecked: .done
        case .warning: .incomplete
        case .critical: .trouble
        }
    }
}
