import Foundation
import XCTest

@testable import Reporting

final class JSONValueTests: XCTestCase {
    func testText() {
        let value = JSONValue.object([
            .init("b", .list([.integer(1), .integer(nil), .boolean(true), .boolean(false)])),
            .init("a", .object([.init("say \"hi\"", .text("line\nline"))])),
            .init("exact", .cell(.decimal(9_007_199_254_740_993, scale: 8))),
            .init("nothing", .text(nil)), .init("none", .list([])), .init("empty", .object([])),
        ])
        XCTAssertEqual(
            value.text,
            """
            {
              "b": [
                1,
                null,
                true,
                false
              ],
              "a": {
                "say \\"hi\\"": "line\\nline"
              },
              "exact": 90071992.54740993,
              "nothing": null,
              "none": [],
              "empty": {}
            }
            """)
        XCTAssertNoThrow(try JSONSerialization.jsonObject(with: Data(value.text.utf8)))
    }
}
