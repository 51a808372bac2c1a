import Foundation
import RebalanceWorld
import SeededTesting
import TestSupport

/// What came of the worlds of some seeds.
struct WorldReport: Sendable {
    var worlds = 0
    var onDatabase = 0
    var processes = 0
    var orders = 0
    var executions = 0
    /// Orders that children carried out, and those children.
    var parents = 0
    var children = 0
    /// Orders that a limit denied.
    var denied = 0
    /// Orders of whose margin the broker was asked, and those of them that were denied for it.
    var previews = 0
    var marginDenied = 0
    /// Orders that were changed.
    var changes = 0
    /// Intents on record by what became of them, those that were skipped because another run had acted on them, and files that were
    /// refused as a whole.
    var intents: [String: Int] = [:]
    var skippedIntents = 0
    var refusedFiles = 0
    /// How often positions were to be closed while everything was halted, and how often nothing was left.
    var flattenings = 0
    var flattened = 0
    /// Orders that were planned after a loss of the day that lets only reductions pass.
    var ordersAfterLoss = 0
    var faults: [FaultKind: Int] = [:]
    /// By seed, what must not be.
    var failures: [UInt64: [String]] = [:]

    /// Every so many seeds the journal is SQLite, else it is in memory.
    static let seedsPerDatabase: UInt64 = 10

    mutating func add(_ seed: UInt64) {
        worlds += 1
        do {
            let folder = seed % WorldReport.seedsPerDatabase == 0 ? try TemporaryFolder() : nil
            defer { try? folder?.remove() }
            if folder != nil { onDatabase += 1 }
            let journal: any WorldJournal =
                folder.map { DatabaseJournal(path: $0.path("runtime.db")) } ?? MemoryJournal()
            var life = SeededWorld(seed: seed, journal: journal)
            defer { count(life) }
            life.world.log.isKept = WorldReport.keepsLog
            defer { if WorldReport.keepsLog { tell(life) } }
            try life.live()
            if !life.findings.isEmpty { failures[seed] = life.findings }
        } catch { failures[seed, default: []].append("\(error)") }
    }

    private mutating func count(_ life: SeededWorld) {
        orders += life.world.gateway.orderRecords.filter { $0.clientID != 0 }.count
        executions += life.world.gateway.executionRecords.count
        changes += life.world.changesSent
        processes += life.outcomes.count
        let facts = try? life.world.journal.facts()
        parents += facts?.orders.count { $0.isParent } ?? 0
        children += facts?.orders.count { $0.parent != nil } ?? 0
        denied += facts?.orders.count { $0.status == "DENIED" && $0.reason == "risk_limit" } ?? 0
        previews += facts?.previews.count ?? 0
        marginDenied += facts?.orders.count { $0.status == "DENIED" && $0.reason == "insufficient_margin" } ?? 0
        for intent in facts?.intents ?? [] { intents[intent.status, default: 0] += 1 }
        skippedIntents += life.world.skippedIntents
        refusedFiles += life.refusedFiles
        flattenings += life.flattenings
        flattened += life.flattened
        ordersAfterLoss += life.world.ordersAfterLoss
        faults.merge(life.world.faults.counts) { $0 + $1 }
    }

    /// `EXECUTION_TEST_LOG=1` shows what happens in a world.
    private static var keepsLog: Bool { ProcessInfo.processInfo.environment["EXECUTION_TEST_LOG"] == "1" }

    private func tell(_ life: SeededWorld) {
        print((life.world.log.lines + life.outcomes).joined(separator: "\n"))
        for order in life.world.gateway.orderRecords { print(order) }
        guard let facts = try? life.world.journal.facts() else { return }
        for order in facts.orders { print(order) }
        print(facts.notifications.joined(separator: "\n"))
    }

    mutating func merge(_ other: WorldReport) {
        worlds += other.worlds
        onDatabase += other.onDatabase
        processes += other.processes
        orders += other.orders
        executions += other.executions
        parents += other.parents
        children += other.children
        denied += other.denied
        previews += other.previews
        marginDenied += other.marginDenied
        changes += other.changes
        intents.merge(other.intents) { $0 + $1 }
        skippedIntents += other.skippedIntents
        refusedFiles += other.refusedFiles
        flattenings += other.flattenings
        flattened += other.flattened
        ordersAfterLoss += other.ordersAfterLoss
        faults.merge(other.faults) { $0 + $1 }
        failures.merge(other.failures) { $0 + $1 }
    }

    /// The worlds of seeds, as many at once as there are processors.
    static func ofWorlds(_ seeds: [UInt64]) async -> WorldReport {
        let workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
        return await withTaskGroup(of: WorldReport.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var report = WorldReport()
                    for place in stride(from: worker, to: seeds.count, by: workers) { report.add(seeds[place]) }
                    return report
                }
            }
            var whole = WorldReport()
            for await report in group { whole.merge(report) }
            return whole
        }
    }

    /// One line for each kind of trouble, and one for everything.
    var table: String {
        let lines = FaultKind.allCases.sorted().map { kind in
            let count = "\(faults[kind] ?? 0)"
            return String(repeating: " ", count: max(0, 8 - count.count)) + count + "  " + kind.rawValue
        }
        let whole =
            "\(worlds) worlds (\(onDatabase) on SQLite), \(processes) processes, \(orders) orders, \(changes) changes, "
            + "\(executions) executions, \(parents) orders carried out by \(children) children, "
            + "\(denied) denied by a limit, \(previews) previews of margins, \(marginDenied) denied for them, "
            + "intents \(intents.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")), "
            + "\(skippedIntents) skipped, \(refusedFiles) files refused, positions closed \(flattened) of \(flattenings) times, "
            + "\(ordersAfterLoss) orders after a loss"
        return (lines + [whole]).joined(separator: "\n")
    }
}
