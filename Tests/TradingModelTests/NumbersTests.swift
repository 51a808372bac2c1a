import TradingModel
import XCTest

final class NumbersTests: XCTestCase {
    // MARK: - Division

    func testDivisionRoundsAsItsModeSays() {
        let cases:
            [(dividend: Int128, divisor: Int128, down: Int128, up: Int128, towardZero: Int128, nearest: Int128)] = [
                (0, 3, 0, 0, 0, 0), (6, 3, 2, 2, 2, 2), (-6, 3, -2, -2, -2, -2),
                (1, 2, 0, 1, 0, 1), (-1, 2, -1, 0, 0, -1), (3, 2, 1, 2, 1, 2), (-3, 2, -2, -1, -1, -2),
                (1, 3, 0, 1, 0, 0), (-1, 3, -1, 0, 0, 0), (2, 3, 0, 1, 0, 1), (-2, 3, -1, 0, 0, -1),
                (7, 4, 1, 2, 1, 2), (-7, 4, -2, -1, -1, -2), (5, 4, 1, 2, 1, 1), (-5, 4, -2, -1, -1, -1),
                (9, 10, 0, 1, 0, 1), (-9, 10, -1, 0, 0, -1), (4, 9, 0, 1, 0, 0), (5, 9, 0, 1, 0, 1),
            ]
        for row in cases {
            // Twice: in 64 bits, and scaled up so far that only the 128-bit division can take it.
            for factor in [Int128(1), 1 << 70] {
                let (dividend, divisor) = (row.dividend * factor, row.divisor * factor)
                XCTAssertEqual(divide(dividend, by: divisor, rounding: .down), row.down, "\(row)")
                XCTAssertEqual(divide(dividend, by: divisor, rounding: .up), row.up, "\(row)")
                XCTAssertEqual(divide(dividend, by: divisor, rounding: .towardZero), row.towardZero, "\(row)")
                XCTAssertEqual(divide(dividend, by: divisor, rounding: .nearest), row.nearest, "\(row)")
            }
        }
    }

    func testDivisionAtTheEdgesOfItsTypes() {
        XCTAssertEqual(divide(Int128.max, by: 1, rounding: .nearest), .max)
        XCTAssertEqual(divide(Int128.min, by: 1, rounding: .nearest), .min)
        XCTAssertEqual(divide(Int128.min, by: .max, rounding: .nearest), -1)
        XCTAssertEqual(divide(Int128.min, by: .max, rounding: .down), -2)
        XCTAssertEqual(divide(Int128(Int64.min), by: 1, rounding: .down), Int128(Int64.min))
        XCTAssertEqual(divide(1, by: .max, rounding: .up), 1)
        XCTAssertEqual(divide(-1, by: .max, rounding: .nearest), 0)
    }

    func testNarrowingNamesWhatDidNotFit() throws {
        XCTAssertEqual(try narrowed(Int128(Int64.max), "x"), .max)
        XCTAssertEqual(try narrowed(Int128(Int64.min), "x"), .min)
        for value in [Int128(Int64.max) + 1, Int128(Int64.min) - 1] {
            XCTAssertThrowsError(try narrowed(value, "the price of tea")) {
                XCTAssertEqual($0 as? ArithmeticOverflow, ArithmeticOverflow("the price of tea"))
                XCTAssertEqual("\($0)", "the price of tea does not fit its number type")
            }
        }
    }

    // MARK: - Price and quantity

    func testProductsAreExact() {
        XCTAssertEqual((Price(e8: 10_012_345_678) * Quantity(units: 3)).e16, 10_012_345_678 * 300_000_000)
        XCTAssertEqual((Price(e8: .max) * Quantity(e8: .max)).e16, Int128(Int64.max) * Int128(Int64.max))
        XCTAssertEqual((Price(e8: .max) * Quantity(e8: .min)).e16, Int128(Int64.max) * Int128(Int64.min))
        XCTAssertEqual((Price(e8: 1) * Quantity(e8: -1)).e16, -1)
    }

    func testTicks() {
        let tick = Price(e8: 5_000_000)
        let cases: [(price: Int64, down: Int64, up: Int64, nearest: Int64)] = [
            (10_000_000, 10_000_000, 10_000_000, 10_000_000), (10_000_001, 10_000_000, 15_000_000, 10_000_000),
            (12_500_000, 10_000_000, 15_000_000, 15_000_000), (14_999_999, 10_000_000, 15_000_000, 15_000_000),
        ]
        for (price, down, up, nearest) in cases {
            XCTAssertEqual(Price(e8: price).rounded(toTick: tick, .down), Price(e8: down))
            XCTAssertEqual(Price(e8: price).rounded(toTick: tick, .up), Price(e8: up))
            XCTAssertEqual(Price(e8: price).rounded(toTick: tick, .nearest), Price(e8: nearest))
            XCTAssertEqual(Price(e8: price).isOnTick(tick), price == down)
        }
        XCTAssertEqual(Price(e8: 7).rounded(toTick: nil, .up), Price(e8: 7))
        XCTAssertTrue(Price(e8: 7).isOnTick(nil))
    }

