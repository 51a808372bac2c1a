import TradingModel

/// What a strategy holds of one instrument, and what its open orders would add.
public struct StrategyHolding: Sendable, Equatable {
    /// The place of the strategy in the gate's list.
    public var strategy: Int32
    public var instrument: InstrumentID
    /// Negative is short.
    public var held: Quantity
    /// Signed; without exits of brackets.
    public var open: Quantity

    public init(strategy: Int32, instrument: InstrumentID, held: Quantity, open: Quantity = .zero) {
        self.strategy = strategy
        self.instrument = instrument
        self.held = held
        self.open = open
    }
}

/// The account at a moment of decision. The arrays have one element for each instrument.
public struct RiskSnapshot: Sendable, Equatable {
    /// Negative is short.
    public var positions: [Quantity]
    /// What open orders would still buy and sell, each zero or more, without exits of brackets.
    public var buys: [Quantity]
    public var sells: [Quantity]
    /// What one unit is worth; nil where nothing is known.
    public var marks: [Price?]
    /// When each mark became known.
    public var markTimes: [Timestamp?]
    /// Whose the positions are; strategies that hold nothing need not be named.
    public var holdings: [StrategyHolding] = []
    /// Orders that were decided before and have not ended, without exits of brackets.
    public var openOrderCount = 0
    /// Cash and positions at the marks; nil where it is not known.
    public var equity: Money?
    /// The highest equity so far.
    public var peakEquity: Money?
    /// The equity at the end of the session before the local date; nil where it is not known.
    public var dayEquity: Money?
    /// What may be spent on opening positions, before open orders; the cash, since what a broker would lend is asked of it order by order.
    public var buyingPower: Money?

    /// An account of so many instruments that holds nothing.
    public init(instruments: Int) {
        positions = Array(repeating: .zero, count: instruments)
        buys = positions
        sells = positions
        marks = Array(repeating: nil, count: instruments)
        markTimes = Array(repeating: nil, count: instruments)
    }
}

/// What belongs to one order under review beside its terms.
public struct RiskContext: Sendable, Equatable {
    public var time: Timestamp
    /// The local date of `time`, which orders are counted by.
    public var date: CalendarDate
    /// The place of the strategy in the gate's list; nil for an order of no strategy.
    public var strategy: Int32?
    /// The chance that the strategy gives itself, 0 to 1.
    public var confidence: Double?
    /// For the exit of a bracket, what its entry was approved for.
    public var entryApproved: Quantity?

    public init(
        time: Timestamp, date: CalendarDate, strategy: Int32? = nil, confidence: Double? = nil,
        entryApproved: Quantity? = nil
    ) {
        self.time = time
        self.date = date
        self.strategy = strategy
        self.confidence = confidence
        self.entryApproved = entryApproved
    }
}
