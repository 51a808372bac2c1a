import InputFiles
import OrderRouting
import TradingModel

/// Where the orders of a production rebalance go.
public enum RebalanceVenue: String, Sendable, CaseIterable {
    /// Interactive Brokers.
    case ibkr
    /// Nowhere: everything is done but sending.
    case dryRun = "dry_run"
}

/// What a production rebalance is made from: targets or orders of one decision time, and how to treat them.
///
/// Files are read when the plan is made; a plan that exists has been checked whole, as far as that can be without the broker.
public struct RebalancePlan {
    /// Where everything comes from.
    public struct Sources: Sendable {
        /// A CSV or JSON Lines file, `-` for standard input; one of this, `orders` and `intents`.
        public var targets: String?
        public var orders: String?
        public var intents: String?
        /// A CSV file of lot sizes and minimum notionals.
        public var instruments: String?
        /// A JSON5 file; nil takes the defaults.
        public var configuration: String?
        /// `--account`; nil takes that of the configuration.
        public var account: String?
        /// A historical database or a CSV file, for limits that need returns or volumes.
        public var bars: String?
        /// Nil where the bars are of one interval.
        public var interval: String?

        public init(
            targets: String? = nil, orders: String? = nil, intents: String? = nil, instruments: String? = nil,
            configuration: String? = nil, account: String? = nil, bars: String? = nil, interval: String? = nil
        ) {
            self.targets = targets
            self.orders = orders
            self.intents = intents
            self.instruments = instruments
            self.configuration = configuration
            self.account = account
            self.bars = bars
            self.interval = interval
        }
    }

    public let configuration: Configuration
    /// Where the orders go.
    public let venue: RebalanceVenue
    /// What `--account` says; the live gate asks for it.
    public let accountOption: AccountID?
    /// The account that is traded: `--account`, else that of the configuration.
    public let account: AccountID
    /// What an operator should know of the inputs before the run, each a sentence without its point.
    public let warnings: [String]
    /// In the order of their `InstrumentID`, that of first sight; without ticks, since the broker's contracts decide those.
    public let instruments: [Instrument]
    /// When all of it was decided; of intents, the last one.
    public let decisionTime: DecisionTime
    /// The targets by decision, rows and indices as in TRAINING; empty for orders and intents.
    public let batches: [TargetBatch]
    /// The user's own orders, or those of their intents, rows and indices as in TRAINING; empty for targets.
    public let ownOrders: [OwnOrder]
    /// SHA-256 of everything that decides the orders and their course, the broker's answers left out.
    public let inputDigest: String
    let input: ExecutionPlan.Input
    /// The path the input is from.
    let inputName: String
    private let instrumentRows: [String: InstrumentRow]
    /// What the limits are judged with; nil where they need nothing of the past.
    let history: RiskHistory?
    /// The volumes of the past that algorithms need; nil where none does.
    let volumes: VolumeBars?

    /// Reads and checks everything.
    ///
    /// Throws `InputError` with all that is wrong with a file, and `UsageError` for sources that do not go together and for an
    /// account that is none.
    public init(_ sources: Sources, venue: RebalanceVenue) throws {
        self.venue = venue
        configuration =
            try sources.configuration.map { try Configuration.read(try InputFile(path: $0), for: .production) }
            ?? Configuration()
        accountOption = try Self.readAccount(sources.account)
        account = try Self.choose(accountOption, configuration)
        let digest = try SHA256Digest()
        for part in ["rebalance", venue.rawValue, account.text, try configuration.rebalanceJSON()] {
            try digest.update(part)
        }
        (input, inputName) = try ExecutionPlan.readInput(
            targets: sources.targets, orders: sources.orders, intents: sources.intents, configuration, digest)
        decisionTime = try Self.decisionTime(of: input, inputName, configuration.localTime)
        try Self.checkAccounts(of: input, inputName, account)
        try input.checkOwners(configuration, inputName)
        let rows = try Self.readInstruments(sources.instruments, digest)
        instrumentRows = Dictionary(rows.map { ($0.ticker, $0) }, uniquingKeysWith: { first, _ in first })
        instruments = input.tickers.map { [configuration, instrumentRows] ticker in
            Instrument(ticker, instrumentRows[ticker], configuration)
        }
        inputDigest = try digest.finishAsHexadecimal()
        let market = try sources.bars.map { [configuration] path in
            try MarketData.open(
                path, interval: try ExecutionPlan.interval(sources.interval), localTime: configuration.localTime)
        }
        history = try RiskHistory(market, configuration.risk, decidedAt: decisionTime)
        volumes = try VolumeBars(
            market, input, inputName, standing: Self.standingAlgorithm(configuration), decidedAt: decisionTime.instant)
        let entries = DecisionSchedule(input, configuration, runID: "").entries
        batches = entries.flatMap(\.batches)
        ownOrders = entries.flatMap(\.orders)
        warnings =
            Self.warnings(rows, sources.instruments) + Self.warnings(input, inputName)
            + configuration.risk.unknownNames(
                tickers: market.map { [input] market in market.tickers + input.tickers },
                strategies: input.decisions.compactMap(\.strategyID))
    }

    /// Tickers in the order of their `InstrumentID`.
    public var tickers: [String] { instruments.map(\.ticker) }

    /// The name of the run where the operator gives none: the same inputs are the same run.
    public var defaultRunID: String {
        "\(venue == .dryRun ? "dry" : input.intents == nil ? "rebalance" : "submit")-\(inputDigest.prefix(12))"
    }

    /// By `DecisionID`; one without an id gets one from the run and its time.
    public func decisions(runID: String) -> [Decision] {
        DecisionSchedule.name(input.decisions, runID, configuration.localTime)
    }

    /// What the inputs say of any ticker, such as one that is held and has no target.
    public func instrument(_ ticker: String) -> Instrument {
        Instrument(ticker, instrumentRows[ticker], configuration)
    }

    /// The user's own references, by row of the orders or intents file; empty for targets.
    public var orderRefs: [String?] { input.orderRefs }

    /// The names of the OCA groups of an orders file, by their number.
    public var ocaGroupNames: [String] { input.ocaGroupNames }
}

extension Instrument {
    /// The file's word, then the configuration's; the broker knows ticks and borrow rates itself.
    fileprivate init(_ ticker: String, _ row: InstrumentRow?, _ configuration: Configuration) {
        self.init(
            ticker: ticker, lotSize: row?.lotSize ?? configuration.planning.lotSize,
            minimumNotional: row?.minimumNotional ?? configuration.planning.minimumNotional)
    }
}
