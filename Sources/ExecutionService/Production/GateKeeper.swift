import Rebalancing
import TradingModel

/// Holds the live gate against what is known now.
struct GateKeeper {
    private let accountOption: AccountID?
    private let configuration: Configuration
    private let environment: LiveGate.Environment
    private let isLiveAsked: Bool
    var haltFile: HaltFile { environment.haltFile }

    init(_ plan: RebalancePlan, _ options: RebalanceOptions) {
        self.init(plan.configuration, plan.accountOption, options)
    }

    init(_ configuration: Configuration, _ account: AccountID?, _ options: RebalanceOptions) {
        self.configuration = configuration
        accountOption = account
        environment = LiveGate.Environment(options.environment)
        isLiveAsked = options.isLiveAsked
    }

    /// The gate before the broker was asked, or after.
    func check(_ comparison: Reconciliation? = nil) -> LiveGate {
        var facts = LiveGate.Facts(
            mode: .production, isLiveAsked: isLiveAsked, accountOption: accountOption, configuration: configuration,
            environment: environment,
            killSwitches: KillSwitches(
                environment: environment.halted, file: environment.haltFile.look(), database: .off))
        if let comparison {
            facts.reportedAccounts = comparison.accounts
            facts.reconciliation =
                comparison.breaks.isEmpty ? .clean : .breaks(comparison.breaks.map(\.description))
        }
        return LiveGate(facts)
    }
}
