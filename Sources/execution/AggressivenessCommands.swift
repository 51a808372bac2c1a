import ExecutionService
import Foundation
import InputFiles
import Networking
import Reporting
import RiskControl
import Storage

/// `aggressiveness set` and `aggressiveness show`.
enum AggressivenessCommands {
    static let set = CommandSpecification(
        "aggressiveness", "set", summary: "set how urgently orders are carried out, also for a rebalance that runs",
        arguments: "NORMAL|ELEVATED|EMERGENCY",
        options: [
            Option("--db", "FILE", "the database", isRequired: true),
            Option("--reason", "TEXT", "why; it is kept with the level", isRequired: true),
            Option("--strategy", "ID", "only orders of this strategy"),
            Option("--ticker", "TICKER", "only orders of this ticker"),
        ],
        discussion: """
            What each level means is in the configuration's section aggressiveness (dev_workflows/CONFIGURATION.md). A level is in \
            force until another is set for the same scope; NORMAL takes back that of a strategy or a ticker. One that is set for \
            everything takes the place of the configuration's aggressiveness.level for good: to go back to that, set it. An \
            order's level is the highest of those that concern it. A rebalance that runs looks about once a second: it moves the limits of its open orders, and in an \
            emergency that only reduces it cancels what opens or enlarges.
            """)

    static let show = CommandSpecification(
        "aggressiveness", "show", summary: "show the levels of aggressiveness that are in force",
        options: [
            Option("--db", "FILE", "the database", isRequired: true),
            Option("--format", "table|csv|json", "how to print; table unless said otherwise"),
        ])

    static func set(_ arguments: CommandArguments) throws -> ExitCode {
        let change = try change(arguments)
        let path = arguments["--db"] ?? ""
        guard FileManager.default.fileExists(atPath: path) else { throw DatabaseRefusal.missing(path: path) }
        let isKnown = try change.record(in: path, at: SystemClock.now)
        Terminal.note("\(change.scope.description) is \(change.level.code) from now on.")
        if !isKnown {
            Terminal.note(
                "\(change.scope.description) is nowhere on record in \(path): is it spelled as in the targets? The level is set "
                    + "all the same.")
        }
        return .done
    }

    private static func change(_ arguments: CommandArguments) throws(CommandLineError) -> AggressivenessChange {
        let words = AggressivenessLevel.allCases.map(\.code)
        guard arguments.arguments.count == 1, let word = arguments.arguments.first else {
            throw CommandLineError(description: "aggressiveness set needs one of \(words.joined(separator: ", "))")
        }
        guard let level = AggressivenessLevel(code: word) else {
            let near = Suggestion.nearest(to: word.uppercased(), in: words).map { "; did you mean \($0)?" } ?? ""
            throw CommandLineError(
                description: "\"\(word)\" is no level; there are \(words.joined(separator: ", "))\(near)")
        }
        for name in ["--reason", "--strategy", "--ticker"] where arguments[name]?.isEmpty == true {
            throw CommandLineError(description: "\(name) is empty")
        }
        return AggressivenessChange(
            scope: try scope(arguments), level: level, reason: arguments["--reason"] ?? "", setBy: NSUserName())
    }

    private static func scope(_ arguments: CommandArguments) throws(CommandLineError) -> AggressivenessChange.Scope {
        switch (arguments["--strategy"], arguments["--ticker"]) {
        case (nil, nil): return .all
        case (let strategy?, nil): return .strategy(strategy)
        case (nil, let ticker?): return .ticker(ticker)
        case (_?, _?):
            throw CommandLineError(
                description: "--strategy and --ticker are two scopes; set each with a command of its own")
        }
    }

    static func show(_ arguments: CommandArguments) throws -> ExitCode {
        let format = try arguments.choice("--format", default: ReportFormat.table)
        let report = Report(try Database.openForReading(arguments["--db"] ?? ""))
        try report.write(.aggressiveness, as: format) { try Terminal.write($0) }
        return .done
    }
}
