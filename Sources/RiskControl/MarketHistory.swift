import TradingModel

/// Returns and volumes of every instrument.
struct MarketHistory: Sendable {
    init(_ window: ReturnWindow, keepsReturns: Bool, volumeDays: Int, instruments: Int) {}
    mutating func addInstrument() {}
    mutating func observe(_ bar: Bar, _ instrument: Int, _ date: CalendarDate) {}
    mutating func split(_ instrument: Int, _ ratioE9: Int64) {}
}
