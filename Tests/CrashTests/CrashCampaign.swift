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
        /// By the gateways' own records.
        var executions = 0
        var cancelledOrders = 0
        /// What was wrong, with the seed of its world.
        var problems: [String] = []
    }

    private static let worldsAtOnce = 3
    /// One gateway and one database serve so many rebalances.
    private static let rebalancesPerWorld = 10

    /// What one rebalance came to.
    struct Rebalance {
        var kills: Int
        /// Whether every order was to be filled.
        var isWhole = true
    }

    let goal: Int
    /// Options of the gateway; nil takes one of several by the seed.
    var pace: [String]?
    /// Rebalances once in a world, with as many processes as it takes.
    let rebalance: @Sendable (CrashWorld) throws -> Rebalance
    /// What is wrong after a rebalance.
    private let audit: @Sendable (CrashWorld, Rebalance) throws -> [String]
    private let firstSeed = RandomCases(defaultCount: 1).first

    init(
        goal: Int, pace: [String]? = nil, rebalance: @escaping @Sendable (CrashWorld) throws -> Rebalance,
        audit: @escaping @Sendable (CrashWorld, Rebalance) throws -> [String] = { world, done in
            try CrashAudit(world, isWhole: done.isWhole).problems
        }
    ) {
        self.goal = goal
        self.pace = pace
        self.rebalance = rebalance
        self.audit = audit
    }

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
        let world = try CrashWorld(seed: seed, pace: pace)
        for _ in 0..<Self.rebalancesPerWorld where isUnderWay(tally) {
            let done = try rebalance(world)
            let problems = try audit(world, done)
            tally.withLock {
                $0.kills += done.kills
                $0.rebalances += 1
                $0.problems += problems.map { "seed \(seed): \($0)" }
            }
        }
        let executions = try world.control.table("executions").count
        let cancelled = try world.control.table("orders").count { $0[3] == "Cancelled" }
        tally.withLock {
            $0.executions += executions
            $0.cancelledOrders += cancelled
        }
        try world.end()
    }
}
