import Foundation
import RebalanceWorld
import TestSupport
import XCTest

/// The same seed gives the same journal, in this process and in another one, whose hash tables are in another order.
final class RepeatabilityTests: XCTestCase {
    private static let seeds: [UInt64] = Array(1...24)
    /// Set for the process that only prints.
    private static let variable = "EXECUTION_TEST_PRINTS_DIGESTS"

    func testTheSameSeedGivesTheSameJournal() throws {
        let here = try RepeatabilityTests.seeds.map(RepeatabilityTests.digest)
        XCTAssertEqual(try RepeatabilityTests.seeds.map(RepeatabilityTests.digest), here)
        XCTAssertEqual(try digestsOfAnotherProcess(), here)
        XCTAssertEqual(Set(here).count, here.count, "every seed has a journal of its own")
    }

    func testTheSameSeedGivesTheSameDatabase() throws {
        for seed: UInt64 in [10, 20] {
            XCTAssertEqual(try RepeatabilityTests.databaseDigest(seed), try RepeatabilityTests.databaseDigest(seed))
        }
    }

    /// What the other process runs.
    func testPrintDigests() throws {
        guard ProcessInfo.processInfo.environment[RepeatabilityTests.variable] != nil else { return }
        for seed in RepeatabilityTests.seeds { print("digest \(try RepeatabilityTests.digest(seed))") }
    }

    private func digestsOfAnotherProcess() throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = ["WholeSystemTests.RepeatabilityTests/testPrintDigests"]
        process.environment = ProcessInfo.processInfo.environment.merging([RepeatabilityTests.variable: "1"]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { line in
            line.hasPrefix("digest ") ? String(line.dropFirst(7)) : nil
        }
    }

    private static func digest(_ seed: UInt64) throws -> String {
        var life = SeededWorld(seed: seed, journal: MemoryJournal())
        try life.live()
        return "\(seed) \(checksum(try life.world.journal.digest()))"
    }

    private static func databaseDigest(_ seed: UInt64) throws -> String {
        let folder = try TemporaryFolder()
        defer { try? folder.remove() }
        var life = SeededWorld(seed: seed, journal: DatabaseJournal(path: folder.path("runtime.db")))
        try life.live()
        return try life.world.journal.digest()
    }

    /// FNV-1a, 64 bits.
    private static func checksum(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
