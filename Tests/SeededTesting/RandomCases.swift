import Foundation

/// Which random cases a property test runs, by their seeds.
///
/// `EXECUTION_TEST_SEED` is the seed of the first case, `EXECUTION_TEST_CASES` their number. Who runs a case that fails prints
/// `replay`, which runs that case alone.
public struct RandomCases: Sequence, Sendable {
    public let first: UInt64
    public let count: Int

    /// The cases that the environment asks for, else `defaultCount` from `defaultSeed` on.
    public init(defaultCount: Int, defaultSeed: UInt64 = 1) {
        let environment = ProcessInfo.processInfo.environment
        first = environment["EXECUTION_TEST_SEED"].flatMap(UInt64.init) ?? defaultSeed
        count = environment["EXECUTION_TEST_CASES"].flatMap(Int.init) ?? defaultCount
    }

    /// What repeats one case.
    public static func replay(_ seed: UInt64) -> String { "EXECUTION_TEST_SEED=\(seed) EXECUTION_TEST_CASES=1" }

    public func makeIterator() -> some IteratorProtocol<UInt64> {
        (0..<UInt64(count)).lazy.map { [first] in first &+ $0 }.makeIterator()
    }
}
