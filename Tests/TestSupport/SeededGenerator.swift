import Foundation

/// Random numbers that a seed repeats on every machine (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// A generator whose numbers depend on the seed alone.
    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True with a chance of `percent` in a hundred.
    public mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    /// The seeds of a property test: `EXECUTION_TEST_SEED` (1) is the first, `EXECUTION_TEST_CASES` (`count`) their number.
    public static func seeds(_ count: UInt64) -> [UInt64] {
        func number(_ name: String) -> UInt64? { ProcessInfo.processInfo.environment[name].flatMap(UInt64.init) }
        let first = number("EXECUTION_TEST_SEED") ?? 1
        return (0..<(number("EXECUTION_TEST_CASES") ?? count)).map { first &+ $0 }
    }
}
