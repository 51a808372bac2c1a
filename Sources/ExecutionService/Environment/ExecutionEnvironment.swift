import InputFiles
import TradingModel

/// The environment variables that decide about sending orders, read in one place.
///
/// An empty value is the same as none, but for names of files. What does not parse is kept and refused by `check()`; where it is a
/// switch it halts until then.
public struct ExecutionEnvironment: Sendable, Equatable {
    /// The variables that count; the names do not change.
    public enum Name: String, Sendable, CaseIterable {
        case execDryRun = "EXEC_DRY_RUN"
        case executionHalted = "EXECUTION_HALTED"
        case executionHaltedFile = "EXECUTION_HALTED_FILE"
        /// Deprecated: the former name of `EXECUTION_HALTED`.
        case execKillSwitch = "EXEC_KILL_SWITCH"
        /// Deprecated: the former name of `EXECUTION_HALTED_FILE`.
        case execKillSwitchFile = "EXEC_KILL_SWITCH_FILE"
        case execRiskFailOpen = "EXEC_RISK_FAIL_OPEN"
        case execMaxPositionQuantity = "EXEC_MAX_POSITION_QTY"
        case execMaxDailyTrades = "EXEC_MAX_DAILY_TRADES"
        case agentMode = "AGENT_MODE"
        case agentState = "AGENT_STATE"
        case agentStateFile = "AGENT_STATE_FILE"
    }

    /// Variables of systems that this one does not read, and why.
    static let foreign: [(name: String, why: String)] = [
        ("EXECUTION_HALTED_DOC", "no Firestore is read, so a halt there is not seen; use `execution halt`"),
        ("EXEC_KILL_SWITCH_DOC", "no Firestore is read, so a halt there is not seen; use `execution halt`"),
        ("DATABASE_URL", "positions come from the broker and the database of --db"),
        ("ALPACA_API_KEY", "this version trades at Interactive Brokers, whose gateway has the login"),
        ("ALPACA_SECRET_KEY", "this version trades at Interactive Brokers, whose gateway has the login"),
        ("ALPACA_TRADING_HOST", "this version trades at Interactive Brokers; brokers.ibkr.host says where"),
    ]

    private let values: [String: String]
    /// Variables that have a value and are nearly called as one that counts.
    let misspelled: [UnreadableVariable]

    /// Reads the variables of a process; the others of them are not kept.
    public init(_ variables: [String: String]) {
        let known = Set(Name.allCases.map(\.rawValue) + ExecutionEnvironment.foreign.map(\.name))
        values = variables.filter { known.contains($0.key) }
        misspelled = variables.keys.sorted().compactMap { name in
            guard !known.contains(name), let value = variables[name], !value.isEmpty else { return nil }
            return ExecutionEnvironment.meant(by: name).map {
                UnreadableVariable(name: name, value: value, accepted: "", meant: $0)
            }
        }
    }

    /// The variable that somebody meant who set one of this name; nil for names that are somebody else's, and for those that
    /// hooks are given.
    private static func meant(by name: String) -> String? {
        guard name.hasPrefix("EXEC"), !name.hasPrefix("EXECUTION_ALERT_") else { return nil }
        return Suggestion.nearest(to: name, in: Name.allCases.map(\.rawValue).filter { $0.hasPrefix("EXEC") })
    }

    /// A value as it stands, empty or not; nil where the variable is not set.
    public func text(_ name: Name) -> String? { values[name.rawValue] }

    /// Whether a variable that is not read has a value.
    func isSet(_ foreignName: String) -> Bool { values[foreignName].map { !$0.isEmpty } ?? false }

    /// The value where it is not empty.
    func word(_ name: Name) -> String? { text(name).flatMap { $0.isEmpty ? nil : $0 } }

    // MARK: - Values

    /// Whether it says that orders may be sent: `EXEC_DRY_RUN` is `0`, and nothing else.
    public var permitsSending: Bool { text(.execDryRun) == "0" }

    /// Whether a limit whose data cannot be read lets pass instead of refusing; never for a kill switch.
    public var failsOpen: Bool { flag(.execRiskFailOpen) == true }

    /// The most that may be held of one instrument, long or short; nil where the variable says nothing.
    public var maximumPosition: Quantity? {
        word(.execMaxPositionQuantity).flatMap { try? DecimalText.parse($0, scale: 8) }.map { Quantity(e8: $0) }
    }

    /// The most orders in one day; nil where the variable says nothing.
    public var maximumDailyTrades: Int64? { word(.execMaxDailyTrades).flatMap { Int64($0) } }

    /// The mode of the agent that runs this program; nil where the variable says nothing.
    public var agentMode: String? { word(.agentMode) }

    /// A yes or no; nil where the variable is not set or cannot be read.
    func flag(_ name: Name) -> Bool? { word(name).flatMap(BooleanWord.read) }
}

/// Yes and no as environments spell them.
enum BooleanWord {
    static let accepted = "1, true, yes or on; 0, false, no or off"

    /// Capitals do not matter; nil for anything else.
    static func read(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "1", "true", "yes", "on": true
        case "0", "false", "no", "off": false
        default: nil
        }
    }
}
