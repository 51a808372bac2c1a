import Foundation
import RebalanceWorld
import SeededTesting
import XCTest

/// Engine, session, codec, gateway and journal in one process, on virtual time: whatever goes wrong, nothing is sent twice, no fill is
/// lost or counted twice, and in the end the books are the broker's.
final class WholeSystemTests: XCTestCase {
    private static let defaultCount = 2_000
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    func testWorldsOfSeeds() async throws {
        let isReplay = ProcessInfo.processInfo.environment["EXECUTION_TEST_SEED"] != nil
        let cases = Array(RandomCases(defaultCount: WholeSystemTests.defaultCount))
        let start = Date()
        var report = isReplay ? WorldReport() : await WorldReport.ofWorlds(try WholeSystemTests.failedSeeds())
        report.merge(await WorldReport.ofWorlds(cases))
        print(report.table)
        print("in \(Int(Date().timeIntervalSince(start))) s")
        for (seed, findings) in report.failures.sorted(by: { $0.key < $1.key }) {
            print("\(name): repeat with \(RandomCases.replay(seed))")
            XCTFail("seed \(seed):\n" + findings.joined(separator: "\n"))
        }
        guard !isReplay, cases.count >= WholeSystemTests.defaultCount else { return }
        XCTAssertGreaterThan(report.children, 1_000, "a share of the worlds has algorithms")
        XCTAssertGreaterThan(report.denied, 100, "a share of the worlds has limits")
        XCTAssertGreaterThan(report.previews, 1_000, "a share of the worlds asks about margins")
        XCTAssertGreaterThan(report.marginDenied, 100, "a share of them has too little")
        for (status, least) in [("ORDERED", 1_000), ("HOLD", 100), ("EXPIRED", 50)] {
            XCTAssertGreaterThan(report.intents[status] ?? 0, least, "a share of the worlds has intents: \(status)")
        }
        XCTAssertGreaterThan(report.skippedIntents, 100, "files repeat intents")
        XCTAssertGreaterThan(report.refusedFiles, 20, "files contradict what is on record")
        XCTAssertGreaterThan(report.ordersAfterLoss, 20, "in a share of the worlds prices fall")
        XCTAssertGreaterThan(report.flattened, 50, "in a share of the worlds positions are closed")
        for kind in FaultKind.allCases where report.faults[kind] == nil { XCTFail("never happened: \(kind.rawValue)") }
    }

    /// The seeds that failed once, one a line, and what they found.
    private static func failedSeeds() throws -> [UInt64] {
        let text = try String(contentsOf: folder.appendingPathComponent("seeds.txt"), encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            line.hasPrefix("#") ? nil : line.split(separator: " ").first.flatMap { UInt64($0) }
        }
    }
}
