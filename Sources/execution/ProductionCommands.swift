import ExecutionService
import Foundation
import InputFiles
import TradingModel

/// `apply` and `submit` with `--mode production`, `reconcile`, `cancel-all`, `reset-paper`.
enum ProductionCommands {
    static func apply(_ arguments: CommandArguments) throws -> ExitCode {
        try RunCommands.refuse(["--actions"], with: "--mode production", arguments)
        let format = try format(arguments)
        guard arguments["--broker"] ?? "ibkr" == "ibkr" else {
            throw CommandLineError(
                description: "--broker \"\(arguments["--broker"] ?? "")\" is not known; this version has ibkr")
        }
        if let runID = arguments["--run-id"] { try RunCommands.check(runID: runID) }
        let isLive = arguments.has("--live")
        let plan = try RebalancePlan(
            RebalancePlan.Sources(
                targets: arguments["--targets"], orders: arguments["--orders"], intents: arguments["--intents"],
                instruments: arguments["--instruments"], configuration: arguments["--config"],
                account: arguments["--account"], bars: arguments["--bars"], interval: arguments["--interval"]),
            venue: isLive ? .ibkr : .dryRun)
        let log = try SessionLog(arguments, plan.configuration)
        for warning in plan.warnings { log.note("Note: \(warning).") }
        var options = options(arguments)
        options.runID = arguments["--run-id"]
        options.timeout = try timeout(arguments)
        let console = ProductionConsole(asks: isLive && !arguments.has("--yes"), plan.configuration, log)
        return try log.telling {
            let report = try rebalance(plan, options: options, observer: console.observer)
            try show(report, format)
            return code(for: report)
        }
    }

    static func reconcile(_ arguments: CommandArguments) throws -> ExitCode {
        try task(.reconcile(acceptsBreaks: arguments.has("--accept")), arguments)
    }

    static func task(_ task: AccountTask, _ arguments: CommandArguments) throws -> ExitCode {
        let format = try format(arguments)
        let (configuration, account) = try AccountTask.inputs(
            configuration: arguments["--config"] ?? "", account: arguments["--account"])
        let log = try SessionLog(arguments, configuration)
        let console = ProductionConsole(asks: arguments.has("--live") && !arguments.has("--yes"), configuration, log)
        return try log.telling {
            let report = try carryOut(
                task, configuration, account: account, options: options(arguments), observer: console.observer)
            try show(report, format)
            // Orders that are cancelled are what it was for.
            let isCleared = task == .cancelAll && report.ending == .completed && report.breaks.isEmpty
            return isCleared ? .done : code(for: report)
        }
    }

    /// Makes a dead order again.
    static func retry(_ name: String, _ arguments: CommandArguments) throws -> ExitCode {
        let format = try format(arguments)
        let configuration = try Configuration.read(
            try InputFile(path: arguments["--config"] ?? ""), for: .production)
        let retry = try DeadLetterRetry(
            of: name, database: arguments["--db"] ?? "", configuration: configuration, account: arguments["--account"])
        let log = try SessionLog(arguments, configuration)
        let console = ProductionConsole(asks: arguments.has("--live") && !arguments.has("--yes"), configuration, log)
        return try log.telling {
            let report = try ExecutionService.retry(
                retry, configuration,
                bars: arguments["--bars"].map { RetryBars(path: $0, interval: arguments["--interval"]) },
                options: options(arguments), observer: console.observer)
            try show(report, format)
            return code(for: report)
        }
    }

    /// `flatten`: what the kill switches ask for.
    static func flatten(_ arguments: CommandArguments) throws -> ExitCode {
        let (configuration, account) = try AccountTask.inputs(
            configuration: arguments["--config"] ?? "", account: arguments["--account"])
        return try task(
            try AccountTask.flatten(configuration, account: account, options: options(arguments)), arguments)
    }

    private static func options(_ arguments: CommandArguments) -> RebalanceOptions {
        Interruption.listen()
        return RebalanceOptions(
            database: arguments["--db"] ?? "", isLiveAsked: arguments.has("--live"),
            environment: ProcessInfo.processInfo.environment, command: CommandLine.arguments.joined(separator: " "))
    }

    private static func timeout(_ arguments: CommandArguments) throws(CommandLineError) -> TimeSpan? {
        guard let text = arguments["--timeout"] else { return nil }
        guard let span = TimeSpan(text), span.ms > 0, span <= RebalanceOptions.longestTimeout else {
            throw CommandLineError(
                description: "--timeout \"\(text)\" is not a time such as 30m (ms, s, m or h), at most "
                    + "\(RebalanceOptions.longestTimeout)")
        }
        return span
    }

    /// How to print the summary, checked before anything is sent.
    private static func format(_ arguments: CommandArguments) throws(CommandLineError) -> RunCommands.SummaryFormat {
        try arguments.choice("--format", default: .table)
    }

    private static func show(_ report: RebalanceReport, _ format: RunCommands.SummaryFormat) throws {
        try Terminal.print(format == .json ? try report.json() : report.text)
    }

    private static func code(for report: RebalanceReport) -> ExitCode {
        switch report.ending {
        case .completed: report.isWhole ? .done : .incomplete
        case .unfinished: .incomplete
        case .refused, .declined: .refused
        case .stopped: .interrupted
        case .halted: .halted
        case .brokerTrouble: .trouble
        }
    }
}

/// The operator's terminal during a session with the broker: the log, the question before sending, and Ctrl-C.
private final class ProductionConsole {
    private let asks: Bool
    private let log: SessionLog
    private let cancelsOnExit: Bool
    private var wasStopped = false

    init(asks: Bool, _ configuration: Configuration, _ log: SessionLog) {
        self.asks = asks
        self.log = log
        cancelsOnExit = configuration.production.cancelOnExit
    }

    var observer: RebalanceObserver {
        RebalanceObserver(
            confirm: { [self] preview in try confirm(preview) },
            stopRequest: { [self] in stopRequest() },
            log: { [log] line in log.write(line) })
    }

    private func confirm(_ preview: RebalancePreview) throws -> Bool {
        log.show(preview)
        guard asks, !preview.orders.isEmpty else { return true }
        guard Terminal.canAsk else {
            log.note("Nobody can be asked here; --yes sends without a question.")
            return false
        }
        return Terminal.ask("Send these orders to \(preview.account)? Type yes: ", unless: { Interruption.isAsked })
            == "yes"
    }

    /// On a terminal its user says what becomes of open orders; a batch job does what its configuration says.
    private func stopRequest() -> Bool? {
        guard !wasStopped, Interruption.isAsked else { return nil }
        wasStopped = true
        guard Terminal.canAsk else { return cancelsOnExit }
        return Terminal.ask("Stopping: nothing more is sent. Cancel the open orders? Type no to leave them: ") != "no"
    }
}
