import InputFiles
import Storage
import TradingModel

/// What a run is made from: targets or orders, bars, and how to treat them.
///
/// Paths are read when the plan is made; a plan that exists has been checked whole.
public struct ExecutionPlan {
    /// What the user brings.
    enum Input {
        case targets(TargetSheet)
        case orders(OrderSheet)
        case intents(IntentRows)
    }

    /// Where everything comes from.
    public struct Sources: Sendable {
        /// A CSV or JSON Lines file, `-` for standard input; one of this, `orders` and `intents`.
        public var targets: String?
        public var orders: String?
        public var intents: String?
        /// A historical database or a CSV file.
        public var bars: String
        /// Nil where the bars are of one interval.
        public var interval: String?
        /// A CSV file of trading steps.
        public var instruments: String?
        /// A CSV file of splits and dividends; those of a historical database count as well.
        public var corporateActions: String?
        /// A JSON5 file; nil takes the defaults.
        public var configuration: String?

        public init(
            targets: String? = nil, orders: String? = nil, intents: String? = nil, bars: String,
            interval: String? = nil, instruments: String? = nil,
            corporateActions: String? = nil, configuration: String? = nil
        ) {
            self.targets = targets
            self.orders = orders
            self.intents = intents
            self.bars = bars
            self.interval = interval
            self.instruments = instruments
            self.corporateActions = corporateActions
            self.configuration = configuration
        }
    }

    public let configuration: Configuration
    /// What an operator should know of the inputs before the run, each a sentence.
    public internal(set) var warnings: [String]
    let input: Input
    let inputName: String
    let market: MarketData
    let instruments: [Instrument]
    let actions: [CorporateAction]
    /// SHA-256 of everything that decides the result.
    public let inputDigest: String

    /// Tickers in the order of their `InstrumentID`.
    var tickers: [String] { instruments.map(\.ticker) }

    /// Reads and checks everything.
    ///
    /// Throws `InputError` with all that is wrong with a file, `UsageError` for sources that do not go together, and what
    /// opening a historical database throws.
    public init(_ sources: Sources) throws {
        let digest = try SHA256Digest()
        configuration =
            try sources.configuration.map { path in
                try Configuration.read(try InputFile(path: path))
            } ?? Configuration()
        try digest.update(try configuration.canonicalJSON())
        (input, inputName) = try Self.readInput(
            targets: sources.targets, orders: sources.orders, intents: sources.intents, configuration, digest)
        try input.checkOwners(configuration, inputName)
        market = try MarketData.open(
            sources.bars, interval: try Self.interval(sources.interval), localTime: configuration.localTime)
        for part in market.identity { try digest.update(part) }
        let tickers = input.tickers
        instruments = try Self.readInstruments(sources, tickers, market, configuration, digest)
        actions = try Self.readActions(sources, tickers, market, digest)
        inputDigest = try digest.finishAsHexadecimal()
        warnings = []
        try check(splitsFrom: sources.corporateActions ?? sources.bars)
    }

    static func interval(_ text: String?) throws(UsageError) -> BarInterval? {
        guard let text else { return nil }
        guard let interval = BarInterval(text) else {
            throw UsageError("--interval \"\(text)\" is not an interval; give one such as 1d, 1h, 5m or 30s")
        }
        return interval
    }

    /// The user's targets, orders or intents, and the path they are from; one of the three has to be given.
    static func readInput(
        targets: String?, orders: String?, intents: String?, _ configuration: Configuration, _ digest: SHA256Digest
    ) throws -> (Input, String) {
        switch (targets, orders, intents) {
        case (let path?, nil, nil):
            let sheet = try readDigested(path, as: "targets", digest) { file in
                try TargetFile.read(
                    file, localTime: configuration.localTime, defaults: configuration.orders,
                    isOfStrategies: configuration.planning.targetOwner == .strategy)
            }
            return (.targets(sheet), path)
        case (nil, let path?, nil):
            let sheet = try readDigested(path, as: "orders", digest) { file in
                try OrderFile.read(file, localTime: configuration.localTime, defaults: configuration.orders)
            }
            return (.orders(sheet), path)
        case (nil, nil, let path?):
            let sheet = try readDigested(path, as: "intents", digest) { file in
                try IntentFile.read(file, localTime: configuration.localTime, defaults: configuration.orders)
            }
            return (.intents(try IntentRows(sheet)), path)
        default:
            throw UsageError("give either --targets FILE or --orders FILE (- is standard input)")
        }
    }

