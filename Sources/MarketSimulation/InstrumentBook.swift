import TradingModel

/// What the simulated venue knows of one instrument.
struct InstrumentBook: Sendable {
    /// The last bar played, with the slice it came in.
    var bar = Bar(
        start: Timestamp(ms: .min), open: Price(e8: 0), high: Price(e8: 0), low: Price(e8: 0), close: Price(e8: 0),
        volume: nil)
    var slice: Int32 = -1
    /// What may still fill of the bar; nil is no limit.
    var room: Quantity?
    /// Everything filled of the instrument in the bar, both sides together, in units of 10⁻⁸; without a cap it may pass 64 bits.
    var filledInBar: Int128 = 0
    /// Under zipline's rules, the slice in which an order found the room used up and stopped those behind it.
    var blockedSlice: Int32 = -1
    /// The close of the last bar that had trades and is over.
    var lastClose: Price?
    /// The volume of the running session in units of 10⁻⁸, for the daily history; a day of bars may pass 64 bits.
    var sessionVolume: Int128 = 0
    var position: Quantity = .zero
}
