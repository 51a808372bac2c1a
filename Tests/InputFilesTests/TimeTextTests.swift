import TradingModel
import XCTest

@testable import InputFiles

final class TimeTextTests: XCTestCase {
    private func text(_ text: String, zone: String = "UTC") throws -> String {
        switch try TimeReader(localTime: .load(name: zone)).read(text) {
        case .date(let date): date.description
        case .instant(let instant): instant.description
        }
    }

    func testForms() throws {
        let cases = [
            ("2005-02-28", "2005-02-28"), ("20050228", "2005-02-28"), ("2004-02-29", "2004-02-29"),
            ("1900-01-01", "1900-01-01"), ("2200-12-31", "2200-12-31"),
            ("2005-02-28T14:30:00Z", "2005-02-28T14:30:00.000Z"), ("2005-02-28t14:30:00z", "2005-02-28T14:30:00.000Z"),
            ("2005-02-28T14:30:00.5Z", "2005-02-28T14:30:00.500Z"),
            ("2005-02-28T14:30:00.123", "2005-02-28T14:30:00.123Z"),
            ("2005-02-28T14:30:00.123000", "2005-02-28T14:30:00.123Z"),
            ("2005-02-28T14:30:00+02:00", "2005-02-28T12:30:00.000Z"),
            ("2005-02-28T14:30:00-0530", "2005-02-28T20:00:00.000Z"),
            ("2005-02-28T14:30-05", "2005-02-28T19:30:00.000Z"), ("2005-02-28 14:30", "2005-02-28T14:30:00.000Z"),
            ("2005-02-28 14:30:15", "2005-02-28T14:30:15.000Z"), ("1109601000", "2005-02-28T14:30:00.000Z"),
            ("1109601000123", "2005-02-28T14:30:00.123Z"),
            ("946857600", "2000-01-03T00:00:00.000Z"), ("946857600000", "2000-01-03T00:00:00.000Z"),
            ("2005-12-31T23:59:59.999Z", "2005-12-31T23:59:59.999Z"),
        ]
        for (written, expected) in cases { XCTAssertEqual(try text(written), expected, written) }
    }

    func testRefusals() {
        let cases: [(String, TimeTextError)] = [
            ("", .notATime), ("today", .notATime), ("2005-2-28", .notATime), ("28.02.2005", .notATime),
            ("2005/02/28", .notATime), ("2005-02-28T", .notATime), ("2005-02-28T14", .notATime),
            ("2005-02-28T1:30:00", .notATime),
            ("2005-02-28T14:30:00.", .notATime), ("2005-02-28T14:30:00 EST", .notATime),
            ("2005-02-28T14:30:00+2:00", .notATime),
            ("2005-02-28T14:30:00Zx", .notATime), ("20050228143", .notATime), ("200502281430", .notATime),
            ("11096010001234567", .notATime), ("NaN", .notATime),
            ("2005-02-30", .noSuchDate), ("2005-13-01", .noSuchDate), ("2005-00-10", .noSuchDate),
            ("1900-02-29", .noSuchDate),
            ("2005-02-28T24:00:00", .noSuchTime), ("2005-02-28T14:60:00", .noSuchTime),
            ("2005-02-28T14:30:60Z", .noSuchTime),
            ("2005-02-28T14:30:00+19:00", .noSuchTime), ("1899-12-31", .outOfRange), ("2201-01-01", .outOfRange),
            ("9999999999999", .outOfRange), ("1900-01-01T00:00:00+01:00", .outOfRange),
            ("2005-02-28T14:30:00.1234", .tooFine),
        ]
        for (written, expected) in cases {
            XCTAssertThrowsError(try text(written), written) { XCTAssertEqual($0 as? TimeTextError, expected, written) }
        }
    }

    func testLocalTimes() throws {
        let cases = [
            ("2005-02-28 09:30", "2005-02-28T14:30:00.000Z"), ("2005-07-28 09:30", "2005-07-28T13:30:00.000Z"),
            ("2005-04-03 01:59", "2005-04-03T06:59:00.000Z"), ("2005-04-03 03:00", "2005-04-03T07:00:00.000Z"),
            ("2005-10-30 01:30", "2005-10-30T05:30:00.000Z"), ("2005-10-30 02:00", "2005-10-30T07:00:00.000Z"),
            ("2005-10-30T01:30:00Z", "2005-10-30T01:30:00.000Z"),
        ]
        for (written, expected) in cases {
            XCTAssertEqual(try text(written, zone: "America/New_York"), expected, written)
        }
        XCTAssertThrowsError(try text("2005-04-03 02:30", zone: "America/New_York")) {
            XCTAssertEqual($0 as? TimeTextError, .skipped(zone: "America/New_York"))
        }
    }

    func testZones() throws {
        let newYork = try LocalTime.load(name: "America/New_York")
        let march = try XCTUnwrap(CalendarDate(year: 2026, month: 3, day: 9))
        XCTAssertEqual(newYork.start(of: march).description, "2026-03-09T04:00:00.000Z")
        XCTAssertEqual(newYork.start(of: march.adding(days: -1)).description, "2026-03-08T05:00:00.000Z")
        XCTAssertEqual(try LocalTime.load(name: "UTC"), .utc)
        let moscow = try LocalTime.load(name: "Europe/Moscow")
        XCTAssertEqual(moscow.offset_s(at: Timestamp(ms: 1_325_376_000_000)), 14_400, "2012, all year on summer time")
        XCTAssertEqual(moscow.offset_s(at: Timestamp(ms: 1_420_070_400_000)), 10_800, "2015")
        assertRefused([
            (
                "near miss", "America/New_Yrok",
                "time zone: \"America/New_Yrok\" is not a known time zone; did you mean \"America/New_York\"?"
            ),
            ("capitals", "america/new_york", "did you mean \"America/New_York\"?"),
            ("unknown", "Mars", "give UTC or a name such as America/New_York"),
            ("empty", "", "is not a known time zone"),
        ]) { _ = try LocalTime.load(name: $0) }
    }

    /// Rule 1: a date is the end of that date, in local time.
    func testRule1DatesAreTheirEnds() throws {
        let newYork = try LocalTime.load(name: "America/New_York")
        let date = try TimeReader(localTime: newYork).read("2026-03-08")
        XCTAssertEqual(
            DecisionTime(date, in: newYork), DecisionTime(instant: Timestamp(ms: 1_773_028_800_000), isDate: true))
        XCTAssertTrue(
            DecisionTime(instant: Timestamp(ms: 1_773_028_800_000), isDate: false).isMidnightInstant(in: newYork))
        XCTAssertFalse(
            DecisionTime(instant: Timestamp(ms: 1_773_028_800_001), isDate: false).isMidnightInstant(in: newYork))
        XCTAssertFalse(DecisionTime(date, in: newYork).isMidnightInstant(in: newYork))
    }
}
