import TradingModel
import XCTest

@testable import BrokerAdapters

final class SessionClockTests: XCTestCase {
    /// UTC−5, and UTC−4 from 2025-03-09 07:00 to 2025-11-02 06:00.
    private let eastern = LocalTime(
        name: "America/New_York", initialOffset_s: -18_000,
        transitions: [
            .init(start: Timestamp(ms: 1_741_503_600_000), offset_s: -14_400),
            .init(start: Timestamp(ms: 1_762_063_200_000), offset_s: -18_000),
        ])

    func testTimesBecomeInstants() throws {
        let clock = IBKRClock(zones: ["US/Eastern": eastern], local: .utc)
        let rows: [(String, String?)] = [
            ("20250708 02:35:00 US/Eastern", "2025-07-08T06:35:00.000Z"),
            ("20250115 09:30:00 US/Eastern", "2025-01-15T14:30:00.000Z"),
            ("20250708-02:35:00", "2025-07-08T02:35:00.000Z"),
            ("20250415  19:38:31", "2025-04-15T19:38:31.000Z"),
            ("20250708 02:35:00 Europe/Berlin", nil),
            // Twice: the earlier. Never: after the gap.
            ("20251102 01:30:00 US/Eastern", "2025-11-02T05:30:00.000Z"),
            ("20250309 02:30:00 US/Eastern", "2025-03-09T07:30:00.000Z"),
        ]
        for (text, instant) in rows {
            let time = try XCTUnwrap(TWSTime(text))
            XCTAssertEqual(clock.instant(of: time)?.description, instant, text)
        }
        XCTAssertNil(IBKRClock().instant(of: try XCTUnwrap(TWSTime("20250415  19:38:31"))))
    }

    func testInstantsAreSpelledInUTCTowardThePast() {
        XCTAssertEqual(IBKRClock.text(Timestamp(ms: 1_752_004_800_999)), "20250708-20:00:00")
        XCTAssertEqual(IBKRClock.text(Timestamp(ms: -1)), "19691231-23:59:59")
    }
}
