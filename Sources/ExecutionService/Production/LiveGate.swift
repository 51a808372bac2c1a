import RiskControl
import TradingModel

/// Decides whether orders may leave: only when every condition is met; what cannot be read or is not known is not met.
public struct LiveGate: Sendable, Equatable {
    /// One thing that has to be so.
    public struct Condition: Sendable, Equatable {
        /// The names that operators and scripts know; they do not change.
        public enum Name: String, Sendable, CaseIterable {
            case mode
            case liveFlag = "live_flag"
            case execDryRun = "exec_dry_run"
            case agentMode = "agent_mode"
            case agentState = "agent_state"
            case permit
            case configuredAccount = "configured_account"
            case permitAccount = "permit_account"
            case accountOption = "account_option"
            case brokerAccount = "broker_account"
            case killSwitch = "kill_switch"
            case reconciliation
        }

        /// What is known of it.
        public enum State: Sendable, Equatable {
            case met
            case notMet
            /// Only the broker can tell, and it has not been asked yet.
            case notYetKnown
        }

        public let name: Name
        public let state: State
        /// For the operator: how it stands and, where it is not met, what would meet it; without its point.
        public let sentence: String
    }

    /// Every condition, in the order of `Condition.Name`.
    public let conditions: [Condition]

    /// Judges the facts.
    public init(_ facts: Facts) {
        conditions = Condition.Name.allCases.map { facts.condition($0) }
    }

    /// Whether orders may leave.
    public var isOpen: Bool { conditions.allSatisfy { $0.state == .met } }

    /// What closes the gate whatever the broker will say; empty while only the broker's answers are missing.
    public var refusals: [Condition] { conditions.filter { $0.state == .notMet } }

    /// The conditions that are not met or not known, but for some that do not matter.
    func unmet(besides needless: Set<Condition.Name>) -> [Condition] {
        conditions.filter { $0.state != .met && !needless.contains($0.name) }
    }

    /// Throws the error that names every condition that is not met or not known.
    public func requireOpen() throws(LiveGateClosed) {
        if !isOpen { throw LiveGateClosed(conditions: conditions.filter { $0.state != .met }) }
    }

    /// Throws the error that names every condition that is not met, before the broker has been asked.
    public func requireNoRefusal(besides needless: Set<Condition.Name> = []) throws(LiveGateClosed) {
        let refusals = refusals.filter { !needless.contains($0.name) }
        if !refusals.isEmpty { throw LiveGateClosed(conditions: refusals) }
    }
}

/// Orders were to be sent, and the live gate is closed; nothing was sent.
public struct LiveGateClosed: Error, Equatable, Sendable, CustomStringConvertible {
    /// The conditions that are not met, or not known.
    public let conditions: [LiveGate.Condition]

    public var description: String {
        let lines = conditions.map { "\n  \($0.name.rawValue): \($0.sentence)" }.joined()
        return "the live gate is closed, so nothing is sent:\(lines)"
    }
}

extension LiveGate.Facts {
    fileprivate typealias Condition = LiveGate.Condition

    fileprivate func condition(_ name: Condition.Name) -> Condition {
        let (state, sentence) = judge(name)
        return Condition(name: name, state: state, sentence: sentence)
    }

    private func judge(_ name: Condition.Name) -> (Condition.State, String) {
        switch name {
        case .mode:
            verdict(
                mode == .production, "the mode is \(mode.rawValue)", or: "\(mode.rawValue) sends nothing to a broker")
        case .liveFlag: verdict(isLiveAsked, "--live is given", or: "--live is not given")
        case .execDryRun: judgeDryRun()
        case .agentMode: judgeAgentMode()
        case .agentState: judgeAgentState()
        case .permit:
            verdict(
                live.permit, "live.permit is true",
                or: "live.permit is false in the configuration; true permits orders to live.account")
        case .configuredAccount:
            verdict(
                configuredAccount != nil, "brokers.ibkr.account is \(configuredAccount?.text ?? "")",
                or: "brokers.ibkr.account is not set in the configuration")
        case .permitAccount: compare(live.account, "live.account", missing: "is not set in the configuration")
        case .accountOption: compare(accountOption, "--account", missing: "is not given")
        case .brokerAccount: judgeReportedAccounts()
        case .killSwitch: judgeKillSwitches()
        case .reconciliation: judgeReconciliation()
        }
    }

