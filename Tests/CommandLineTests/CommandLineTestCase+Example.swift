import Foundation
import TestSupport
import XCTest

extension CommandLineTestCase {
    /// A historical database of the real bars, `history.db`.
    func importExample() throws {
        let result = try execute(
            "bars", "import", "--db", "history.db", Fixtures.bars, "--actions", Fixtures.corporateActions)
        assertCode(0, result)
    }

    /// `apply` in TRAINING on `history.db`.
    func apply(_ rest: String..., to database: String = "training.db", input: String? = nil) throws -> CommandResult {
        try execute(applyWords(rest, to: database), input: input)
    }

    /// The words of `apply` in TRAINING on `history.db`.
    func applyWords(_ rest: [String], to database: String = "training.db") -> [String] {
        ["apply", "--mode", "training", "--db", database, "--bars", "history.db"] + rest
    }

    /// `verify` finds nothing broken.
    func assertVerified(_ database: String, file: StaticString = #filePath, line: UInt = #line) throws {
        let result = try execute("verify", "--db", database)
        assertCode(0, result, file: file, line: line)
        XCTAssertTrue(result.output.hasSuffix("every invariant holds.\n"), result.output, file: file, line: line)
    }

    /// Two databases say the same of their runs.
    func assertSameRows(
        _ left: String, _ right: String, ignoring: Set<String> = [], file: StaticString = #filePath, line: UInt = #line
    ) throws {
        let dumps = try [left, right].map { try DatabaseDump(folder.path($0), ignoring: ignoring) }
        XCTAssertNil(dumps[0].difference(from: dumps[1]), file: file, line: line)
    }

    /// The ports in the line in which a gateway says where it listens; the test's first command unless another one is meant.
    func portsOfGateway(ofCommand number: Int = 1) throws -> [UInt16] {
        let path = try folder.path(".out\(number)")
        let deadline = Date(timeIntervalSinceNow: 20)
        while Date() < deadline {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            if text.hasSuffix("\n") {
                return text.components(separatedBy: "127.0.0.1:").dropFirst().compactMap {
                    UInt16($0.prefix { $0.isNumber })
                }
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
        XCTFail("it does not listen")
        return []
    }
}
