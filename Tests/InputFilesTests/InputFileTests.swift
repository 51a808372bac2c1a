import Foundation
import XCTest

@testable import InputFiles

final class InputFileTests: XCTestCase {
    private let rows = "a,b\n1,2\n"

    func testRefusesWhatIsNoFile() throws {
        try withTemporaryFolder { folder in
            try Data(rows.utf8).write(to: folder.appendingPathComponent("targets.csv"))
            try Data().write(to: folder.appendingPathComponent("empty.csv"))
            let path = folder.path
            assertRefused([
                ("directory", path, "is a directory; give a file"),
                ("missing, near miss", path + "/target.csv", "did you mean \"targets.csv\" in the same folder?"),
                ("missing", path + "/nothing-like-it", "does not exist"),
                ("a file as a folder", path + "/targets.csv/x", "does not exist"),
                ("no name", "", "names no file"),
                ("empty", path + "/empty.csv", "is empty"),
            ]) { _ = try InputFile(path: $0).readAll() }
        }
    }

    func testReadsFileFromDisk() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("rows.csv")
            try Data(rows.utf8).write(to: url)
            let file = try InputFile(path: url.path)
            var progress: [Int64] = []
            file.onProgress = { progress.append($0) }
            XCTAssertEqual(try file.readAll(), Array(rows.utf8))
            XCTAssertEqual(file.byteCount, 8)
            XCTAssertEqual(progress.last, 8)
        }
    }

    func testUnpacksGzipWhateverItsName() throws {
        let long = Array(String(repeating: rows, count: 100_000).utf8)
        let packed = gzip(long)
        for bytes in [long, packed, gzip(Array(long[..<300_000])) + gzip(Array(long[300_000...])), packed + [0, 0, 0]] {
            let file = InputFile(name: "rows.txt", bytes: bytes)
            var fed: [UInt8] = []
            file.onBytes = { fed.append(contentsOf: $0) }
            XCTAssertEqual(try file.readAll(), long)
            XCTAssertEqual(fed, long, "the digest sees every unpacked byte")
        }
    }

    func testRefusesBrokenGzip() {
        let packed = gzip((0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* $0 % 251) | 1 })
        var corrupt = packed
        corrupt[packed.count / 2] ^= 0xFF
        corrupt[packed.count / 2 + 1] ^= 0xFF
        let cases: [(String, [UInt8], String)] = [
            ("truncated", Array(packed.dropLast(20)), "is truncated gzip: it ends at byte \(packed.count - 20)"),
            ("only the magic number", Array(packed.prefix(2)), "is truncated gzip: it ends at byte 2"),
            ("corrupt", corrupt, "is corrupt gzip at byte"),
            ("rubbish behind", packed + Array("rubbish".utf8), "is corrupt gzip at byte"),
            ("empty inside", gzip([]), "is empty"),
        ]
        for (rule, bytes, message) in cases {
            let found = refusal(rule) { _ = try InputFile(name: "rows.csv.gz", bytes: bytes).readAll() }
            XCTAssertTrue(found.contains(message), "\(rule): \(found)")
        }
    }

    func testEncodings() throws {
        XCTAssertEqual(
            try InputFile(name: "f", bytes: [0xEF, 0xBB, 0xBF] + Array(rows.utf8)).readAll(), Array(rows.utf8))
        let utf16: [UInt8] = rows.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let cases: [(String, [UInt8], String)] = [
            (
                "UTF-16 with mark, little end first", [0xFF, 0xFE] + utf16,
                "f:1: is UTF-16 (wrong encoding); save it as UTF-8"
            ),
            ("UTF-16 with mark, big end first", [0xFE, 0xFF, 0, 97], "UTF-16"),
            ("UTF-16 without mark", utf16, "UTF-16"),
            ("only a mark", [0xEF, 0xBB, 0xBF], "is empty"),
        ]
        for (rule, bytes, message) in cases {
            let found = refusal(rule) { _ = try InputFile(name: "f", bytes: bytes).readAll() }
            XCTAssertTrue(found.contains(message), "\(rule): \(found)")
        }
    }

    func testStem() {
        let names = [
            "bars/AAPL.csv": "AAPL", "AAPL.csv.gz": "AAPL", "BRK.B.csv": "BRK.B", "x/IBM": "IBM", "BF.B": "BF.B",
        ]
        for (name, stem) in names { XCTAssertEqual(InputFile(name: name, bytes: []).stem, stem) }
        XCTAssertNil(InputFile(name: ".csv", bytes: []).stem)
    }
}
