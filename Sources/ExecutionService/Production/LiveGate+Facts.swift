import RiskControl
import TradingModel

extension LiveGate {
    /// Everything that the gate asks for; what is not said keeps it closed.
    public struct Facts: Sendable, Equatable {
        /// What the comparison of the books with the broker gave.
        public enum Reconciliation: Sendable, Equatable {
            /// Not compared yet.
            case notYetKnown
            case clean
            /// What nobody can explain, each a sentence or a row for people.
            case breaks([String])
        }

        /// What the run is for.
        public var mode: ExecutionMode
        /// Whether `--live` is given.
        public var isLiveAsked: Bool
        /// The value of `EXEC_DRY_RUN`; nil where it is not set.
        public var execDryRun: String?
        /// The value of `AGENT_MODE`; nil where it is not set.
        public var agentMode: String?
        /// What `AGENT_STATE` or the file of `AGENT_STATE_FILE` says.
        public var agentState: AgentState
        /// `live` of the configuration.
        public var live: LiveConfiguration
        /// `brokers.ibkr.account` of the configuration.
        public var configuredAccount: AccountID?
        /// `--account`.
        public var accountOption: AccountID?
        /// The accounts that the broker says the login has; nil until it has said so.
        public var reportedAccounts: [String]?
        /// As they were last looked at; nil where they were not.
        public var killSwitches: KillSwitchBoard?
        /// As it was last known.
        public var reconciliation: Reconciliation

        /// What is known before the broker is asked: its accounts and the reconciliation are not.
        public init(
            mode: ExecutionMode, isLiveAsked: Bool, accountOption: AccountID?, configuration: Configuration,
            environment: ExecutionEnvironment, killSwitches: KillSwitchBoard?
        ) {
            self.mode = mode
            self.isLiveAsked = isLiveAsked
            self.accountOption = accountOption
            self.killSwitches = killSwitches
            execDryRun = environment.text(.execDryRun)
            agentMode = environment.agentMode
            agentState = environment.agentState()
            live = configuration.live
            configuredAccount = configuration.brokers.ibkr.account
            reportedAccounts = nil
            reconciliation = .notYetKnown
        }
    }
}
