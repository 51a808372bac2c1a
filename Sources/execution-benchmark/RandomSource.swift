/// A seeded source of numbers, the same on every machine (SplitMix64; Steele, Lea and Flood 2014).
struct RandomSource {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Evenly from a range of whole numbers.
    mutating func integer(in range: ClosedRange<Int>) -> Int {
        let high = next().multipliedFullWidth(by: UInt64(range.count)).high
        return range.lowerBound + Int(high)
    }

    /// Evenly from 0 up to, not including, 1.
    mutating func fraction() -> Double {
        Double(next() >> 11) / 9_007_199_254_740_992
    }

    /// Around zero within ±1, small values more likely than large ones: the sum of three even ones.
    mutating func noise() -> Double {
        (fraction() + fraction() + fraction()) / 1.5 - 1
    }
}
