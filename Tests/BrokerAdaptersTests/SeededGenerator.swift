import Foundation
import XCTest

/// Random numbers that a seed repeats on every machine (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The seeds of a property test: `EXECUTION_TEST_SEED` alone where it is set, else 1 to `count`.
    static func seeds(_ count: UInt64) -> [UInt64] {
        if let seed = ProcessInfo.processInfo.environment["EXECUTION_TEST_SEED"].flatMap(UInt64.init) { return [seed] }
        return Array(1...count)
    }
}

extension XCTestCase {
    /// Runs a property for each seed; when it fails, prints the seed that repeats it.
    func forEachSeed(_ count: UInt64, _ property: (inout SeededGenerator) throws -> Void) rethrows {
        for seed in SeededGenerator.seeds(count) {
            let failures = testRun?.totalFailureCount
            var generator = SeededGenerator(seed: seed)
            var hasReturned = false
            defer {
                if !hasReturned || testRun?.totalFailureCount != failures {
                    print("\(name): repeat with EXECUTION_TEST_SEED=\(seed)")
                }
            }
            try property(&generator)
            hasReturned = true
        }
    }
}
