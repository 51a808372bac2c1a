import TradingModel

/// The value of some positions, in units of 10⁻¹⁶.
struct Exposure: Sendable, Equatable {
    /// Σ |value|.
    var gross: Int128 = 0
    /// Σ value.
    var net: Int128 = 0
    /// Positions whose price nobody knows.
    var unpriced = 0

    /// One position changes its quantity.
    mutating func move(from old: Int64, to new: Int64, at mark: Price?) {
        guard let mark else {
            unpriced += (new == 0 ? 0 : 1) - (old == 0 ? 0 : 1)
            return
        }
        gross += Int128(mark.e8) * (Int128(new.magnitude) - Int128(old.magnitude))
        net += Int128(mark.e8) * (Int128(new) - Int128(old))
    }
}
