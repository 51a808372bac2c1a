import Foundation
import SeededTesting
import Synchronization

/// Rebalances one after the other in several worlds at once, until so many processes have been killed.
///
/// Processes mostly wait, so that several worlds on two cores are no slower than one.
struct CrashCampaign {
    struct Tally {
        var kills = 0
        var rebalances = 0
        var executions = 0
        /// What was wrong, with the seed of its world.
        var problems: [String] = []
    }

    private static let worldsAtOnce = 3
    /// One gateway and one database serve so many rebalances.
    private static let rebalancesPerWorld = 10

    let goal: Int
    /// Rebalances once in a world; says how many kills there were.
    let rebalance: @Sendable (CrashWorld) throws -> Int
    private let firstSeed = RandomCases(defaultCount: 1).first

    func run() -> Tally {
        let tally = Mutex(Tally())
        let nextSeed = Atomic(firstSeed)
        DispatchQueue.concurrentPerform(iterations: Self.worldsAtOnce) { _ in
            while isUnderWay(tally) {
                let seed = nextSeed.add(1, ordering: .relaxed).oldValue
                do { try playWorld(seed, tally) } catch {
                    tally.withLock { $0.problems.append("seed \(seed): \(error)") }
                }
            }
        }
        return tally.withLock { $0 }
    }

    /// A point that is hardly ever reached is a problem of its own, which the goal that is missed tells.
    private func isUnderWay(_ tally: borrowing Mutex<Tally>) -> Bool {
        tally.withLock { $0.kills < goal && $0.problems.isEmpty && $0.rebalances < goal * 4 }
    }

    private func playWorld(_ seed: UInt64, _ tally: borrowing Mutex<Tally>) throws {
        let world = try CrashWorld(seed: seed)
        for _ in 0..<Self.rebalancesPerWorld where isUnderWay(tally) {
            let kills = try rebalance(world)
            let problems = try CrashAudit(world).problems
            tally.withLock {
                $0.kills += kills
                $0.rebalances += 1
                $0.problems += problems.map { "seed \(seed): \($0)" }
            }
        }
        let executions = try world.executionCount
        tally.withLock { $0.executions += executions }
        try world.end()
    }
}
