import Foundation
import TestSupport
import XCTest

/// Failure catalogue, 18: a million bars exhaust no memory, whatever becomes of them.
final class MemoryTests: CommandLineTestCase {
    private static let bars = 1_000_000
    /// A program that held the bars would need several times this.
    private static let limit_KiB = 250 * 1_024

    func testFailure18_AMillionBarsAreImportedAndReplayedInBoundedMemory() throws {
        let csv = try writeBars()
        let imported = try assertBounded(["bars", "import", "--db", "h.db", csv])
        XCTAssertTrue(
            (imported.output + imported.errors).contains("1000000 new bars"), imported.output + imported.errors)
        _ = try folder.write(
            "as_of,ticker,target_quantity\n2001-01-01T00:30:00Z,AAA,100\n2002-06-01T00:00:00Z,AAA,0\n", to: "t.csv")
        _ = try folder.write("{ simulation: { volume_limit: null } }", to: "c.json")
        _ = try assertBounded([
            "apply", "--mode", "training", "--db", "r.db", "--bars", "h.db", "--targets", "t.csv", "--config", "c.json",
        ])
    }

    /// Runs a command and looks at its memory again and again: what the system calls its high-water mark.
    private func assertBounded(_ words: [String]) throws -> CommandResult {
        let command = try start(words)
        var peak_KiB = 0
        while command.isRunning {
            peak_KiB = max(peak_KiB, highWaterMark_KiB(of: command.processIdentifier) ?? 0)
            Thread.sleep(forTimeInterval: 0.02)
        }
        let result = try command.result()
        XCTAssertEqual(result.code, 0, result.errors)
        XCTAssertGreaterThan(peak_KiB, 1_024, "it was not seen at all")
        XCTAssertLessThan(peak_KiB, Self.limit_KiB, "KiB: \(words)")
        return result
    }

    private func highWaterMark_KiB(of process: Int32) -> Int? {
        let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }

    /// A file of minute bars, written piece by piece.
    private func writeBars() throws -> String {
        let path = try folder.path("bars.csv")
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let file = try XCTUnwrap(FileHandle(forWritingAtPath: path))
        try file.write(contentsOf: Data("ticker,timestamp,open,high,low,close,volume\n".utf8))
        let start = 978_307_200
        for piece in stride(from: 0, to: Self.bars, by: 20_000) {
            var text = ""
            for minute in piece..<piece + 20_000 {
                let price = 100 + minute % 37
                text += "AAA,\((start + minute * 60) * 1_000),\(price),\(price + 1),\(price - 1),\(price),1000\n"
            }
            try file.write(contentsOf: Data(text.utf8))
        }
        try file.close()
        return path
    }
}
