import RiskControl
import TradingModel

/// What the engine's risk gate is made from.
public struct RiskSetup: Sendable, Equatable {
    public var limits: RiskLimits
    /// Strategies; limits name them, decisions point to them.
    public var places: StrategyPlaces
    /// What dates are read in.
    public var localTime: LocalTime

    /// - Parameter decisions: by `DecisionID`.
    public init(limits: RiskLimits, decisions: [Decision], localTime: LocalTime) {
        self.limits = limits
        self.localTime = localTime
        places = StrategyPlaces(decisions)
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
    /// The last session whose bars are over; nil without bars.
    var lastSession: CalendarDate?
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
        held = setup.places.names.map { _ in Array(repeating: .zero, count: instruments) }
    }

    mutating func addInstrument() {
        marks.append(nil)
        markTimes.append(nil)
        for strategy in held.indices { held[strategy].append(.zero) }
        isStale = true
    }

    /// The place of a decision's strategy; nil for one of none.
    func strategy(of decision: DecisionID) -> Int32? { setup.places.strategy(of: decision) }

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

    /// What a loss of the day is measured from: what the account was worth at the end of the last session, or when it was first
    /// valued today.
    ///
    /// A simulation has every session. At a broker it is known where the account was valued on the working day before or later, or
    /// on the last session that there are bars of, if there is none of a week ago; else it is nil.
    var dayEquity: Money? {
        guard keepsMarks, let date = equity.dayStartDate else { return equity.dayStart }
        let isLastSession = lastSession.map { date >= $0 && today.days - date.days < 7 } ?? false
        return date >= today.workingDayBefore || isLastSession ? equity.dayStart : nil
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

extension CalendarDate {
    /// The last day before it that is from Monday to Friday; 1970-01-01 was a Thursday.
    fileprivate var workingDayBefore: CalendarDate {
        let afterMonday = ((days + 3) % 7 + 7) % 7
        return adding(days: afterMonday == 0 ? -3 : afterMonday == 6 ? -2 : -1)
    }
}