    /// Reads a file, every byte of which goes into the digest after its kind.
    static func readDigested<Sheet>(
        _ path: String, as kind: String, _ digest: SHA256Digest, _ read: (InputFile) throws -> Sheet
    ) throws -> Sheet {
        let file = try InputFile(path: path)
        var failure: DigestFailure?
        try digest.update(kind)
        file.onBytes = { bytes in
            do throws(DigestFailure) { try digest.update(bytes) } catch { failure = error }
        }
        let sheet = try read(file)
        if let failure { throw failure }
        try digest.update("")
        return sheet
    }

    /// The instruments of the run: the file's word, then the database's, then the configuration's.
    static func readInstruments(
        _ sources: Sources, _ tickers: [String], _ market: MarketData, _ configuration: Configuration,
        _ digest: SHA256Digest
    ) throws -> [Instrument] {
        let rows =
            try sources.instruments.map { path in
                try readDigested(path, as: "instruments", digest) { try InstrumentFile.read($0) }
            } ?? []
        let fromFile = Dictionary(rows.map { ($0.ticker, $0) }, uniquingKeysWith: { first, _ in first })
        let stored = Dictionary(market.instruments.map { ($0.ticker, $0) }, uniquingKeysWith: { first, _ in first })
        return tickers.map { ticker in
            let file = fromFile[ticker]
            let database = stored[ticker]
            return Instrument(
                ticker: ticker, lotSize: file?.lotSize ?? database?.lotSize ?? configuration.planning.lotSize,
                tickSize: file?.tickSize ?? database?.tickSize,
                minimumNotional: file?.minimumNotional ?? database?.minimumNotional
                    ?? configuration.planning.minimumNotional,
                borrowRateE9: file?.borrowRateE9 ?? database?.borrowRateE9)
        }
    }

    static func readActions(
        _ sources: Sources, _ tickers: [String], _ market: MarketData, _ digest: SHA256Digest
    ) throws -> [CorporateAction] {
        let rows =
            try sources.corporateActions.map { path in
                try readDigested(path, as: "corporate actions", digest) { try CorporateActionFile.read($0) }
            } ?? []
        let ids = Dictionary(uniqueKeysWithValues: tickers.enumerated().map { ($1, InstrumentID($0)) })
        let stored = market.actions.map { (ticker: $0.ticker, exDate: $0.exDate, kind: $0.kind) }
        let given = rows.map { (ticker: $0.ticker, exDate: $0.exDate, kind: $0.kind) }
        var actions: [CorporateAction] = []
        for row in stored + given {
            guard let instrument = ids[row.ticker] else { continue }
            let action = CorporateAction(instrument: instrument, exDate: row.exDate, kind: row.kind)
            if !actions.contains(action) { actions.append(action) }
        }
        return actions
    }
}

/// Options that do not go together.
public struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

extension ExecutionPlan.Input {
    var tickers: [String] {
        switch self {
        case .targets(let sheet): sheet.tickers
        case .orders(let sheet): sheet.tickers
        case .intents(let rows): rows.sheet.tickers
        }
    }

    var decisions: [FileDecision] {
        switch self {
        case .targets(let sheet): sheet.decisions
        case .orders(let sheet): sheet.decisions
        case .intents(let rows): rows.sheet.decisions
        }
    }
}
