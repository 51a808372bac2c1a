import RiskControl
import TradingModel

extension ExecutionEnvironment {
    /// One variable for people: what it is, where that comes from, and what it means here.
    public struct Variable: Sendable, Equatable {
        public enum Source: String, Sendable {
            case notSet = "not set"
            case environment
            /// The variable names a file, and the file says it.
            case file
        }

        public let name: String
        /// Nil where it is not set; those of other systems, which may be secrets, are not shown.
        public let value: String?
        public let source: Source
        /// A sentence without its point.
        public let meaning: String
        /// Whether it stops or refuses something, or cannot be read.
        public let isObjection: Bool
    }

    /// Every variable with what it means now: those that count, then those of other systems that are set.
    public func variables() -> [Variable] {
        Name.allCases.map(variable)
            + ExecutionEnvironment.foreign.filter { isSet($0.name) }.map { name, why in
                Variable(
                    name: name, value: nil, source: .environment, meaning: "does not apply: \(why)", isObjection: false)
            }
    }

    private func variable(_ name: Name) -> Variable {
        let (meaning, isObjection) = judge(name)
        let isFile = [Name.executionHaltedFile, .execKillSwitchFile, .agentStateFile].contains(name)
        return Variable(
            name: name.rawValue, value: text(name),
            source: text(name) == nil ? .notSet : isFile ? .file : .environment, meaning: meaning,
            isObjection: isObjection)
    }

    private func judge(_ name: Name) -> (String, Bool) {
        if let problem = problem(name) { return ("not \(problem.accepted)", true) }
        switch name {
        case .execDryRun:
            return permitsSending ? ("orders may be sent", false) : ("nothing is sent; only EXEC_DRY_RUN=0 sends", true)
        case .executionHalted, .executionHaltedFile, .execKillSwitch, .execKillSwitchFile: return judgeSwitch(name)
        case .execRiskFailOpen:
            return failsOpen
                ? ("a limit whose data cannot be read lets orders pass", true)
                : ("a limit whose data cannot be read refuses", false)
        case .execMaxPositionQuantity:
            return (maximumPosition.map { "at most \($0) of each instrument" } ?? "no limit from here", false)
        case .execMaxDailyTrades:
            return (maximumDailyTrades.map { "at most \($0) orders a day" } ?? "no limit from here", false)
        case .agentMode:
            guard let agentMode else { return ("no agent is asked", false) }
            return agentMode == "LIVE" ? ("the agent trades live", false) : ("only LIVE sends orders", true)
        case .agentState, .agentStateFile: return judgeAgentState(name)
        }
    }

    private func judgeSwitch(_ name: Name) -> (String, Bool) {
        guard text(name) != nil else { return ("off", false) }
        let only = ExecutionEnvironment([name.rawValue: text(name) ?? ""]).switches().first
        return only.map { ("halts: \($0.sentence)", true) } ?? ("off", false)
    }

    private func judgeAgentState(_ name: Name) -> (String, Bool) {
        guard text(name) != nil else { return ("no state from here", false) }
        return switch agentState() {
        case .state("READY"): ("the agent is ready", false)
        case .state(let state): ("the agent is \(state); only READY sends orders", true)
        case .unreadable(let why): (why, true)
        case .notSet: ("no state from here", false)
        }
    }
}
