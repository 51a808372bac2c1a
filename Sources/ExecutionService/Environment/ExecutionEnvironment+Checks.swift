import InputFiles
import TradingModel

/// A variable whose value means nothing.
public struct UnreadableVariable: Sendable, Equatable, CustomStringConvertible {
    public let name: String
    public let value: String
    /// What would be accepted.
    public let accepted: String
    /// The variable that was probably meant; nil where the name is right.
    public var meant: String?

    public var description: String {
        if let meant {
            return "\(name) is no variable of this program; did you mean \(meant)? Spell it so, or unset it"
        }
        return "\(name) is \(JSONString.quoted(value)), which is not \(accepted)"
    }
}

/// Environment variables that do not parse; nothing was begun.
public struct EnvironmentRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    public let problems: [UnreadableVariable]

    public var description: String {
        "the environment cannot be read, so nothing is begun:" + problems.map { "\n  \($0)" }.joined()
    }
}

extension ExecutionEnvironment {
    /// Throws the error that names every value that does not parse.
    public func check() throws(EnvironmentRefusal) {
        let found = problems
        if !found.isEmpty { throw EnvironmentRefusal(problems: found) }
    }

    /// Values that do not parse, in the order of the names, and then names that are misspelled: a switch or a limit that is not
    /// seen is none.
    public var problems: [UnreadableVariable] { Name.allCases.compactMap(problem) + misspelled }

    func problem(_ name: Name) -> UnreadableVariable? {
        guard let accepted = accepted(name), let value = word(name), !isReadable(name, value) else { return nil }
        return UnreadableVariable(name: name.rawValue, value: value, accepted: accepted)
    }

    /// What a variable takes; nil for names of files, which are judged by what is there.
    private func accepted(_ name: Name) -> String? {
        switch name {
        case .execDryRun, .executionHalted, .execKillSwitch, .execRiskFailOpen: BooleanWord.accepted
        case .execMaxPositionQuantity: "a quantity of 0 or more, such as 100 or 2.5"
        case .execMaxDailyTrades: "a whole number of 0 or more"
        case .agentMode, .agentState: "a word of capital letters, such as LIVE or READY"
        case .executionHaltedFile, .execKillSwitchFile, .agentStateFile: nil
        }
    }

    private func isReadable(_ name: Name, _ value: String) -> Bool {
        switch name {
        case .execDryRun, .executionHalted, .execKillSwitch, .execRiskFailOpen: flag(name) != nil
        case .execMaxPositionQuantity: maximumPosition.map { $0 >= .zero } ?? false
        case .execMaxDailyTrades: maximumDailyTrades.map { $0 >= 0 } ?? false
        case .agentMode, .agentState: AgentState.isWord(value)
        case .executionHaltedFile, .execKillSwitchFile, .agentStateFile: true
        }
    }

    /// What somebody who set these variables has to know, each a sentence without its point.
    public var warnings: [String] {
        var warnings: [String] = []
        for (old, new) in [(Name.execKillSwitch, Name.executionHalted), (.execKillSwitchFile, .executionHaltedFile)]
        where text(old) != nil {
            warnings.append("\(old.rawValue) is deprecated and still heeded; use \(new.rawValue)")
        }
        for (name, why) in ExecutionEnvironment.foreign where isSet(name) {
            warnings.append("\(name) is set and does not apply: \(why)")
        }
        if failsOpen {
            warnings.append(
                "EXEC_RISK_FAIL_OPEN is on: a limit whose data cannot be read lets orders PASS; kill switches never do")
        }
        return warnings
    }
}