    func testAPriceThatHasNoTickAboveItStaysBelow() {
        let tick = Price(e8: 100_000_000)
        let highest = Price(e8: Int64.max / tick.e8 * tick.e8)
        XCTAssertEqual(Price(e8: .max).rounded(toTick: tick, .up), highest)
        XCTAssertEqual(Price(e8: .max).rounded(toTick: tick, .down), highest)
    }

    func testLots() {
        let lot = Quantity(units: 10)
        let cases: [(quantity: Int64, rounded: Int64)] = [
            (0, 0), (9, 0), (-9, 0), (10, 10), (19, 10), (-19, -10), (-10, -10), (100, 100),
        ]
        for (quantity, rounded) in cases {
            XCTAssertEqual(Quantity(units: quantity).roundedTowardZero(toLot: lot), Quantity(units: rounded))
        }
        XCTAssertEqual(Quantity(e8: 123).roundedTowardZero(toLot: .zero), Quantity(e8: 123))
        XCTAssertEqual(Quantity(e8: .max).roundedTowardZero(toLot: Quantity(e8: 1)), Quantity(e8: .max))
    }

    func testSumsOfQuantitiesThatDoNotFitAreErrors() throws {
        XCTAssertEqual(try Quantity(units: 2).adding(Quantity(units: -5), "a sum"), Quantity(units: -3))
        XCTAssertEqual(try Quantity(e8: .max - 1).adding(Quantity(e8: 1), "a sum"), Quantity(e8: .max))
        // The least 64-bit number has no opposite, so it is no quantity either.
        for (left, right) in [(Int64.max, Int64(1)), (-Int64.max, -1), (.max, .max), (-Int64.max, -Int64.max)] {
            XCTAssertThrowsError(try Quantity(e8: left).adding(Quantity(e8: right), "a sum")) {
                XCTAssertEqual($0 as? ArithmeticOverflow, ArithmeticOverflow("a sum"))
            }
        }
    }

    // MARK: - Money

    func testMoneyRoundsOnceAsTold() throws {
        let half = ExactValue(e16: 5_000_000_000)
        XCTAssertEqual(try Money(half, rounding: .nearest), Money(e6: 1))
        XCTAssertEqual(try Money(half, rounding: .down), Money(e6: 0))
        XCTAssertEqual(try Money(half, rounding: .up), Money(e6: 1))
        XCTAssertEqual(try Money(ExactValue(e16: -5_000_000_000), rounding: .nearest), Money(e6: -1))
        XCTAssertEqual(try Money(ExactValue(e16: -5_000_000_000), rounding: .down), Money(e6: -1))
        XCTAssertEqual(try Money(ExactValue(e16: -5_000_000_000), rounding: .up), Money(e6: 0))
        XCTAssertEqual(try Money(ExactValue(e16: 4_999_999_999), rounding: .nearest), .zero)
    }

    func testMoneyThatDoesNotFitIsAnError() throws {
        let most = ExactValue(Money(e6: .max))
        XCTAssertEqual(try Money(most, rounding: .nearest), Money(e6: .max))
        XCTAssertThrowsError(try Money(most + ExactValue(e16: 5_000_000_000), rounding: .nearest)) {
            XCTAssertEqual($0 as? ArithmeticOverflow, ArithmeticOverflow("an amount of money"))
        }
        XCTAssertThrowsError(try Money(Price(e8: .max) * Quantity(e8: .max), rounding: .nearest))
        XCTAssertThrowsError(try Money(e6: .max).adding(Money(e6: 1), "a sum")) {
            XCTAssertEqual($0 as? ArithmeticOverflow, ArithmeticOverflow("a sum"))
        }
    }

    func testDescriptions() {
        XCTAssertEqual("\(Price(e8: 12_345_000_000))", "123.45")
        XCTAssertEqual("\(Quantity(e8: -50_000_000))", "-0.5")
        XCTAssertEqual("\(Money(e6: 1_000_000))", "1")
        XCTAssertEqual("\(Money(e6: -1))", "-0.000001")
    }

    func testCurrency() {
        XCTAssertEqual(Currency("USD"), .usd)
        for code in ["USD", "EUR", "AAA", "ZZZ", "CHF"] { XCTAssertEqual(Currency(code)?.description, code) }
        for code in ["", "US", "USDX", "usd", "US1", "U D", "ÜSD", "US\u{0}"] { XCTAssertNil(Currency(code), code) }
        XCTAssertNotEqual(Currency("ABC"), Currency("CBA"))
    }
}
