import TradingModel

/// The daily returns that the gate's statistics are made of, for reports.
public struct ReturnHistory: Sendable {
    private var history: MarketHistory

    /// Of so many instruments, over the days of a window.
    public init(_ window: ReturnWindow, instruments: Int) {
        history = MarketHistory(window, keepsReturns: true, volumeDays: 0, instruments: instruments)
    }

    /// Takes up a finished bar. Bars come in the order of time, those of one date together.
    public mutating func observe(_ bar: Bar, of instrument: InstrumentID, on date: CalendarDate) {
        history.observe(bar, Int(instrument.index), date)
    }

    /// Rescales what is known of an instrument before its ex-date.
    public mutating func split(_ instrument: InstrumentID, ratioE9: Int64) {
        history.split(Int(instrument.index), ratioE9)
    }

    /// The last day is over too; of intraday bars it would be only with the next one.
    public mutating func finish() { history.finishLastDay() }

    /// The days of the window that there are.
    public var dayCount: Int { history.dayCount }

    /// How many of them have a return of the instrument.
    public func observations(of instrument: InstrumentID) -> Int { history.observations[Int(instrument.index)] }

    /// The instrument's return on each day, oldest first; zero where it has none.
    public func returns(of instrument: InstrumentID) -> [Double] { history.inOrderOfTime(Int(instrument.index)) }
}
