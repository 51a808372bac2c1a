import XCTest

extension XCTestCase {
    /// Runs a property for each seed; when it fails, prints what repeats it.
    public func forEachSeed(_ count: Int, _ property: (inout SeededGenerator) throws -> Void) rethrows {
        for seed in RandomCases(defaultCount: count) {
            let failures = testRun?.totalFailureCount
            var generator = SeededGenerator(seed: seed)
            var hasReturned = false
            defer {
                if !hasReturned || testRun?.totalFailureCount != failures {
                    print("\(name): repeat with \(RandomCases.replay(seed))")
                }
            }
            try property(&generator)
            hasReturned = true
        }
    }
}
