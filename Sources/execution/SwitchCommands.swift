import ExecutionService
import InputFiles
import RiskControl

/// `halt`, `resume`.
enum SwitchCommands {
    private static let database = Option("--db", "FILE", "the database", isRequired: true)
    private static let scopes = [
        Option("--strategy", "ID", "only orders of decisions of this strategy; everything unless said"),
        Option("--ticker", "TICKER", "only orders of this ticker"),
        Option("--venue", "NAME", "only orders to this venue: ibkr"),
        Option("--account", "ID", "only orders of this account"),
    ]

    static let halt = CommandSpecification(
        "halt", summary: "kill switch: stop orders of everything, or of a strategy, ticker, venue or account",
        options: [
            database, Option("--reason", "TEXT", "why; everybody who is stopped reads it"),
            Option(
                "--level", "halted|reducing", "nothing but cancels leaves, or only what reduces; halted unless said"),
        ] + scopes + [
            Option("--cancel-open", nil, "a running rebalance cancels what is open and waits for the confirmations"),
            Option("--flatten", nil, "and closes the positions with market orders afterwards; includes --cancel-open"),
            Option("--list", nil, "change nothing, show what is on"),
        ],
        discussion: """
            It works while a rebalance writes to the database: from its commit on nothing is sent any more, and the rebalance sees \
            it within a second. One that is halted as a whole ends with exit code 4 once everything is confirmed and compared with \
            the broker; the same command goes on after `execution resume`. A later halt of the same scope takes the place of \
            the earlier one, but what that asked for beyond stopping stands until `resume`. TRAINING is not stopped by it. Exit codes: 0 it is on, 2 refused, 3 the database cannot be written: \
            then EXECUTION_HALTED and the file of EXECUTION_HALTED_FILE are left.
            """)

    static let resume = CommandSpecification(
        "resume", summary: "switch a kill switch of the database off",
        options: [
            database, Option("--reason", "TEXT", "why it is safe again"),
            Option("--level", "active|reducing", "what may leave from now on; active, everything, unless said"),
        ] + scopes,
        discussion: """
            It sends nothing by itself: the command that was halted goes on when it is given again. Switches of other scopes \
            stay on. Exit codes: 0 done, 2 refused, 3 the database cannot be written.
            """)

    /// The levels as the command line spells them.
    private enum Level: String, CaseIterable {
        case active
        case reducing
        case halted

        var model: KillSwitchLevel {
            switch self {
            case .active: .active
            case .reducing: .reducing
            case .halted: .halted
            }
        }
    }

    static func halt(_ arguments: CommandArguments) throws -> ExitCode {
        if arguments.has("--list") { return try list(arguments) }
        let turn = try KillSwitchTurn.halt(
            try scope(arguments), level: try arguments.choice("--level", default: Level.halted).model,
            reason: try reason(arguments, halt), cancelsOpen: arguments.has("--cancel-open"),
            flattens: arguments.has("--flatten"))
        return try perform(turn, arguments)
    }

    static func resume(_ arguments: CommandArguments) throws -> ExitCode {
        let turn = try KillSwitchTurn.resume(
            try scope(arguments), level: try arguments.choice("--level", default: Level.active).model,
            reason: try reason(arguments, resume))
        return try perform(turn, arguments)
    }

    private static func perform(_ turn: KillSwitchTurn, _ arguments: CommandArguments) throws -> ExitCode {
        try Terminal.print(try turn.perform(database: arguments["--db"] ?? "").text)
        return .done
    }

    private static func list(_ arguments: CommandArguments) throws -> ExitCode {
        try RunCommands.refuse(
            ["--reason", "--level", "--cancel-open", "--flatten"] + scopes.map(\.name), with: "--list", arguments)
        let on = try KillSwitchReport.list(database: arguments["--db"] ?? "")
        try Terminal.print(KillSwitchReport.lines(on).joined(separator: "\n"))
        return .done
    }

    private static func reason(
        _ arguments: CommandArguments, _ command: CommandSpecification
    ) throws(CommandLineError) -> String {
        guard let reason = arguments["--reason"] else {
            throw CommandLineError(description: "execution \(command.name) needs --reason TEXT: why")
        }
        return reason
    }

    private static func scope(_ arguments: CommandArguments) throws(CommandLineError) -> KillSwitchScope {
        let given = scopes.filter { arguments[$0.name] != nil }.map(\.name)
        guard given.count <= 1 else {
            throw CommandLineError(
                description: "a switch has one scope, not \(given.joined(separator: " and ")); turn one for each")
        }
        guard let option = given.first, let name = arguments[option] else { return .all }
        let kind = KillSwitchScope.Kind(rawValue: option.dropFirst(2).uppercased())
        guard let scope = kind.flatMap({ KillSwitchScope($0, name: name) }) else {
            throw CommandLineError(description: "\(option) needs a name")
        }
        return scope
    }
}
