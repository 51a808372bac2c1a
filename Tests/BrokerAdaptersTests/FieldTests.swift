import TradingModel
import XCTest

@testable import BrokerAdapters

final class FieldTests: XCTestCase {
    private func read<Value: TWSFieldValue>(_ text: String, as type: Value.Type = Value.self) throws -> Value? {
        var text = text
        return try text.withUTF8 { (bytes) throws(TWSFieldProblem) -> Value? in try Value.read(bytes) }
    }

    private func text(_ value: some TWSFieldValue) throws -> String {
        var bytes: [UInt8] = []
        try value.write(to: &bytes, asciiOnly: true)
        return String(decoding: bytes, as: UTF8.self)
    }

    func testUnsetNumbersAreAbsentAndNeverZero() throws {
        for unset in ["", "2147483647"] { XCTAssertNil(try read(unset, as: Int32.self), unset) }
        for unset in ["", "9223372036854775807"] { XCTAssertNil(try read(unset, as: Int64.self), unset) }
        let doubles = [
            "", "1.7976931348623157E308", "1.7976931348623157e+308", "1.7976931348623157E+308", "Infinity", "-Infinity",
            "NaN",
        ]
        for unset in doubles {
            XCTAssertNil(try read(unset, as: Price.self), unset)
            XCTAssertNil(try read(unset, as: Money.self), unset)
            XCTAssertNil(try read(unset, as: TWSDecimal.self), unset)
        }
        let decimals =
            doubles + [
                "2147483647", "9223372036854775807", "170141183460469231731687303715884105727",
            ]
        for unset in decimals { XCTAssertNil(try read(unset, as: Quantity.self), unset) }
        XCTAssertEqual(try read("2147483647", as: Price.self), Price(e8: 2_147_483_647 * Price.scale))
        XCTAssertEqual(try read("2147483647", as: Int64.self), 2_147_483_647)
    }

    func testDecimalsAreReadExactly() throws {
        let rules: [(String, Int64)] = [
            ("0", 0), ("0.0", 0), ("150.25", 15_025_000_000), ("-0.5", -50_000_000), ("1.0E-4", 10_000),
            ("1e-05", 1_000), ("1.5E3", 150_000_000_000), ("0.00000001", 1), ("92233720368.54775807", .max),
            ("-92233720368.54775808", .min), ("24.899999999999999", 2_490_000_000),
        ]
        for (text, e8) in rules { XCTAssertEqual(try read(text, as: Price.self)?.e8, e8, text) }
        XCTAssertEqual(try read("1.0000525", as: Money.self), Money(e6: 1_000_053))
    }

    func testWhatIsNoNumberIsAnError() {
        for text in [" ", "1,5", "1.5.0", "abc", "--1", "1 ", "0x10", "infinity"] {
            XCTAssertThrowsError(try read(text, as: Price.self), text) {
                XCTAssertEqual($0 as? TWSFieldProblem, .notANumber)
            }
            XCTAssertThrowsError(try read(text, as: Int32.self), text) {
                XCTAssertEqual($0 as? TWSFieldProblem, .notANumber)
            }
        }
        for text in ["92233720368.54775808", "1E300"] {
            XCTAssertThrowsError(try read(text, as: Price.self), text) {
                XCTAssertEqual($0 as? TWSFieldProblem, .outOfRange)
            }
        }
        for text in ["2147483648", "-2147483649", "9223372036854775808", "99999999999999999999999"] {
            XCTAssertThrowsError(try read(text, as: Int32.self), text) {
                XCTAssertEqual($0 as? TWSFieldProblem, .outOfRange)
            }
        }
        XCTAssertEqual(try read("-9223372036854775808", as: Int64.self), .min)
    }

    func testInfinityMeansUpToMidForPegBest() throws {
        XCTAssertEqual(try read("Infinity", as: TWSCompeteOffset.self), .upToMid)
        XCTAssertEqual(try read("Infinite", as: TWSCompeteOffset.self), .upToMid)
        XCTAssertEqual(try read("0.02", as: TWSCompeteOffset.self), .amount(Price(e8: 2_000_000)))
        XCTAssertNil(try read("", as: TWSCompeteOffset.self))
        XCTAssertEqual(try text(TWSCompeteOffset.upToMid), "Infinity")
    }

