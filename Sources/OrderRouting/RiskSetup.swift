import RiskControl
import TradingModel

/// What the engine's risk gate is made from.
public struct RiskSetup: Sendable, Equatable {
    public var limits: RiskLimits
    /// Strategy ids; limits name them, decisions point to them.
    public var strategies: [String]
    /// The strategy of each decision, by `DecisionID`; nil for one of none.
    public var strategyOfDecision: [Int32?]
    /// What dates are read in.
    public var localTime: LocalTime

    /// - Parameter decisions: by `DecisionID`.
    public init(limits: RiskLimits, decisions: [Decision], localTime: LocalTime) {
        self.limits = limits
        self.localTime = localTime
        var places: [String: Int32] = [:]
        var strategies: [String] = []
        strategyOfDecision = decisions.map { decision in
            guard let strategy = decision.strategyID else { return nil }
            if let place = places[strategy] { return place }
            places[strategy] = Int32(strategies.count)
            strategies.append(strategy)
            return Int32(strategies.count - 1)
        }
        self.strategies = strategies
    }
}

/// What the gate has to know of the account beside the books.
struct RiskFacts: Sendable {
    let setup: RiskSetup
    var equity = EquityTrack()
    /// The last price known of each instrument, and since when.
    var marks: [Price?]
    var markTimes: [Timestamp?]
    /// What each strategy holds, by instrument.
    var held: [[Quantity]]
    /// Those that let orders pass without their data, of which somebody was told.
    var openLimits = RiskLimitSet()
    /// Marks that are not on record yet; a simulation keeps none.
    var newMarks: [EquityMark] = []
    private let keepsMarks: Bool
    /// Whether the orders of the day that are on record were counted.
    var hasCountedEarlierOrders = false
    /// Whether something changed that the gate has not been told in particular.
    var isStale = true
    /// The moment of the reviews that go on.
    var now = Timestamp(ms: 0)
    var today = CalendarDate(days: 0)

    init(_ setup: RiskSetup, instruments: Int, keepsMarks: Bool) {
        self.setup = setup
        self.keepsMarks = keepsMarks
        marks = Array(repeating: nil, count: instruments)
        markTimes = marks.map { _ in nil }
        held = setup.strategies.map { _ in Array(repeating: .zero, count: instruments) }
    }

    mutating func addInstrument() {
        marks.append(nil)
        markTimes.append(nil)
        for strategy in held.indices { held[strategy].append(.zero) }
        isStale = true
    }

    /// The place of a decision's strategy; nil for one of none.
    func strategy(of decision: DecisionID) -> Int32? {
        let place = Int(decision.index)
        return setup.strategyOfDecision.indices.contains(place) ? setup.strategyOfDecision[place] : nil
    }

    /// Notes what the account is worth.
    mutating func mark(_ amount: Money, at time: Timestamp, on date: CalendarDate) {
        equity.mark(amount, at: time, on: date)
        if keepsMarks { newMarks.append(EquityMark(time: time, equity: amount)) }
    }

    /// Takes up what is on record of the account's worth; a movement stands before the mark of its moment, for books are
    /// reconciled before anything is planned.
    mutating func restoreEquity(_ marks: [EquityMark], _ movements: [CashMovement]) {
        var left = movements[...]
        func moveTo(_ time: Timestamp?, _ equity: inout EquityTrack) {
            while let next = left.first, time.map({ next.time <= $0 }) ?? true {
                // What was booked when it happened fits.
                try? equity.move(next.amount, at: next.time)
                left.removeFirst()
            }
        }
        for mark in marks {
            moveTo(mark.time, &equity)
            equity.mark(mark.equity, at: mark.time, on: setup.localTime.date(of: mark.time))
        }
        moveTo(nil, &equity)
    }

    mutating func splitMark(_ instrument: InstrumentID, _ ratioE9: Int64) throws(ArithmeticOverflow) {
        let index = Int(instrument.index)
        marks[index] = try marks[index].map { mark throws(ArithmeticOverflow) in try mark.afterSplit(ratioE9) }
    }

    mutating func setTime(_ time: Timestamp) {
        guard time != now else { return }
        now = time
        today = setup.localTime.date(of: time)
    }
}
