import RebalanceWorld
import SeededTesting
import XCTest

final class SeedTests: XCTestCase {
    func testSeeds() throws {
        var counts: [FaultKind: Int] = [:]
        let start = Date()
        var failures = 0
        var (orders, executions) = (0, 0)
        var outcomes: [String: Int] = [:]
        for seed in RandomCases(defaultCount: 20) {
            var life = SeededWorld(seed: seed, journal: MemoryJournal())
            life.world.log.isKept = ProcessInfo.processInfo.environment["LOG"] != nil
            do { try life.live() } catch {
                failures += 1
                print("seed \(seed): \(error)")
            }
            for finding in life.findings { print("seed \(seed): \(finding)") }
            if !life.findings.isEmpty { failures += 1 }
            orders += life.world.gateway.orderRecords.filter { $0.clientID != 0 }.count
            executions += life.world.gateway.executionRecords.count
            for outcome in life.outcomes {
                outcomes[String(outcome.split(separator: ":", maxSplits: 1)[1].filter { !$0.isNumber }.replacing(/[A-F]{3}/, with: "XXX").prefix(150)), default: 0] += 1
            }
            counts.merge(life.world.faults.counts) { $0 + $1 }
            if life.world.log.isKept {
                print(life.world.log.lines.joined(separator: "\n"))
                print(life.outcomes.joined(separator: "\n"))
                for order in life.world.gateway.orderRecords { print(order) }
                for order in try life.world.journal.facts().orders { print(order) }
                print(try life.world.journal.facts().notifications.joined(separator: "\n"))
            }
        }
        for kind in FaultKind.allCases { print("\(kind.rawValue): \(counts[kind] ?? 0)") }
        for (outcome, count) in outcomes.sorted(by: { $0.key < $1.key }) { print("outcome \(outcome): \(count)") }
        print("\(orders) orders, \(executions) executions")
        print("\(failures) failures, \(Date().timeIntervalSince(start)) s")
        XCTAssertEqual(failures, 0)
    }
}
