import Foundation
import XCTest

@testable import BrokerAdapters

/// The golden files under `fixtures/ibkr`; see `dev_workflows/make_wire_goldens.py`.
enum Golden {
    static let versions = [157, 163, 166, 170, 176, 178]

    static func text(_ name: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("fixtures/ibkr/\(name)"), encoding: .utf8)
    }

    /// The columns of each line.
    static func lines(_ name: String) throws -> [[String]] {
        try text(name).split(separator: "\n").map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// Payloads by name.
    static func payloads(_ name: String) throws -> [String: [UInt8]] {
        try lines(name).reduce(into: [:]) { $0[$1[0]] = payload($1[1]) }
    }
}

/// A payload from its fields, each with a bar after it.
func payload(_ bars: String) -> [UInt8] { bars.utf8.map { $0 == UInt8(ascii: "|") ? 0 : $0 } }

/// The fields of a payload or frame, each with a bar after it.
func bars(_ payload: some Sequence<UInt8>) -> String {
    String(decoding: payload.map { $0 == 0 ? UInt8(ascii: "|") : $0 }, as: UTF8.self)
}

func codec(_ version: Int, file: StaticString = #filePath, line: UInt = #line) throws -> TWSCodec {
    TWSCodec(version: try XCTUnwrap(TWSVersion(version), file: file, line: line))
}

/// The error that an operation throws.
func wireError(
    file: StaticString = #filePath, line: UInt = #line, _ operation: () throws -> Void
) throws -> TWSWireError {
    do {
        try operation()
    } catch let error as TWSWireError {
        return error
    }
    XCTFail("no error was thrown", file: file, line: line)
    throw NothingThrown()
}

private struct NothingThrown: Error {}

/// What a message holds, field by field, under the names of the protocol.
struct FieldLister: TWSFieldVisitor {
    let version: Int
    private(set) var values: [String: [String]] = [:]

    init(version: Int) { self.version = version }

    mutating func field<Value: TWSFieldValue>(_ name: StaticString, _ value: inout Value) throws(TWSWireError) {
        var bytes: [UInt8] = []
        do throws(TWSFieldProblem) {
            try value.write(to: &bytes, asciiOnly: false)
        } catch {
            throw self.error(name, error)
        }
        values["\(name)", default: []].append(String(decoding: bytes, as: UTF8.self))
    }

    mutating func required<Value: TWSFieldValue>(_ name: StaticString, _ value: inout Value?) throws(TWSWireError) {
        try field(name, &value)
    }

    func constant(_ name: StaticString, _ text: StaticString) {}
    func count(_ name: StaticString, present: Int) -> Int { present }

    func error(_ name: StaticString, _ problem: TWSFieldProblem) -> TWSWireError {
        TWSWireError(
            direction: .message, messageID: nil, field: "\(name)", index: 0, value: "", problem: problem, bytes: [])
    }
}
