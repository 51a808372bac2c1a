import TradingModel
import SeededTesting
import XCTest

final class TimeTests: XCTestCase {
    // MARK: - Timestamp

    func testTimestampText() {
        let cases: [(ms: Int64, text: String)] = [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (86_399_999, "1970-01-01T23:59:59.999Z"), (-86_400_000, "1969-12-31T00:00:00.000Z"),
            (-86_400_001, "1969-12-30T23:59:59.999Z"), (1_109_601_000_000, "2005-02-28T14:30:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (-2_208_988_800_000, "1900-01-01T00:00:00.000Z"),
        ]
        for (ms, text) in cases {
            XCTAssertEqual(Timestamp(ms: ms).description, text)
            XCTAssertEqual(Timestamp(text), Timestamp(ms: ms))
        }
    }

    func testTextsThatAreNoTimestamp() {
        let texts = [
            "", "2005-02-28", "2005-02-28T14:30:00Z", "2005-02-28 14:30:00.000Z", "2005-02-28T14:30:00.000z",
            "2005-02-29T14:30:00.000Z", "2005-13-28T14:30:00.000Z", "2005-00-28T14:30:00.000Z",
            "2005-02-28T24:00:00.000Z", "2005-02-28T14:60:00.000Z", "2005-02-28T14:30:61.000Z",
            "2005-02-28T14:30:0:.000Z", "2005-02-28T14:30:00.0-0Z", "+005-02-28T14:30:00.000Z",
            "2005-02-28T14:30:00.00\u{661}", "2005-02-28T14:30:00.000Z ",
        ]
        for text in texts { XCTAssertNil(Timestamp(text), text) }
    }

    func testTimestampTextsAreReadBack() {
        forEachSeed(5) { generator in
            for _ in 0..<2_000 {
                let ms = Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &generator)
                XCTAssertEqual(Timestamp(Timestamp(ms: ms).description)?.ms, ms)
            }
        }
    }

    /// A text must be made even for what no calendar of four digits has; it stands at the nearest end.
    func testTimestampTextOutsideItsYears() {
        for ms in [253_402_300_800_000, Int64.max, Int64.max - 86_400_000] {
            XCTAssertEqual(Timestamp(ms: ms).description, "9999-12-31T23:59:59.999Z")
        }
        for ms in [-62_167_219_200_001, Int64.min, Int64.min + 86_400_000] {
            XCTAssertEqual(Timestamp(ms: ms).description, "0000-01-01T00:00:00.000Z")
        }
    }

