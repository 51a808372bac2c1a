import InputFiles
import MarketSimulation
import OrderPlanning
import RiskControl
import Storage
import TradingModel

/// Everything a run can be told besides its inputs, checked and complete: what a file leaves out has its default.
public struct Configuration: Sendable, Equatable {
    /// The account that a run starts with.
    public struct Account: Sendable, Equatable {
        /// Cash at the start; not negative.
        public var cash = Money(e6: 1_000_000 * Money.scale)
        /// Of cash, prices and costs.
        public var currency = Currency.usd
    }

    /// What the run starts with.
    public var account = Account()
    /// How targets become orders.
    public var planning = PlanningConfiguration()
    /// What targets, and orders with blank fields, become.
    public var orders = OrderDefaults()
    /// How orders fill on bars.
    public var simulation = SimulationRules()
    /// Where PRODUCTION connects.
    public var brokers = BrokersConfiguration()
    /// What PRODUCTION may send to.
    public var live = LiveConfiguration()
    /// How a PRODUCTION rebalance goes on.
    public var production = ProductionConfiguration()
    /// Alerts, checks, metrics and the log.
    public var operations = OperationsConfiguration()
    /// What orders may do to the account; nothing is limited unless the file says so.
    public var risk = RiskLimits()
    /// How urgently orders are carried out.
    public var aggressiveness = Aggressiveness()
    /// What a date without a time is read in.
    public var localTime = LocalTime.utc
    /// How much of a run is written to the database.
    public var record = RunRecord.full

    /// The defaults of every key.
    public init() {}
}

/// How targets become orders.
public struct PlanningConfiguration: Sendable, Equatable {
    /// What becomes of an older plan's working orders for the same ticker.
    public typealias OpenOrders = PlanningRules.OpenOrders
    /// What becomes of a position whose ticker is absent from a batch.
    public typealias MissingTargets = PlanningRules.MissingTargets

    /// Orders are multiples of this, where the instrument says nothing else; positive.
    public var lotSize = Quantity(units: 1)
    /// Orders worth less are not sent, where the instrument says nothing else.
    public var minimumNotional = Money.zero
    /// What becomes of an older plan's working orders.
    public var openOrders = OpenOrders.cancel
    /// What becomes of a position that a batch does not name.
    public var missingTargets = MissingTargets.hold
    /// Whether buys wait for the cash of the sells of the same decision.
    public var twoPhase = true
    /// What a buy does that the cash does not reach for: `wait` or `reject`.
    public var insufficientCash = CashRule.wait

    /// What a target says: what the account is to hold, or its strategy.
    public var targetOwner = TargetOwner.account

    /// Whose holdings targets are.
    public enum TargetOwner: String, Sendable, CaseIterable {
        case account
        case strategy
    }

    /// The defaults.
    public init() {}
}
