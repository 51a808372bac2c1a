import Foundation
import TradingModel
import XCTest

@testable import InputFiles

extension InputFile {
    /// A file in memory.
    static func text(_ text: String, name: String = "file.csv") -> InputFile {
        InputFile(name: name, bytes: Array(text.utf8))
    }
}

extension XCTestCase {
    /// What `body` refuses, as a person reads it; fails when it refuses nothing.
    func refusal(
        _ rule: String, line: UInt = #line, _ body: () throws -> Void
    ) -> String {
        do {
            try body()
            XCTFail("\(rule): was accepted", line: line)
            return ""
        } catch let error as InputError {
            return error.description
        } catch {
            XCTFail("\(rule): \(error)", line: line)
            return ""
        }
    }

    /// Every case is a rule, an input, and a part of the message.
    func assertRefused(_ cases: [(rule: String, text: String, message: String)], _ read: (String) throws -> Void) {
        for (rule, text, message) in cases {
            let found = refusal(rule) { try read(text) }
            XCTAssertTrue(found.contains(message), "\(rule): \(found)")
        }
    }
}

/// A temporary folder that is gone after the test.
func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("input-files-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
}
