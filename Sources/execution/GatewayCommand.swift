import ExecutionService
import Foundation
import TradingModel

/// `gateway`.
enum GatewayCommand {
    private enum Clock: String, CaseIterable {
        case simulated
        case wall
    }

    static func run(_ arguments: CommandArguments) throws -> ExitCode {
        Interruption.listen()
        var server = try GatewayServer(options(arguments))
        try Terminal.print(server.announcement)
        try server.run { Interruption.isAsked }
        return .done
    }

    private static func options(_ arguments: CommandArguments) throws(CommandLineError) -> GatewayOptions {
        var options = GatewayOptions(bars: arguments["--bars"] ?? "")
        options.interval = arguments["--interval"]
        options.instruments = arguments["--instruments"]
        options.corporateActions = arguments["--actions"]
        options.configuration = arguments["--config"]
        options.from = arguments["--from"]
        options.to = arguments["--to"]
        options.faults = arguments["--faults"]
        options.pace = try pace(arguments)
        options.port = try number(arguments, "--port") ?? options.port
        options.controlPort = try number(arguments, "--control-port")
        options.account = try account(arguments) ?? options.account
        options.cash = try cash(arguments)
        options.showsWallTime = try arguments.choice("--clock", default: Clock.simulated) == .wall
        options.messagesPerSecond = try number(arguments, "--pacing")
        options.daysKept = try number(arguments, "--days-kept")
        options.initialMarginE9 = try margin(arguments)
        return options
    }

    private static func pace(_ arguments: CommandArguments) throws(CommandLineError) -> GatewayOptions.Pace {
        let given = ["--speed", "--stepped", "--when-ordered"].filter {
            arguments.has($0) || arguments[$0] != nil
        }
        guard given.count < 2 else {
            throw CommandLineError(description: "give either \(given.joined(separator: " or "))")
        }
        if arguments.has("--stepped") { return .stepped }
        if given == ["--when-ordered"] { return .whenOrdered(quiet_ms: try quietTime(arguments)) }
        guard let text = arguments["--speed"] else { return .fast }
        guard let factor = Double(text), factor > 0, factor.isFinite else {
            throw CommandLineError(description: "--speed \"\(text)\" is not a positive number")
        }
        return .speed(factor)
    }

    private static func quietTime(_ arguments: CommandArguments) throws(CommandLineError) -> Int64 {
        let quiet_ms: Int64 = try number(arguments, "--when-ordered") ?? 100
        guard quiet_ms <= 3_600_000 else {
            throw CommandLineError(description: "--when-ordered \(quiet_ms) is more than an hour (3600000)")
        }
        return quiet_ms
    }

    private static func number<Number: FixedWidthInteger>(
        _ arguments: CommandArguments, _ option: String
    ) throws(CommandLineError) -> Number? {
        guard let text = arguments[option] else { return nil }
        guard let number = Number(text), number >= 0 else {
            throw CommandLineError(description: "\(option) \"\(text)\" is not a number from 0 to \(Number.max)")
        }
        return number
    }

    private static func margin(_ arguments: CommandArguments) throws(CommandLineError) -> Int64? {
        guard let text = arguments["--initial-margin"] else { return nil }
        if let share = try? DecimalText.parse(text, scale: 9), (10_000_000...1_000_000_000).contains(share) {
            return share
        }
        throw CommandLineError(description: "--initial-margin \"\(text)\" is not a share from 0.01 to 1")
    }

    private static func account(_ arguments: CommandArguments) throws(CommandLineError) -> String? {
        guard let account = arguments["--account"] else { return nil }
        let isPlain = account.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
        }
        guard !account.isEmpty, isPlain else {
            throw CommandLineError(description: "--account \"\(account)\" is not letters and digits")
        }
        return account
    }

    private static func cash(_ arguments: CommandArguments) throws(CommandLineError) -> Money? {
        guard let text = arguments["--cash"] else { return nil }
        do throws(DecimalTextError) {
            let amount = Money(e6: try DecimalText.parse(text, scale: 6))
            if amount >= .zero, amount.e6 <= 1_000_000_000_000 * Money.scale { return amount }
        } catch {}
        throw CommandLineError(description: "--cash \"\(text)\" is not an amount from 0 to 1000000000000")
    }
}
