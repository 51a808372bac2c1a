import Foundation
import TradingModel
import SeededTesting
import XCTest

final class DecimalTextTests: XCTestCase {
    func testReadsNumbers() throws {
        let cases: [(text: String, scale: Int, value: Int64)] = [
            ("0", 8, 0), ("-0", 8, 0), ("+0", 8, 0), ("0.0", 8, 0), ("00", 0, 0), ("007.50", 2, 750),
            ("1", 8, 100_000_000), ("+1", 8, 100_000_000), ("-1", 8, -100_000_000),
            ("1.", 2, 100), (".5", 2, 50), ("-.5", 2, -50), ("+.5", 2, 50), ("-1.", 2, -100),
            ("123.45", 8, 12_345_000_000), ("123.45", 2, 12_345), ("-0.00000001", 8, -1),
            ("999999999999999999", 0, 999_999_999_999_999_999), ("-999999999999999999", 0, -999_999_999_999_999_999),
            ("1000000000000000000", 0, 1_000_000_000_000_000_000),
            ("92233720368.54775807", 8, .max), ("-92233720368.54775808", 8, .min),
            ("9223372036854775807", 0, .max), ("-9223372036854775808", 0, .min),
            ("00000000000000000000000000000000000001.5", 1, 15),
            ("1.50000000000000000000000000000000000000000", 8, 150_000_000),
        ]
        for (text, scale, value) in cases {
            XCTAssertEqual(try DecimalText.parse(text, scale: scale), value, "\(text) at scale \(scale)")
        }
    }

    func testReadsExponents() throws {
        let cases: [(text: String, scale: Int, value: Int64)] = [
            ("1e0", 0, 1), ("1e3", 0, 1_000), ("1E3", 0, 1_000), ("1e+3", 0, 1_000), ("1e-3", 3, 1),
            ("1.5e3", 0, 1_500),
            ("-1.5e-3", 4, -15), (".5e1", 0, 5), ("5.e1", 0, 50), ("12345e-2", 2, 12_345),
            ("1e18", 0, 1_000_000_000_000_000_000),
            ("0e400", 8, 0), ("0.000e999999999999999999999", 8, 0), ("1e-400", 8, 0), ("-1e-400", 8, 0),
            ("1e-99999999999999999999999999", 8, 0), ("0.0000000000000000001e19", 0, 1),
            ("100000000000000000000e-20", 8, 100_000_000),
            ("5e-9", 8, 1), ("4.9e-9", 8, 0), ("-5e-9", 8, -1),
            ("0." + String(repeating: "0", count: 100_009) + "1e100010", 0, 1),
        ]
        for (text, scale, value) in cases {
            XCTAssertEqual(try DecimalText.parse(text, scale: scale), value, "\(text.prefix(60)) at scale \(scale)")
        }
    }

    func testRoundsTailsToTheNearestHalvesAwayFromZero() throws {
        let cases: [(text: String, scale: Int, value: Int64)] = [
            ("24.899999999999999", 8, 2_490_000_000), ("24.900000000000001", 8, 2_490_000_000),
            ("0.000000005", 8, 1), ("0.0000000049999999999", 8, 0), ("-0.000000005", 8, -1), ("-0.0000000049", 8, 0),
            ("1.005", 2, 101), ("1.004999999999999", 2, 100), ("-1.005", 2, -101), ("0.5", 0, 1), ("0.49", 0, 0),
            ("-0.5", 0, -1), ("2.5", 0, 3), ("99.995", 2, 10_000), ("0.05", 1, 1), ("0.04", 1, 0),
            ("9223372036854775806.5", 0, .max), ("-9223372036854775807.5", 0, .min),
            ("9223372036854775807.4", 0, .max), ("-9223372036854775808.4", 0, .min),
        ]
        for (text, scale, value) in cases {
            XCTAssertEqual(try DecimalText.parse(text, scale: scale), value, "\(text) at scale \(scale)")
        }
    }

    func testRefusesWhatIsNoNumber() {
        XCTAssertThrowsError(try DecimalText.parse("", scale: 8)) { XCTAssertEqual($0 as? DecimalTextError, .empty) }
        let cases = [
            ".", "-", "+", "-.", "+.", "NaN", "nan", "inf", "-inf", "Infinity", "1e", "1e+", "1e-", "e5", ".e5",
            "1.2.3",
            "--1", "+-1", "-+1", "1-", "1 ", " 1", "1,000", "1_000", "0x10", "1f", "$1", "1%", "½", "１", "1e5.5",
            "1e5e5", "null",
            "1\u{0}", "12345678901234567890x",
        ]
        for text in cases {
            XCTAssertThrowsError(try DecimalText.parse(text, scale: 8), text) {
                XCTAssertEqual($0 as? DecimalTextError, .notANumber, text)
            }
        }
    }

