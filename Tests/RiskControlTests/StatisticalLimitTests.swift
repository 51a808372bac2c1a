import TradingModel
import XCTest

@testable import RiskControl

/// Limits on value at risk and correlation, on returns whose statistics are known by hand.
final class StatisticalLimitTests: XCTestCase {
    /// Four returns of ±1 %, whose sample variance is 4/3 · 10⁻⁴: VaR at 97.5 % is 1.95996… · value · √(4/3) %.
    func testParametricValueAtRisk() {
        let returns = [0.01, -0.01, 0.01, -0.01]
        let perUnit = 1.959963984540054 * (4.0 / 3).squareRoot() * 0.01 * 100 * 2
        let most: Int64 = 57
        let share = Share(e9: Int64((perUnit * 57.5 / 100_000 * 1e9).rounded()))
        for (asked, approved) in [(most - 1, most - 1), (most, most), (most + 1, most)] {
            for sign: Int64 in [1, -1] {
                var world = GateWorld.after([0: returns]) {
                    $0.maxValueAtRisk = share
                    $0.valueAtRisk = ValueAtRiskRule(method: .parametric, level: 0.975, horizon_days: 4)
                }
                let verdict = world.first(0, sign * asked)
                XCTAssertEqual(verdict.units, approved)
                guard asked > approved else { continue }
                XCTAssertEqual(verdict.limit, .valueAtRisk)
                XCTAssertEqual(verdict.observed ?? .nan, perUnit * 58 / 100_000, accuracy: 1e-9)
                XCTAssertEqual(verdict.allowed, share.value)
            }
        }
    }

    /// Of the returns −4, −3, −2, −1, 0 % the quantile at a half of a quarter, rank 0.5, is −3.5 %.
    func testHistoricalValueAtRisk() {
        let returns = [-0.02, 0, -0.04, -0.01, -0.03]
        for (asked, approved) in [(99, 99), (100, 100), (101, 100)] as [(Int64, Int64)] {
            var world = GateWorld.after([0: returns]) {
                $0.maxValueAtRisk = .percent(0.35)
                $0.valueAtRisk = ValueAtRiskRule(method: .historical, level: 0.875)
            }
            let verdict = world.first(0, asked)
            XCTAssertEqual(verdict.units, approved)
            guard asked > approved else { continue }
            XCTAssertEqual(verdict.limit, .valueAtRisk)
            XCTAssertEqual(verdict.observed ?? .nan, 101 * 3.5 / 100_000, accuracy: 1e-9)
        }
    }

    /// Beyond its limit a portfolio may only be brought nearer to it: B moves against A.
    func testHedgesPassBeyondTheLimit() {
        let returns: [Int: [Double]] = [0: [0.01, -0.01, 0.01, -0.01], 1: [-0.02, 0.02, -0.02, 0.02]]
        for method in ValueAtRiskRule.Method.allCases {
            var world = GateWorld.after(returns) {
                $0.maxValueAtRisk = .percent(0.1)
                $0.valueAtRisk = ValueAtRiskRule(method: method, level: 0.9)
            }
            world.snapshot.positions[0] = Quantity(units: 200)
            XCTAssertEqual(world.first(0, 1).limit, .valueAtRisk)
            XCTAssertEqual(world.first(1, -1).units, 0, "it adds to it")
            XCTAssertEqual(world.first(1, 1).units, 1, "it lowers it")
            XCTAssertEqual(world.first(1, 90).units, 90, "it brings it within")
            let far = world.first(1, 1_000)
            XCTAssertEqual(far.limit, .valueAtRisk)
            XCTAssertTrue((101...200).contains(far.units), "\(far.units) passes the hedge, within the limit")
        }
    }

    func testStrategyRisk() {
        let returns = [0.01, -0.01, 0.01, -0.01]
        let perUnit = 1.959963984540054 * (4.0 / 3).squareRoot()
        for (asked, approved) in [(49, 49), (50, 50), (51, 50)] as [(Int64, Int64)] {
            var world = GateWorld.after([0: returns, 1: returns]) {
                $0.valueAtRisk = ValueAtRiskRule(method: .parametric, level: 0.975)
                $0.strategies["trend"] = StrategyLimits(
                    maxRiskShare: Share(e9: Int64((perUnit * 60.5 / 100_000 * 1e9).rounded())))
            }
            world.context.strategy = 0
            world.snapshot.positions[1] = Quantity(units: 500)
            world.snapshot.holdings = [
                StrategyHolding(strategy: 0, instrument: InstrumentID(1), held: Quantity(units: 10)),
                StrategyHolding(strategy: 1, instrument: InstrumentID(1), held: Quantity(units: 490)),
            ]
            let verdict = world.first(0, asked)
            XCTAssertEqual(verdict.units, approved)
            XCTAssertEqual(verdict.limit, asked > approved ? .strategyRisk : nil)
            world.context.strategy = 1
            XCTAssertEqual(world.next(0, 1_000).units, 1_000, "only one strategy is limited")
        }
    }

    /// B's returns are 1, −1, −1, 1 %: they correlate with 1, −1, 1, −1 by 0; C's 1, −1, 1, 1 by 1/√3.
    func testCorrelation() {
        let returns: [Int: [Double]] = [
            0: [0.01, -0.01, 0.01, -0.01], 1: [0.01, -0.01, -0.01, 0.01], 2: [0.01, -0.01, 0.01, 0.01],
        ]
        let third = 1 / 3.0.squareRoot()
        let cases: [(instrument: Int, units: Int64, most: Double, approved: Int64, observed: Double?)] = [
            (2, 5, third + 1e-9, 5, nil), (2, 5, third, 5, nil), (2, 5, third - 1e-9, 0, third),
            (2, -5, third - 1e-9, 5, nil), (1, 5, 0, 5, nil), (1, 5, -1e-9, 0, 0), (0, 5, -1, 5, nil),
            (2, -5, -third - 1e-9, 0, -third),
        ]
        for row in cases {
            var world = GateWorld.after(returns) { $0.maxCorrelation = row.most }
            world.snapshot.positions[0] = Quantity(units: 100)
            let verdict = world.first(row.instrument, row.units)
            XCTAssertEqual(verdict.units, row.approved, "\(row)")
            XCTAssertEqual(verdict.limit, row.approved == 0 ? .maxCorrelation : nil)
            XCTAssertEqual(verdict.observed ?? 9, row.observed ?? 9, accuracy: 1e-7)
        }
        var world = GateWorld.after(returns) { $0.maxCorrelation = 0.5 }
        world.snapshot.positions[0] = Quantity(units: 100)
        world.snapshot.positions[2] = Quantity(units: 50)
        XCTAssertEqual(world.first(2, 5).units, 0, "to everything but itself")
        world.snapshot.positions[0] = Quantity(units: 0)
        XCTAssertEqual(world.first(2, 5).units, 5, "there is nothing else")
    }
}
