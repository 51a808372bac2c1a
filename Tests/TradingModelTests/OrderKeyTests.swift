import TradingModel
import XCTest

/// Keys are their texts, in every respect.
final class OrderKeyTests: XCTestCase {
    func testTextsThatAreKeys() {
        for text in ["A", "z9", "12345678", "123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"] {
            XCTAssertEqual(OrderKey(text)?.text, text)
            XCTAssertEqual(OrderKey(text)?.description, text)
        }
    }

    func testTextsThatAreNone() {
        for text in ["", "a b", "a-b", "é", "\0", "A\0", "ABCDEFGHIJKLMNOPQRSTUVWXYZ2345678"] {
            XCTAssertNil(OrderKey(text), text.debugDescription)
        }
    }

    func testKeysAreEqualAndOrderedAsTheirTexts() {
        let texts = [
            "A", "AA", "AAAAAAAA", "AAAAAAAAA", "AAAAAAAB", "B", "Z", "a", "0", "09", "9", "AAAAAAAAAAAAAAAAAAAAAAAAB",
        ]
        for left in texts {
            for right in texts {
                guard let first = OrderKey(left), let second = OrderKey(right) else {
                    return XCTFail("\(left) \(right)")
                }
                XCTAssertEqual(first == second, left == right, "\(left) \(right)")
                XCTAssertEqual(first < second, left < right, "\(left) \(right)")
            }
        }
        XCTAssertEqual(Set(texts.compactMap { OrderKey($0) }).count, texts.count)
    }
}
