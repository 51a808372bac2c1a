import Foundation
import SeededTesting
import Storage
import TestSupport
import XCTest

/// Exporters that are killed at any time, while runs are written: in the end every row is in the ledger once.
final class LedgerKillTests: CommandLineTestCase {
    private static let name = "delta_trades.ndjson"
    private static let kills = 40
    /// How long anything may take.
    private static let timeout_s = 120.0

    /// A run of several commits, which goes on for a moment at a time and so outlasts many kills.
    private var slowWriter: RunningCommand?
    /// A run of one commit.
    private var quickWriter: RunningCommand?
    private var runs = 0

    override func tearDownWithError() throws {
        for writer in [slowWriter, quickWriter] { writer?.send(SIGKILL) }
        try super.tearDownWithError()
    }

    private func writeInputs() throws {
        var generator = SeededGenerator(seed: 7)
        let bars = DailyBars(.init(tickers: 20, sessions: 500), using: &generator)
        try folder.write(bars.csv, to: "bars.csv")
        for (name, step) in [("large.csv", 2), ("small.csv", 50)] {
            let targets = TargetRows(for: bars, every: step, within: -500...500, using: &generator)
            try folder.write(targets.csv, to: name)
        }
        assertCode(0, try execute("bars", "import", "--db", "history.db", "bars.csv"))
        assertCode(0, try execute("init", "--db", "training.db"))
    }

    /// The run that is under way, or else the next one.
    private func underWay(_ writer: RunningCommand?, _ targets: String) throws -> RunningCommand {
        if let writer, writer.isRunning { return writer }
        try assertEnds(writer)
        runs += 1
        return try start(applyWords(["--targets", targets, "--run-id", "run-\(runs)"]))
    }

    private func assertEnds(_ writer: RunningCommand?) throws {
        guard let result = try writer?.result() else { return }
        XCTAssertTrue([0, 1].contains(result.code), result.errors)
    }

    private func ledgerSize() throws -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: folder.path(Self.name))
        return attributes?[.size] as? Int ?? 0
    }

    /// Writes runs while an exporter works: for any time, or until it has begun to write and a little longer.
    private func write(beside exporter: RunningCommand, _ generator: inout SeededGenerator) throws {
        usleep(UInt32(generator.number(0...300_000)))
        let size = try ledgerSize()
        quickWriter = try underWay(quickWriter, "small.csv")
        slowWriter = try underWay(slowWriter, "large.csv")
        slowWriter?.send(SIGCONT)
        usleep(UInt32(generator.number(5_000...50_000)))
        slowWriter?.send(SIGSTOP)
        if generator.once(in: 3) {
            let end = Date(timeIntervalSinceNow: 2)
            while try exporter.isRunning && ledgerSize() == size && Date() < end { usleep(500) }
            usleep(UInt32(generator.number(0...5_000)))
        } else {
            usleep(UInt32(generator.number(0...200_000)))
        }
    }

    /// As a power failure leaves it: the end of what was written last is not there.
    private func cutEnd(_ generator: inout SeededGenerator) throws {
        let size = try max(0, ledgerSize() - generator.number(1...3_000))
        XCTAssertEqual(truncate(try folder.path(Self.name), off_t(size)), 0)
    }

    func testKilledOverAndOver() throws {
        let seed = RandomCases(defaultCount: 1, defaultSeed: 11).first
        print("\(name): EXECUTION_TEST_SEED=\(seed)")
        var generator = SeededGenerator(seed: seed)
        try writeInputs()
        var killsWhileWriting = 0
        var killsAfterLines = 0
        for _ in 0..<Self.kills {
            let size = try ledgerSize()
            let exporter = try start(["export-ledger", "--db", "training.db", "--follow"])
            try write(beside: exporter, &generator)
            exporter.send(SIGKILL)
            XCTAssertEqual(try exporter.result().code, -SIGKILL)
            if slowWriter?.isRunning == true || quickWriter?.isRunning == true { killsWhileWriting += 1 }
            if try ledgerSize() > size { killsAfterLines += 1 }
            if generator.once(in: 3) { try cutEnd(&generator) }
        }
        XCTAssertGreaterThanOrEqual(killsWhileWriting, 30)
        XCTAssertGreaterThanOrEqual(killsAfterLines, 5)
        try finish()
        let contents = try LedgerContents(try XCTUnwrap(folder.bytes(Self.name)))
        try contents.assertSame(as: folder.path("training.db"))
        XCTAssertEqual(contents.count("run_finished"), runs)
        print(
            """
            \(Self.kills) kills, \(killsWhileWriting) while runs were written, \(killsAfterLines) of exporters that had written; \
            \(contents.lineCount) lines, each once
            """)
    }

    /// The last runs come to their ends with a follower at work, which is then asked to end.
    private func finish() throws {
        let size = try ledgerSize()
        let follower = try start(["export-ledger", "--db", "training.db", "--follow"])
        defer { follower.send(SIGKILL) }
        slowWriter?.send(SIGCONT)
        try assertEnds(slowWriter)
        try assertEnds(quickWriter)
        // Until it listens to signals it may be ended by one; it does when it writes.
        let end = Date(timeIntervalSinceNow: Self.timeout_s)
        while try ledgerSize() == size, Date() < end { usleep(10_000) }
        follower.send(SIGTERM)
        assertCode(0, try follower.result())
    }
}
