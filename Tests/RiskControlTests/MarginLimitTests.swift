import TradingModel
import XCTest

@testable import RiskControl

final class MarginLimitTests: XCTestCase {
    private func money(_ units: Int64, _ e6: Int64 = 0) -> Money { Money(e6: units * Money.scale + e6) }

    private func figures(_ after: Money, of equity: Money, warning: String = "") -> MarginFigures {
        MarginFigures(initialBefore: .zero, initialAfter: after, equityAfter: equity, warning: warning)
    }

    /// At the limit, one unit inside and one outside, by each of the three figures.
    func testTheLimitIsExact() {
        let limit = MarginLimit(maxShare: Share(e9: 900_000_000))
        let cases: [(after: Money, reserved: Money, equity: Money, isAllowed: Bool)] = [
            (money(900), .zero, money(1_000), true), (money(899, 999_999), .zero, money(1_000), true),
            (money(900, 1), .zero, money(1_000), false), (money(400), money(500), money(1_000), true),
            (money(400), money(500, 1), money(1_000), false), (money(900), .zero, money(1_000, 1), true),
            (money(900), .zero, money(999, 999_999), false), (.zero, .zero, .zero, true),
            (Money(e6: 1), .zero, .zero, false), (.zero, .zero, Money(e6: -1), false),
            (Money(e6: .max), Money(e6: .max), Money(e6: .max), false), (Money(e6: .min), .zero, Money(e6: .max), true),
        ]
        for (after, reserved, equity, isAllowed) in cases {
            XCTAssertEqual(
                limit.allows(figures(after, of: equity), reserved: reserved), isAllowed,
                "\(after) and \(reserved) of \(equity)")
        }
        let none = MarginLimit(maxShare: Share(e9: 0))
        XCTAssertTrue(none.allows(figures(.zero, of: money(1)), reserved: .zero))
        XCTAssertFalse(none.allows(figures(Money(e6: 1), of: money(1_000_000)), reserved: .zero))
    }

    func testWhatIsSaid() {
        let limit = MarginLimit(maxShare: Share(e9: 900_000_000))
        let ten = Quantity(units: 10)
        XCTAssertEqual(
            limit.sentence(figures(money(952), of: money(1_000)), reserved: .zero, ticker: "A", quantity: ten),
            "A: 10 refused: what_if.max_initial_margin_share allows 90 % of the equity with loan value, and with the order "
                + "the initial margin is 952 against 1000, 95.2 % of it")
        XCTAssertEqual(
            limit.sentence(
                figures(money(5), of: money(-1), warning: "no credit"), reserved: money(2), ticker: "A", quantity: ten),
            "A: 10 refused: what_if.max_initial_margin_share allows 90 % of the equity with loan value, and with the order "
                + "the initial margin is 5 and 2 for orders that are open against -1; the broker warns: no credit")
        XCTAssertEqual(limit.observed(figures(money(500), of: money(1_000)), reserved: money(250)), 0.75)
        XCTAssertNil(limit.observed(figures(money(500), of: .zero), reserved: .zero))
    }
}
