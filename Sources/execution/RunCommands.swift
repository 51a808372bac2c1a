import ExecutionService
import Foundation
import InputFiles
import Reporting
import TradingModel

/// `plan`, `apply` and `submit`.
enum RunCommands {
    /// The formats of a summary.
    enum SummaryFormat: String, CaseIterable {
        case table
        case json
    }

    static func apply(_ arguments: CommandArguments) throws -> ExitCode {
        let mode = try mode(arguments)
        if mode == .production { return try ProductionCommands.apply(arguments) }
        try refuse(
            ["--broker", "--account", "--timeout", "--live", "--yes", "--log-format"], with: "--mode training",
            arguments)
        guard arguments["--bars"] != nil else {
            throw CommandLineError(description: "--mode training needs --bars FILE: historical bars")
        }
        let format = try arguments.choice("--format", default: SummaryFormat.table)
        let database = arguments["--db"] ?? ""
        try refuseSameFile(database, arguments)
        Interruption.listen()
        let runID = arguments["--run-id"]
        if let runID { try check(runID: runID) }
        let plan = try ExecutionPlan(sources(arguments))
        let bar = ProgressBar("Replaying")
        defer { bar.finish() }
        let report = try ExecutionService.apply(plan, mode: mode, database: database, runID: runID) { progress in
            bar.show(progress.fraction, "\(progress.orders) orders, \(progress.fills) fills")
            if Interruption.isAsked { throw RunInterrupted(runID: runID ?? "") }
        }
        bar.finish()
        try Terminal.print(format == .json ? try report.json() : report.text)
        return report.isIncomplete ? .incomplete : .done
    }

    /// Options that mean nothing in a mode are a misunderstanding.
    static func refuse(
        _ options: [String], with mode: String, _ arguments: CommandArguments
    ) throws(CommandLineError) {
        if let given = options.first(where: { arguments[$0] != nil || arguments.has($0) }) {
            throw CommandLineError(description: "\(given) does not go with \(mode)")
        }
    }

    static func plan(_ arguments: CommandArguments) throws -> ExitCode {
        guard try mode(arguments) == .training else {
            throw CommandLineError(
                description:
                    "execution plan is for training; `execution apply --mode production` without --live shows the orders "
                    + "and sends none")
        }
        let format = try arguments.choice("--format", default: ReportFormat.table)
        let plan = try ExecutionPlan(sources(arguments))
        for warning in plan.warnings { Terminal.note("Note: \(warning).") }
        let preview = try PlanPreview(plan, asOf: arguments["--as-of"])
        try Terminal.write(try preview.rendered(as: format))
        return .done
    }

    private static func mode(_ arguments: CommandArguments) throws(CommandLineError) -> ExecutionMode {
        let word = arguments["--mode"] ?? ""
        if let mode = ExecutionMode(rawValue: word.uppercased()) { return mode }
        let suggestion =
            Suggestion.nearest(to: word, in: ["training", "production"]).map { "; did you mean \($0)?" } ?? ""
        throw CommandLineError(description: "--mode \"\(word)\" is not training or production\(suggestion)")
    }

    private static func sources(_ arguments: CommandArguments) throws(CommandLineError) -> ExecutionPlan.Sources {
        let intents = arguments["--intents"]
        guard intents != nil || (arguments["--targets"] == nil) != (arguments["--orders"] == nil) else {
            throw CommandLineError(description: "give either --targets FILE or --orders FILE (- is standard input)")
        }
        return ExecutionPlan.Sources(
            targets: arguments["--targets"], orders: arguments["--orders"], intents: intents,
            bars: arguments["--bars"] ?? "",
            interval: arguments["--interval"], instruments: arguments["--instruments"],
            corporateActions: arguments["--actions"], configuration: arguments["--config"])
    }

    /// A name that is printed in a line of a table and given back as a word of a command.
    static func check(runID: String) throws(CommandLineError) {
        let isPrintable = runID.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard !runID.isEmpty, isPrintable, runID.count <= 200 else {
            throw CommandLineError(description: "--run-id needs a name of 1 to 200 characters in one line")
        }
    }

    /// Runs and bars in one file would let a run change its own input.
    private static func refuseSameFile(_ database: String, _ arguments: CommandArguments) throws(CommandLineError) {
        guard let bars = arguments["--bars"] else { return }
        let paths = [database, bars].map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
        if paths[0] == paths[1] {
            throw CommandLineError(
                description: "--db and --bars are the same file; runs are recorded in a database of their own")
        }
    }
}