    func testTimestampTextsSortAsInstants() {
        forEachSeed(5) { generator in
            var instants = (0..<2_000).map { _ in
                Timestamp(ms: Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &generator))
            }
            instants += (0..<500).map { _ in Timestamp(ms: Int64.random(in: -5_000...5_000, using: &generator)) }
            let byInstant = instants.sorted().map(\.description)
            XCTAssertEqual(byInstant, byInstant.sorted())
            XCTAssertTrue(byInstant.allSatisfy { $0.utf8.count == 24 })
        }
    }

    // MARK: - CalendarDate

    /// Every day from 1900 to 2200 against a calendar that counts day by day.
    func testEveryDayRoundTrips() throws {
        var (year, month, day) = (1900, 1, 1)
        var days: Int32 = -25_567
        while year <= 2200 {
            let date = try XCTUnwrap(CalendarDate(year: year, month: month, day: day))
            guard date.days == days, date.components == (year, month, day) else {
                return XCTFail("\(year)-\(month)-\(day) is \(date.days), \(date.components)")
            }
            days += 1
            day += 1
            if day > Self.length(year, month) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        XCTAssertEqual(days, 84_371)
    }

    private static func length(_ year: Int, _ month: Int) -> Int {
        let isLeap = year.isMultiple(of: 400) || (year.isMultiple(of: 4) && !year.isMultiple(of: 100))
        return month == 2 ? (isLeap ? 29 : 28) : [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    func testDateTextAndEdges() throws {
        let cases: [(year: Int, month: Int, day: Int, text: String)] = [
            (1970, 1, 1, "1970-01-01"), (2005, 2, 28, "2005-02-28"), (2000, 2, 29, "2000-02-29"),
            (9999, 12, 31, "9999-12-31"),
            (0, 1, 1, "0000-01-01"), (0, 2, 29, "0000-02-29"), (987, 6, 5, "0987-06-05"),
        ]
        for (year, month, day, text) in cases {
            let date = try XCTUnwrap(CalendarDate(year: year, month: month, day: day))
            XCTAssertEqual(date.description, text)
            XCTAssertEqual(CalendarDate(days: date.days).components.year, year)
        }
    }

    func testRefusesWhatIsNoDate() {
        let cases = [
            (2001, 2, 29), (1900, 2, 29), (2100, 2, 29), (2000, 2, 30), (2004, 4, 31), (2004, 0, 1), (2004, 13, 1),
            (2004, 1, 0),
            (2004, 1, 32), (2004, 1, -1), (-1, 1, 1), (10_000, 1, 1), (2004, 6, 31), (2004, 9, 31), (2004, 11, 31),
            (.max, 1, 1), (2004, .min, .max),
        ]
        for (year, month, day) in cases {
            XCTAssertNil(CalendarDate(year: year, month: month, day: day), "\(year)-\(month)-\(day)")
        }
    }

    // MARK: - LocalTime

    /// New York in 2021: EST until 14 March 07:00 UTC, EDT until 7 November 06:00 UTC.
    private let newYork = LocalTime(
        name: "America/New_York", initialOffset_s: -18_000,
        transitions: [
            .init(start: Timestamp(ms: 1_636_264_800_000), offset_s: -18_000),
            .init(start: Timestamp(ms: 1_615_705_200_000), offset_s: -14_400),
        ])

    /// São Paulo in 2018: the clock went from 00:00 to 01:00 on 4 November (03:00 UTC), and from 24:00 to 23:00 before.
    private let saoPaulo = LocalTime(
        name: "America/Sao_Paulo", initialOffset_s: -7_200,
        transitions: [
            .init(start: Timestamp(ms: 1_518_919_200_000), offset_s: -10_800),
            .init(start: Timestamp(ms: 1_541_300_400_000), offset_s: -7_200),
        ])

    /// Havana on 7 November 2021: 01:00 became 00:00 (05:00 UTC), so that midnight came twice.
    private let havana = LocalTime(
        name: "America/Havana", initialOffset_s: -14_400,
        transitions: [.init(start: Timestamp(ms: 1_636_261_200_000), offset_s: -18_000)])

    /// Apia went from UTC−10 to UTC+14 and had no 30 December 2011.
    private let apia = LocalTime(
        name: "Pacific/Apia", initialOffset_s: -36_000,
        transitions: [.init(start: Timestamp(ms: 1_325_239_200_000), offset_s: 50_400)])

    private func date(_ year: Int, _ month: Int, _ day: Int) throws -> CalendarDate {
        try XCTUnwrap(CalendarDate(year: year, month: month, day: day))
    }

    func testStartsOfDates() throws {
        let cases: [(zone: LocalTime, date: CalendarDate, start: String)] = [
            (.utc, try date(2021, 3, 14), "2021-03-14T00:00:00.000Z"),
            (newYork, try date(2021, 3, 13), "2021-03-13T05:00:00.000Z"),
            (newYork, try date(2021, 3, 14), "2021-03-14T05:00:00.000Z"),
            (newYork, try date(2021, 3, 15), "2021-03-15T04:00:00.000Z"),
            (newYork, try date(2021, 11, 7), "2021-11-07T04:00:00.000Z"),
            (newYork, try date(2021, 11, 8), "2021-11-08T05:00:00.000Z"),
            (newYork, try date(1990, 7, 1), "1990-07-01T05:00:00.000Z"),
            (saoPaulo, try date(2018, 11, 3), "2018-11-03T03:00:00.000Z"),
            (saoPaulo, try date(2018, 11, 4), "2018-11-04T03:00:00.000Z"),
            (saoPaulo, try date(2018, 11, 5), "2018-11-05T02:00:00.000Z"),
            (saoPaulo, try date(2018, 2, 17), "2018-02-17T02:00:00.000Z"),
            (saoPaulo, try date(2018, 2, 18), "2018-02-18T03:00:00.000Z"),
            (havana, try date(2021, 11, 7), "2021-11-07T04:00:00.000Z"),
            (havana, try date(2021, 11, 8), "2021-11-08T05:00:00.000Z"),
            (apia, try date(2011, 12, 29), "2011-12-29T10:00:00.000Z"),
            (apia, try date(2011, 12, 30), "2011-12-30T10:00:00.000Z"),
            (apia, try date(2011, 12, 31), "2011-12-30T10:00:00.000Z"),
            (apia, try date(2012, 1, 1), "2011-12-31T10:00:00.000Z"),
        ]
        for (zone, date, start) in cases {
            XCTAssertEqual(zone.start(of: date).description, start, "\(date) in \(zone.name)")
        }
    }

    /// Every instant lies in its date: from the date's start until the next date's.
    func testDatesCoverTime() throws {
        for (zone, first) in [(newYork, 18_600), (saoPaulo, 17_540), (havana, 18_900), (apia, 15_300)]
            as [(LocalTime, Int32)]
        {
            for day in first..<(first + 400) {
                let date = CalendarDate(days: day)
                let start = zone.start(of: date)
                let next = zone.start(of: date.adding(days: 1))
                guard start < next else {
                    XCTAssertEqual(date.description, "2011-12-30", "only a skipped date is empty")
                    continue
                }
                XCTAssertEqual(zone.date(of: start), date)
                XCTAssertEqual(zone.date(of: next.adding(ms: -1)), date)
                XCTAssertLessThan(zone.date(of: start.adding(ms: -1)), date)
            }
        }
    }

    func testOffsetsChangeAtTheInstant() {
        XCTAssertEqual(newYork.offset_s(at: Timestamp(ms: 1_615_705_199_999)), -18_000)
        XCTAssertEqual(newYork.offset_s(at: Timestamp(ms: 1_615_705_200_000)), -14_400)
        XCTAssertEqual(newYork.offset_s(at: Timestamp(ms: 1_636_264_799_999)), -14_400)
        XCTAssertEqual(newYork.offset_s(at: Timestamp(ms: 1_636_264_800_000)), -18_000)
        XCTAssertEqual(newYork.offset_s(at: Timestamp(ms: -1)), -18_000)
    }

    // MARK: - Bars

    func testIntervalText() {
        let cases: [(text: String, seconds: Int64, canonical: String)] = [
            ("1d", 86_400, "1d"), ("5m", 300, "5m"), ("1h", 3_600, "1h"), ("30s", 30, "30s"), ("1w", 604_800, "1w"),
            ("60m", 3_600, "1h"), ("24h", 86_400, "1d"), ("7d", 604_800, "1w"), ("90s", 90, "90s"), ("120s", 120, "2m"),
        ]
        for (text, seconds, canonical) in cases {
            XCTAssertEqual(BarInterval(text)?.seconds, seconds, text)
            XCTAssertEqual(BarInterval(text)?.description, canonical, text)
            XCTAssertEqual(BarInterval(seconds: seconds)?.description, canonical)
        }
        let refused = [
            "", "d", "0d", "-1d", "+1d", "1", "1 d", " 1d", "1D", "1M", "1y", "1.5h", "d1", "9223372036854775807w",
            "99999999999d",
            "9223372036854775808s", "١d",
        ]
        for text in refused { XCTAssertNil(BarInterval(text), text) }
        for seconds in [0, -1, .min, .max] as [Int64] { XCTAssertNil(BarInterval(seconds: seconds)) }
    }

    func testBarsOfDaysEndAtLocalMidnight() throws {
        let day = BarInterval.day
        for (zone, date) in [
            (newYork, try date(2021, 3, 14)), (newYork, try date(2021, 11, 7)), (saoPaulo, try date(2018, 11, 4)),
        ] {
            XCTAssertEqual(day.end(of: zone.start(of: date), in: zone), zone.start(of: date.adding(days: 1)), "\(date)")
        }
        let monday = try date(2021, 3, 8)
        XCTAssertEqual(
            BarInterval("1w")?.end(of: newYork.start(of: monday), in: newYork),
            newYork.start(of: monday.adding(days: 7)))
        // A daily bar stamped 09:30 ends at 09:30 of the next day, whatever the clock did at night.
        let stamped = newYork.start(of: try date(2021, 3, 13)).adding(ms: 34_200_000)
        XCTAssertEqual(day.end(of: stamped, in: newYork).ms - stamped.ms, 23 * 3_600_000 + 3_600_000)
    }

    func testShortBarsLastTheirSeconds() throws {
        let beforeChange = Timestamp(ms: 1_615_705_200_000 - 60_000)
        XCTAssertEqual(BarInterval.minute.end(of: beforeChange, in: newYork).ms, 1_615_705_200_000)
        XCTAssertEqual(BarInterval("1h")?.end(of: beforeChange, in: newYork).ms, beforeChange.ms + 3_600_000)
    }

    func testBarsWithoutVolume() {
        let price = Price(e8: 1)
        func bar(_ volume: Quantity?) -> Bar {
            Bar(start: Timestamp(ms: 0), open: price, high: price, low: price, close: price, volume: volume)
        }
        XCTAssertTrue(bar(Quantity(e8: 1)).hasTrades)
        XCTAssertTrue(bar(nil).hasTrades)
        XCTAssertFalse(bar(.zero).hasTrades)
    }
}
