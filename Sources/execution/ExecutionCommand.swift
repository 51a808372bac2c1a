import ExecutionService
import Foundation
import InputFiles

/// The command line.
@main
enum ExecutionCommand {
    static func main() {
        // A reader that has seen enough (`| head`) ends the program quietly.
        signal(SIGPIPE, SIG_DFL)
        // A file that may not grow further is an error to report, not the end.
        signal(SIGXFSZ, SIG_IGN)
        // Whoever started this may ignore it; the ends of alert commands would not be told then.
        signal(SIGCHLD, SIG_DFL)
        do {
            let code = try run(Array(CommandLine.arguments.dropFirst()))
            exit(code.rawValue)
        } catch {
            Terminal.note("execution: \(error)")
            if error is CommandLineError { Terminal.note("See execution --help.") }
            exit(ExitCode(for: error).rawValue)
        }
    }

    private static func run(_ words: [String]) throws -> ExitCode {
        guard let first = words.first else {
            Terminal.note(Help.overview)
            return .usage
        }
        if ["help", "--help", "-h"].contains(first) {
            try Terminal.print(words.count == 1 ? Help.overview : Help.page(of: command(for: Array(words.dropFirst()))))
            return .done
        }
        if first == "--version" {
            try Terminal.print("execution \(serviceVersion)")
            return .done
        }
        if words.count > 1, words.dropFirst().allSatisfy({ ["--help", "-h"].contains($0) }),
            !Help.pages(of: first).isEmpty
        {
            try Terminal.print(Help.pages(of: first))
            return .done
        }
        let command = try command(for: words)
        let rest = words.dropFirst(command.words.count)
        if rest.contains("--help") || rest.contains("-h") {
            try Terminal.print(Help.page(of: command))
            return .done
        }
        return try perform(command, CommandArguments(rest, for: command))
    }

    private static func command(for words: [String]) throws(CommandLineError) -> CommandSpecification {
        if let command = Commands.all.first(where: { words.starts(with: $0.words) }) { return command }
        let names = Commands.all.map(\.name)
        let group = Commands.all.filter { $0.words[0] == words[0] }
        if let second = words.dropFirst().first, !group.isEmpty {
            let near =
                Suggestion.nearest(to: second, in: group.map { $0.words[1] }).map { "; did you mean \($0)?" } ?? ""
            throw CommandLineError(
                description: "there is no command \"\(words[0]) \(second)\"\(near)")
        }
        if !group.isEmpty {
            throw CommandLineError(
                description: "execution \(words[0]) needs one of: \(group.map { $0.words[1] }.joined(separator: ", "))")
        }
        let suggestion = Suggestion.nearest(to: words[0], in: names).map { "; did you mean \($0)?" } ?? ""
        throw CommandLineError(description: "there is no command \"\(words[0])\"\(suggestion)")
    }

    private static func perform(_ command: CommandSpecification, _ arguments: CommandArguments) throws -> ExitCode {
        switch command.name {
        case Commands.initialize.name: try DatabaseCommands.initialize(arguments)
        case Commands.importBars.name: try BarCommands.importBars(arguments)
        case Commands.listBars.name: try BarCommands.list(arguments)
        case Commands.plan.name: try RunCommands.plan(arguments)
        case Commands.apply.name, Commands.submit.name: try RunCommands.apply(arguments)
        case Commands.reconcile.name: try ProductionCommands.reconcile(arguments)
        case Commands.cancelAll.name: try ProductionCommands.task(.cancelAll, arguments)
        case Commands.resetPaper.name: try ProductionCommands.task(.resetPaper, arguments)
        case SwitchCommands.halt.name: try SwitchCommands.halt(arguments)
        case SwitchCommands.resume.name: try SwitchCommands.resume(arguments)
        case Commands.flatten.name: try ProductionCommands.flatten(arguments)
        case StatusCommand.specification.name: try StatusCommand.run(arguments)
        case DeadLetterCommands.list.name: try DeadLetterCommands.list(arguments)
        case DeadLetterCommands.retry.name: try DeadLetterCommands.retry(arguments)
        case DeadLetterCommands.discard.name: try DeadLetterCommands.discard(arguments)
        case DoctorCommand.specification.name: try DoctorCommand.run(arguments)
        case ReportCommands.profit.name: try ReportCommands.profit(arguments)
        case ReportCommands.metrics.name: try ReportCommands.metrics(arguments)
        case AlertCommand.specification.name: try AlertCommand.run(arguments)
        case RiskCommand.specification.name: try RiskCommand.run(arguments)
        case AggressivenessCommands.set.name: try AggressivenessCommands.set(arguments)
        case AggressivenessCommands.show.name: try AggressivenessCommands.show(arguments)
        case Commands.verify.name: try DatabaseCommands.verify(arguments)
        case Commands.exportLedger.name: try LedgerCommand.run(arguments)
        case Commands.gateway.name: try GatewayCommand.run(arguments)
        default: try DatabaseCommands.table(command.name, arguments)
        }
    }
}
