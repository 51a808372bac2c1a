import Rebalancing
import RiskControl
import TradingModel

/// Holds the live gate against what is known now.
struct GateKeeper {
    private let accountOption: AccountID?
    private let configuration: Configuration
    let environment: ExecutionEnvironment
    private let isLiveAsked: Bool
    /// Whether positions are closed because a switch asks for it; that switch lets reductions leave then.
    var isFlattening = false
    private let database: String

    init(_ plan: RebalancePlan, _ options: RebalanceOptions) {
        self.init(plan.configuration, plan.accountOption, options)
    }

    init(_ configuration: Configuration, _ account: AccountID?, _ options: RebalanceOptions) {
        self.configuration = configuration
        accountOption = account
        environment = ExecutionEnvironment(options.environment)
        isLiveAsked = options.isLiveAsked
        database = options.database
    }

    /// Throws `EnvironmentRefusal` for what cannot be read, and tells what somebody who set the rest has to know.
    func checkEnvironment(_ observer: RebalanceObserver) throws {
        try environment.check()
        for warning in environment.warnings { observer.log(LogLine(.warning, warning)) }
    }

    /// Every switch that is on now.
    ///
    /// Throws where the database cannot say.
    func switches() throws -> KillSwitchBoard {
        KillSwitchBoard(environment.switches() + (try DatabaseSwitches.look(database)))
    }

    /// The gate before the broker was asked, or after.
    func check(_ comparison: Reconciliation? = nil) throws -> LiveGate {
        let switches = try switches()
        var facts = LiveGate.Facts(
            mode: .production, isLiveAsked: isLiveAsked, accountOption: accountOption, configuration: configuration,
            environment: environment, killSwitches: isFlattening ? switches.forFlattening : switches)
        if let comparison {
            facts.reportedAccounts = comparison.accounts
            facts.reconciliation =
                comparison.breaks.isEmpty ? .clean : .breaks(comparison.breaks.map(\.description))
        }
        return LiveGate(facts)
    }
}
