import Foundation

/// Random numbers that are the same for the same seed on every machine.
///
/// Source: SplitMix64, S. Vigna, "Further scramblings of Marsaglia's xorshift generators" (2017).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// True once in `times`.
    mutating func once(in times: Int) -> Bool { number(1...times) == 1 }

    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[number(0...choices.count - 1)] }
}

/// Which random cases a property test runs.
///
/// `EXECUTION_TEST_SEED` is the seed of the first case, `EXECUTION_TEST_CASES` their number; a failure names the seed of its
/// case, and that seed with one case replays it.
struct RandomCases: Sequence {
    let first: UInt64
    let count: Int

    init(defaultCount: Int) {
        let environment = ProcessInfo.processInfo.environment
        first = environment["EXECUTION_TEST_SEED"].flatMap(UInt64.init) ?? 20_200_102
        count = environment["EXECUTION_TEST_CASES"].flatMap(Int.init) ?? defaultCount
        print("random cases: EXECUTION_TEST_SEED=\(first) EXECUTION_TEST_CASES=\(count)")
    }

    func makeIterator() -> some IteratorProtocol<UInt64> {
        (0..<UInt64(count)).lazy.map { [first] in first &+ $0 }.makeIterator()
    }
}
