import SeededTesting
import XCTest

@testable import Reporting

/// What is read back from the lines of a ledger.
final class LedgerLineTests: XCTestCase {
    private func line(_ text: String) -> LedgerLine? { Array(text.utf8).withUnsafeBytes { LedgerLine($0) } }

    private func mayBegin(_ text: some StringProtocol) -> Bool {
        Array(text.utf8).withUnsafeBytes { LedgerLine.mayBegin(with: $0) }
    }

    private static let run = #"{"record":"run","id":3,"run_id":"a \"b\"","started_at":"2020-01-01T00:00:00.000Z"}"#

    func testLinesOfEveryKind() {
        let run = LedgerRun(number: 3, runID: "a \"b\"", startedAt: "2020-01-01T00:00:00.000Z")
        XCTAssertEqual(line(Self.run), .run(run))
        XCTAssertEqual(
            line(#"{"record":"run_finished","id":3,"summary":{"id":9},"finished_at":"2020-01-02T00:00:00.000Z"}"#),
            .runFinished(number: 3, finishedAt: "2020-01-02T00:00:00.000Z"))
        XCTAssertEqual(
            line(#"{"record":"decision","id":"a\\\"b\u0001","metadata":null}"#),
            .decision(id: Array(#""a\\\"b\u0001""#.utf8)))
        for table in LedgerTable.allCases {
            XCTAssertEqual(
                line(#"{"record":"\#(table.record)","id":3000000017,"x":{}}"#), .row(table, id: 3_000_000_017))
        }
    }

    func testLinesOfNone() {
        for text in [
            "", "{}", "}", "ticker,date,open}", #"{"record":"}"#, #"{"record":"trade"}"#, #"{"record":"trade","id":}"#,
            #"{"record":"trade","id":1000000001,"x":1"#, #"{"record":"trade","id":0,"x":1}"#,
            #"{"record":"trade","id":-1,"x":1}"#, #"{"record":"trade","id":"1","x":1}"#,
            #"{"record":"trade","id":9223372036854775808,"x":1}"#,
            #"{"record":"trade","id":99999999999999999999,"x":1}"#,
            #"{"record":"order","id":1000000001,"x":1}"#, #"{"record":"decision","id":7}"#,
            #"{"record":"decision","id":"a}"#, #"{"record":"run","id":3}"#, #"{"record":"run","id":3,"run_id":"a"}"#,
            #"{"record":"run_finished","id":3,"finished_at":null}"#, #" {"record":"trade","id":1000000001,"x":1}"#,
            #"{"record":"trade","id":1000000001,"x":1} "#,
        ] {
            XCTAssertNil(line(text), text)
        }
    }

    /// Every part of a line from its beginning may be a line that was cut off; other texts may not.
    func testLinesThatWereCutOff() {
        for count in 0...Self.run.count { XCTAssertTrue(mayBegin(Self.run.prefix(count)), "\(count)") }
        for text in ["hello", "SQLite format 3", "{}", #"{"recorder"#, " ", "\n"] {
            XCTAssertFalse(mayBegin(text), text)
        }
    }

    /// Bytes that changed give another line or none, and no crash.
    func testChangedBytes() {
        forEachSeed(200) { generator in
            var bytes = Array(#"{"record":"order_event","id":1000000001,"detail":null}"#.utf8)
            for _ in 0...generator.number(0...3) {
                bytes[generator.number(0...bytes.count - 1)] = UInt8(generator.number(0...255))
            }
            bytes.removeLast(generator.once(in: 3) ? generator.number(0...bytes.count) : 0)
            bytes.withUnsafeBytes { _ = LedgerLine($0) }
        }
    }

    func testTheCursorRefusesWhatNoLedgerHas() throws {
        var cursor = LedgerCursor()
        let run = try XCTUnwrap(line(Self.run))
        XCTAssertThrowsError(try cursor.take(.row(.trades, id: 3_000_000_001))) {
            XCTAssertEqual($0 as? LedgerProblem, .runMissing(number: 3))
        }
        XCTAssertThrowsError(try cursor.take(.runFinished(number: 3, finishedAt: "t"))) {
            XCTAssertEqual($0 as? LedgerProblem, .runMissing(number: 3))
        }
        try cursor.take(run)
        XCTAssertThrowsError(try cursor.take(run)) {
            XCTAssertEqual($0 as? LedgerProblem, .outOfOrder(record: "run", id: 3))
        }
        try cursor.take(.row(.trades, id: 3_000_000_002))
        XCTAssertNil(cursor.runs[3]?.lastID(.orderEvents))
        for id: Int64 in [3_000_000_001, 3_000_000_002] {
            XCTAssertThrowsError(try cursor.take(.row(.trades, id: id))) {
                XCTAssertEqual($0 as? LedgerProblem, .outOfOrder(record: "trade", id: id))
            }
        }
        try cursor.take(.row(.orderEvents, id: 3_000_000_001))
        try cursor.take(.runFinished(number: 3, finishedAt: "t"))
        XCTAssertThrowsError(try cursor.take(.runFinished(number: 3, finishedAt: "t")))
        try cursor.take(.runFinished(number: 3, finishedAt: "u"))
        for number: Int64 in [0, -1, .max] {
            XCTAssertThrowsError(try cursor.take(.run(LedgerRun(number: number, runID: "r", startedAt: "t")))) {
                XCTAssertEqual($0 as? LedgerProblem, .noLine)
            }
        }
    }
}
