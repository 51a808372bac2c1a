import TradingModel
import XCTest

@testable import RiskControl

/// Statistics against tables computed by hand.
final class PortfolioRiskTests: XCTestCase {
    /// Source of the values: tables of the normal distribution, 16 digits.
    func testNormalQuantiles() {
        let cases: [(Double, Double)] = [
            (0.5, 0), (0.75, 0.6744897501960817), (0.9, 1.2815515655446004), (0.95, 1.6448536269514722),
            (0.975, 1.959963984540054), (0.99, 2.3263478740408408), (0.995, 2.5758293035489004),
            (0.999, 3.090232306167813), (0.9999, 3.719016485455709), (0.01, -2.3263478740408408),
            (1e-10, -6.361340902404056), (1e-20, -9.262340089798408),
        ]
        for (share, value) in cases {
            XCTAssertEqual(NormalDistribution.quantile(share), value, accuracy: max(abs(value), 1) * 1e-14, "\(share)")
        }
    }

    func testQuantilesBetweenTwoValues() {
        let values = [30.0, 10, 20, 50, 40]
        let cases: [(Double, Double)] = [(0, 10), (0.1, 14), (0.25, 20), (0.5, 30), (0.6, 34), (1, 50)]
        for (share, value) in cases {
            XCTAssertEqual(PortfolioRisk.quantile(values, share), value, accuracy: 1e-12, "\(share)")
        }
        XCTAssertEqual(PortfolioRisk.quantile([7], 0.3), 7)
    }

    /// −3, −1, 1, 3: the variance by n − 1 is 20/3; the quantile at a quarter, rank 0.75, is −1.5.
    func testValueAtRisk() {
        let scenarios = [1.0, -3, 3, -1]
        let cases: [(ValueAtRiskRule, Double)] = [
            (ValueAtRiskRule(method: .historical, level: 0.75), 1.5),
            (ValueAtRiskRule(method: .historical, level: 0.75, horizon_days: 4), 3),
            (ValueAtRiskRule(method: .historical, level: 0.5), 0),
            (ValueAtRiskRule(method: .parametric, level: 0.95), 1.6448536269514722 * (20.0 / 3).squareRoot()),
            (
                ValueAtRiskRule(method: .parametric, level: 0.95, horizon_days: 9),
                3 * 1.6448536269514722 * (20.0 / 3).squareRoot()
            ),
        ]
        for (rule, value) in cases {
            XCTAssertEqual(
                PortfolioRisk.valueAtRisk(ofScenarios: scenarios, rule) ?? .nan, value, accuracy: 1e-12, "\(rule)")
        }
        let gains = ValueAtRiskRule(method: .historical, level: 0.9)
        XCTAssertEqual(PortfolioRisk.valueAtRisk(ofScenarios: [1, 2, 3], gains), 0, "a gain is no negative loss")
        XCTAssertNil(PortfolioRisk.valueAtRisk(ofScenarios: [1], gains))
        XCTAssertEqual(PortfolioRisk.scenarios(values: [100, -50], returns: [[0.1, 0], [0.2, -0.4]]), [0, 20])
    }

    func testCorrelation() {
        let cases: [([Double], [Double], Double?)] = [
            ([1, 2, 3], [2, 4, 6], 1), ([1, 2, 3], [3, 2, 1], -1), ([1, 2, 3], [1, 3, 1], 0),
            ([1, 2, 3, 4], [1, 3, 2, 4], 0.8), ([1, 2], [5, 5], nil), ([1], [1], nil), ([1, 2], [1, 2, 3], nil),
        ]
        for (left, right, value) in cases {
            let correlation = PortfolioRisk.correlation(left, right)
            XCTAssertEqual(correlation == nil, value == nil)
            XCTAssertEqual(correlation ?? 0, value ?? 0, accuracy: 1e-15)
        }
    }

    func testDrawdown() {
        typealias Drawdown = PortfolioRisk.Drawdown
        let cases: [([Double], Drawdown?)] = [
            ([100, 120, 90, 130, 117], Drawdown(maximum: 0.25, peak: 1, trough: 2, current: 0.1)),
            ([100, 50, 75, 40], Drawdown(maximum: 0.6, peak: 0, trough: 3, current: 0.6)),
            ([1, 2, 3], Drawdown(maximum: 0, peak: 0, trough: 0, current: 0)),
            ([5], Drawdown(maximum: 0, peak: 0, trough: 0, current: 0)), ([], nil), ([1, 0], nil), ([1, -1], nil),
        ]
        for (series, value) in cases { XCTAssertEqual(PortfolioRisk.drawdown(of: series), value, "\(series)") }
    }

    func testKelly() {
        let cases: [(Double, Double, Double)] = [
            (0.6, 1, 0.2), (0.5, 2, 0.25), (0.25, 2, -0.125), (1, 0.1, 1), (0.5, .infinity, 0.5), (1, 0, 1),
            (0.9, 0, -.infinity), (0, 3, -1.0 / 3),
        ]
        for (chance, ratio, value) in cases {
            let kelly = PortfolioRisk.kelly(chance: chance, payoffRatio: ratio)
            if value.isFinite {
                XCTAssertEqual(kelly, value, accuracy: 1e-15)
            } else {
                XCTAssertEqual(kelly, value)
            }
        }
    }

    func testRecordsOfTrades() {
        let cases: [([Double], Int, Double?, Double?)] = [
            ([], 0, nil, nil), ([0], 0, nil, nil), ([0.2], 1, 1, .infinity), ([-0.2], 1, 0, 0),
            ([0.2, 0.1, -0.1, 0], 3, 2.0 / 3, 1.5),
        ]
        for (gains, count, chance, ratio) in cases {
            var record = ClosedTrades()
            for gain in gains { record.add(return: gain) }
            XCTAssertEqual(record.count, count)
            XCTAssertEqual(record.chance, chance)
            XCTAssertEqual(record.payoffRatio.map { ($0 * 1e12).rounded() }, ratio.map { ($0 * 1e12).rounded() })
        }
    }

    /// Fills in order: units, price, commission; the returns of the trades they end.
    func testRoundTrips() {
        let cases: [([(Int64, Int64, Int64)], [Double])] = [
            ([(10, 100, 0), (-10, 110, 0)], [0.1]),
            ([(-10, 100, 0), (10, 110, 0)], [-0.1]),
            ([(10, 100, 5), (-10, 110, 5)], [90 / 1000.0]),
            ([(10, 100, 0), (10, 120, 0), (-5, 130, 0), (-15, 130, 0)], [400 / 2200.0]),
            // Closes 10 and opens 10 short, with half of the commission each.
            ([(10, 100, 0), (-20, 110, 8), (10, 100, 0)], [96 / 1000.0, 96 / 1100.0]),
            ([(10, 100, 0), (-9, 110, 0)], []),
        ]
        for (fills, returns) in cases {
            var trip = RoundTrip()
            let found = fills.compactMap { units, price, commission in
                trip.book(
                    Quantity(units: units), at: Price(e8: price * Price.scale), commission: .units(commission))
            }
            XCTAssertEqual(found.count, returns.count)
            for (one, other) in zip(found, returns) { XCTAssertEqual(one, other, accuracy: 1e-15) }
        }
        var trip = RoundTrip()
        let hundred = Price(e8: 100 * Price.scale)
        XCTAssertNil(trip.book(Quantity(units: 5), at: hundred, commission: .zero))
        trip.split(ratioE9: 2_500_000_000, lot: Quantity(units: 1))
        XCTAssertEqual(trip.book(Quantity(units: -12), at: Price(e8: 50 * Price.scale), commission: .zero), 0.2)
    }
}