    func testRefusesWhatDoesNotFit() {
        let cases: [(text: String, scale: Int)] = [
            ("1e400", 8), ("-1e400", 8), ("1e99999999999999999999", 8), ("1e19", 0), ("10000000000000000000", 0),
            ("9223372036854775808", 0), ("-9223372036854775809", 0), ("92233720368.54775808", 8),
            ("-92233720368.54775809", 8),
            ("92233720368.547758075", 8), ("9223372036854775807.5", 0), ("99999999999999999999999999", 0),
            ("999999999999999999", 8), ("9999999999999999999.9", 0),
        ]
        for (text, scale) in cases {
            XCTAssertThrowsError(try DecimalText.parse(text, scale: scale), text) {
                XCTAssertEqual($0 as? DecimalTextError, .outOfRange, text)
            }
        }
    }

    func testFormats() {
        let cases: [(value: Int64, scale: Int, text: String)] = [
            (0, 8, "0"), (1, 8, "0.00000001"), (-1, 8, "-0.00000001"), (100_000_000, 8, "1"), (-150_000_000, 8, "-1.5"),
            (1_234_500, 4, "123.45"), (10, 0, "10"), (-7, 0, "-7"), (.max, 8, "92233720368.54775807"),
            (.min, 8, "-92233720368.54775808"), (.min, 0, "-9223372036854775808"), (.max, 18, "9.223372036854775807"),
            (1_000_001, 6, "1.000001"), (100, 2, "1"), (105, 2, "1.05"), (50, 2, "0.5"),
        ]
        for (value, scale, text) in cases { XCTAssertEqual(DecimalText.format(value, scale: scale), text) }
    }

    /// Format and parse are inverse; Foundation's `Decimal` is the independent witness.
    func testRandomRoundTrip() throws {
        try forEachSeed(20) { generator in
            for _ in 0..<500 {
                let scale = Int.random(in: 0...18, using: &generator)
                let value =
                    Int64.random(in: .min ... .max, using: &generator) >> Int64.random(in: 0...63, using: &generator)
                let text = DecimalText.format(value, scale: scale)
                XCTAssertEqual(try DecimalText.parse(text, scale: scale), value, "\(text) at scale \(scale)")
                let witness = Decimal(string: text).map { $0 * pow(Decimal(10), scale) }
                XCTAssertEqual(witness, Decimal(string: String(value)), text)
            }
        }
    }

    /// Random digits with a point, an exponent and a tail, against 128-bit arithmetic.
    func testRandomTextsAgainstExactArithmetic() {
        forEachSeed(20) { generator in
            for _ in 0..<500 {
                let digits =
                    Int64.random(in: 0...999_999_999_999_999_999, using: &generator)
                    / (generator.next() % 2 == 0 ? 1 : 10_000_000_000)
                let places = Int.random(in: 0...24, using: &generator)
                let exponent = Int.random(in: -8...8, using: &generator)
                let scale = Int.random(in: 0...12, using: &generator)
                let isNegative = Bool.random(using: &generator)
                var text = String(digits)
                text = String(repeating: "0", count: max(0, places + 1 - text.count)) + text
                text.insert(".", at: text.index(text.endIndex, offsetBy: -places))
                text = (isNegative ? "-" : "") + text + (exponent == 0 ? "" : "e\(exponent)")
                let expected = Self.value(digits, power: exponent + scale - places, isNegative: isNegative)
                XCTAssertEqual(try? DecimalText.parse(text, scale: scale), expected, "\(text) at scale \(scale)")
            }
        }
    }

    /// ±digits × 10^power, halves away from zero; nil where it does not fit.
    private static func value(_ digits: Int64, power: Int, isNegative: Bool) -> Int64? {
        var magnitude = Int128(digits)
        if power >= 0 {
            for _ in 0..<power where magnitude != 0 { magnitude *= 10 }
        } else {
            let divisor = (0..<(-power)).reduce(Int128(1)) { power, _ in power * 10 }
            magnitude = (magnitude * 2 + divisor) / (divisor * 2)
        }
        return Int64(exactly: isNegative ? -magnitude : magnitude)
    }
}
