import InputFiles
import RiskControl
import TradingModel

/// Statistics of what is held: value at risk by both methods, correlations, drawdown, and Kelly of each strategy.
public struct RiskReport: Sendable {
    /// What is asked for.
    public struct Request: Sendable {
        /// Historical bars, a database or a CSV file.
        public var bars: String
        public var interval: String?
        /// What the dates of the bars are in; UTC unless given.
        public var timeZone: String?
        /// A file with positions, or a database with the book of a run or an account.
        public var positions: String?
        public var database: String?
        public var runID: String?
        public var account: String?
        /// From 0.5 to below 1.
        public var level = 0.99
        /// Days; above zero.
        public var horizon_days = 1.0
        /// Days looked back; at least 2.
        public var window_days = 250

        public init(bars: String) { self.bars = bars }
    }

    /// One position.
    public struct Position: Sendable, Equatable {
        public var ticker: String
        public var quantity: Quantity
        /// The last close; nil without a bar.
        public var price: Price?
        public var value: Double
        /// Days of the window with a return.
        public var observations: Int
        /// Of its profit to that of all others; nil where there is nothing to correlate.
        public var correlation: Double?
    }

    /// The closed trades of one strategy.
    public struct Strategy: Sendable, Equatable {
        public var id: String
        public var record: ClosedTrades
    }

    /// The fall of a book's equity.
    public struct Fall: Sendable, Equatable {
        public var maximum: Double
        public var current: Double
        public var peak: CalendarDate
        public var trough: CalendarDate
        /// How many days have an equity.
        public var days: Int
    }

    /// What was asked for.
    public let request: Request
    /// The run or account whose book it is; nil for a file.
    public let book: String?
    /// The last day with a bar.
    public let date: CalendarDate?
    /// The days of the window that there are.
    public let days: Int
    /// In the order of their tickers.
    public let positions: [Position]
    /// By the methods; nil for fewer than two days.
    public let historical: Double?
    public let parametric: Double?
    /// Cash and positions at the last closes; nil for a file.
    public let equity: Double?
    /// Nil for a file, and where the equity was not above zero on every day.
    public let fall: Fall?
    public let strategies: [Strategy]

    /// Reads everything, and computes.
    ///
    /// Throws what opening and reading the files throws, `UnclearBook` where the database has several, and `InputError` for
    /// a position without a bar.
    public init(_ request: Request) throws {
        self.request = request
        let localTime = try request.timeZone.map { try LocalTime.load(name: $0) } ?? .utc
        let interval = try request.interval.map { text in
            guard let interval = BarInterval(text) else {
                throw UsageError("--interval \"\(text)\" is not an interval; give one such as 1d, 1h, 5m or 30s")
            }
            return interval
        }
        let market = try MarketData.open(request.bars, interval: interval, localTime: localTime)
        let lots = Dictionary(
            uniqueKeysWithValues: market.instruments.compactMap { row in
                row.lotSize.map { (row.ticker, $0) }
            })
        let book = try request.database.map {
            try RiskBook(database: $0, runID: request.runID, account: request.account, lots: lots)
        }
        self.book = book?.name
        let held = try request.positions.map { try PositionFile.read(try InputFile(path: $0)) } ?? book?.positions ?? []
        let replay = try RiskReplay(market, held: held, book: book, window_days: request.window_days)

        date = replay.lastDate
        days = replay.history.dayCount
        let risk = PortfolioFigures(replay, held)
        positions = risk.positions
        historical = risk.valueAtRisk(.historical, request)
        parametric = risk.valueAtRisk(.parametric, request)
        equity = book == nil ? nil : replay.equity.last?.value
        fall = book == nil ? nil : Fall(replay.equity)
        strategies = book?.strategies ?? []
    }
}

extension RiskReport.Fall {
    fileprivate init?(_ curve: [(date: CalendarDate, value: Double)]) {
        guard let fall = PortfolioRisk.drawdown(of: curve.map(\.value)) else { return nil }
        self.init(
            maximum: fall.maximum, current: fall.current, peak: curve[fall.peak].date, trough: curve[fall.trough].date,
            days: curve.count)
    }
}

/// Statistics over the scenarios of what is held.
private struct PortfolioFigures {
    let positions: [RiskReport.Position]
    private let scenarios: [Double]

    init(_ replay: RiskReplay, _ held: [PositionRow]) {
        let rows = replay.held.map { replay.history.returns(of: $0) }
        let values = zip(replay.held, held).map { replay.value(of: $1.quantity, at: $0) }
        let scenarios = PortfolioRisk.scenarios(values: values, returns: rows)
        self.scenarios = scenarios
        positions = held.indices.map { place in
            let own = rows[place].map { $0 * values[place] }
            let others = zip(scenarios, own).map { $0 - $1 }
            let isAlone = held.indices.allSatisfy { $0 == place || values[$0] == 0 }
            return RiskReport.Position(
                ticker: held[place].ticker, quantity: held[place].quantity,
                price: replay.closes[Int(replay.held[place].index)], value: values[place],
                observations: replay.history.observations(of: replay.held[place]),
                correlation: isAlone ? nil : PortfolioRisk.correlation(own, others))
        }
    }

    func valueAtRisk(_ method: ValueAtRiskRule.Method, _ request: RiskReport.Request) -> Double? {
        PortfolioRisk.valueAtRisk(
            ofScenarios: scenarios,
            ValueAtRiskRule(method: method, level: request.level, horizon_days: request.horizon_days))
    }
}