    private func verdict(_ isMet: Bool, _ met: String, or notMet: String) -> (Condition.State, String) {
        isMet ? (.met, met) : (.notMet, notMet)
    }

    private func judgeDryRun() -> (Condition.State, String) {
        guard let execDryRun else { return (.notMet, "EXEC_DRY_RUN is not set; only EXEC_DRY_RUN=0 sends orders") }
        let shown = JSONString.quoted(execDryRun)
        return verdict(
            execDryRun == "0", "EXEC_DRY_RUN is 0", or: "EXEC_DRY_RUN is \(shown); only EXEC_DRY_RUN=0 sends orders")
    }

    private func judgeAgentMode() -> (Condition.State, String) {
        guard let agentMode else { return (.met, "AGENT_MODE is not set, so no agent is asked") }
        return verdict(
            agentMode == "LIVE", "AGENT_MODE is LIVE",
            or: "AGENT_MODE is \(JSONString.quoted(agentMode)); where it is set, only LIVE sends orders")
    }

    private func judgeAgentState() -> (Condition.State, String) {
        switch agentState {
        case .notSet:
            verdict(
                agentMode == nil, "no agent is asked",
                or: "AGENT_MODE is set, and neither AGENT_STATE nor AGENT_STATE_FILE is; only READY sends orders")
        case .state(let state):
            verdict(
                state == "READY", "the agent is READY",
                or: "the agent is \(JSONString.quoted(state)); only READY sends orders")
        case .unreadable(let why): (.notMet, why)
        }
    }

    /// Switches for strategies and tickers, and those that let reductions leave, are heeded order by order.
    private func judgeKillSwitches() -> (Condition.State, String) {
        guard let killSwitches else { return (.notMet, "the kill switches have not been looked at") }
        let halts = killSwitches.halts(
            at: RebalanceVenue.ibkr.rawValue, of: configuredAccount?.text ?? accountOption?.text ?? "")
        let others = killSwitches.switches.map(\.sentence).joined(separator: "; ")
        return verdict(
            halts.isEmpty,
            killSwitches.isClear ? "every kill switch is off" : "some orders are stopped: \(others)",
            or: halts.map(\.sentence).joined(separator: "; "))
    }

    /// The configured account is what the others are compared with: orders go to it.
    private func compare(_ account: AccountID?, _ name: String, missing: String) -> (Condition.State, String) {
        guard let account else { return (.notMet, "\(name) \(missing)") }
        guard let configuredAccount else { return (.notMet, incomparable("\(name) is \(account)")) }
        return verdict(
            account == configuredAccount, "\(name) is \(account)",
            or: "\(name) is \(account), but brokers.ibkr.account is \(configuredAccount); they have to be the same")
    }

    private func incomparable(_ what: String) -> String {
        "\(what), and brokers.ibkr.account is not set to compare it with"
    }

    private func judgeReportedAccounts() -> (Condition.State, String) {
        guard let reportedAccounts else {
            return (.notYetKnown, "the broker has not said which accounts the login has")
        }
        guard !reportedAccounts.isEmpty else { return (.notMet, "the broker reports no account for the login") }
        let list = reportedAccounts.joined(separator: ", ")
        guard let configuredAccount else { return (.notMet, incomparable("the broker reports \(list)")) }
        return verdict(
            reportedAccounts.contains(configuredAccount.text), "the broker reports \(configuredAccount)",
            or: "the broker reports \(list), but brokers.ibkr.account is \(configuredAccount)")
    }

    private func judgeReconciliation() -> (Condition.State, String) {
        switch reconciliation {
        case .notYetKnown: (.notYetKnown, "the books have not been compared with the broker yet")
        case .clean: (.met, "the books agree with the broker")
        case .breaks(let breaks):
            (
                .notMet,
                "the books differ from the broker and nobody has explained it: \(breaks.joined(separator: "; "))"
            )
        }
    }
}