    func testFlags() throws {
        XCTAssertEqual(try read("1", as: Bool.self), true)
        XCTAssertEqual(try read("0", as: Bool.self), false)
        XCTAssertEqual(try read("true", as: Bool.self), true)
        XCTAssertEqual(try read("false", as: Bool.self), false)
        XCTAssertNil(try read("", as: Bool.self))
        for text in ["2", "01", "yes"] { XCTAssertThrowsError(try read(text, as: Bool.self), text) }
    }

    func testNumbersAreWrittenAsClientsWriteThem() throws {
        XCTAssertEqual(try text(Price(e8: 15_000_000_000)), "150.0")
        XCTAssertEqual(try text(Price(e8: -1)), "-0.00000001")
        XCTAssertEqual(try text(Quantity(units: 100)), "100")
        XCTAssertEqual(try text(Quantity(e8: 12_500_000)), "0.125")
        XCTAssertEqual(try text(Int32?.none), "")
        XCTAssertEqual(try text(Bool?.some(false)), "0")
    }

    func testANumberThatMeansUnsetIsNotWritten() {
        XCTAssertThrowsError(try text(Int32.max)) { XCTAssertEqual($0 as? TWSFieldProblem, .meansUnset) }
        XCTAssertThrowsError(try text(Int64.max)) { XCTAssertEqual($0 as? TWSFieldProblem, .meansUnset) }
        XCTAssertThrowsError(try text(Quantity(units: 2_147_483_647)))
    }

    func testOnlyPrintableASCIIIsSentByAClient() throws {
        XCTAssertEqual(try text("a~ \t\r\n"), "a~ \t\r\n")
        for refused in ["\0", "\u{7F}", "\u{1B}", "ä", "€"] {
            XCTAssertThrowsError(try text(refused)) { XCTAssertEqual($0 as? TWSFieldProblem, .notSendable) }
        }
        var bytes: [UInt8] = []
        XCTAssertNoThrow(try "Nestlé".write(to: &bytes, asciiOnly: false))
        XCTAssertThrowsError(try "a\0b".write(to: &bytes, asciiOnly: false))
    }

    func testTimesOfAllForms() throws {
        let rules: [(String, TWSTime.Zone, String)] = [
            ("20250708 02:35:00 America/New_York", .named("America/New_York"), "20250708 02:35:00 America/New_York"),
            ("20250708 02:35:00 US/Eastern", .named("US/Eastern"), "20250708 02:35:00 US/Eastern"),
            ("20250415  19:38:31", .local, "20250415  19:38:31"),
            ("20250415 19:38:31", .local, "20250415  19:38:31"),
            ("20250415-19:38:31", .utc, "20250415-19:38:31"),
            (
                "20250415  19:38:31 China Standard Time", .named("China Standard Time"),
                "20250415 19:38:31 China Standard Time"
            ),
        ]
        for (text, zone, written) in rules {
            let time = try XCTUnwrap(TWSTime(text), text)
            XCTAssertEqual(time.zone, zone, text)
            XCTAssertEqual(time.description, written, text)
        }
        let time = try XCTUnwrap(TWSTime("20250415  19:38:31"))
        XCTAssertEqual(time.date, CalendarDate(year: 2025, month: 4, day: 15))
        XCTAssertEqual([time.hour, time.minute, time.second], [19, 38, 31])
    }

    func testWhatIsNoTimeIsAnError() {
        let texts = [
            "20250415", "20250230 10:00:00", "20250415 24:00:00", "20250415 10:60:00", "2025041510:00:00",
            "20250415 1:00:00",
            "20250415 10:00:00x", "20250415 10:00:00 ", "1712345678", "20250415T10:00:00", "20250415          ",
        ]
        for text in texts { XCTAssertThrowsError(try read(text, as: TWSTime.self), text) }
        XCTAssertNil(try read("", as: TWSTime.self))
    }
}
