import TradingModel
import XCTest

@testable import RiskControl

/// Limits on value at risk and correlation, on returns whose statistics are known by hand.
final class StatisticalLimitTests: XCTestCase {
    /// Closes that make these returns, beginning at 100.
    private func closes(_ returns: [Double]) -> [Double] {
        returns.reduce(into: [100]) { $0.append($0[$0.count - 1] * (1 + $1)) }
    }

    private func world(
        _ returns: [Int: [Double]], minimum: Int = 4, _ change: (inout RiskLimits) -> Void
    ) -> GateWorld {
        var world = GateWorld {
            $0.returns = ReturnWindow(days: 10, minimum: minimum)
            change(&$0)
        }
        world.observe(returns.mapValues(closes))
        return world
    }

    /// Four returns of ±1 %, whose sample variance is 4/3 · 10⁻⁴: VaR at 97.5 % is 1.95996… · value · √(4/3) %.
    func testParametricValueAtRisk() {
        let returns = [0.01, -0.01, 0.01, -0.01]
        let perUnit = 1.959963984540054 * (4.0 / 3).squareRoot() * 0.01 * 100 * 2
        let most: Int64 = 57
        let share = Share(e9: Int64((perUnit * 57.5 / 100_000 * 1e9).rounded()))
        for (asked, approved) in [(most - 1, most - 1), (most, most), (most + 1, most)] {
            for sign: Int64 in [1, -1] {
                var world = world([0: returns]) {
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
            var world = world([0: returns]) {
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
            var world = world(returns) {
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
            var world = world([0: returns, 1: returns]) {
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
            var world = world(returns) { $0.maxCorrelation = row.most }
            world.snapshot.positions[0] = Quantity(units: 100)
            let verdict = world.first(row.instrument, row.units)
            XCTAssertEqual(verdict.units, row.approved, "\(row)")
            XCTAssertEqual(verdict.limit, row.approved == 0 ? .maxCorrelation : nil)
            XCTAssertEqual(verdict.observed ?? 9, row.observed ?? 9, accuracy: 1e-7)
        }
        var world = world(returns) { $0.maxCorrelation = 0.5 }
        world.snapshot.positions[0] = Quantity(units: 100)
        world.snapshot.positions[2] = Quantity(units: 50)
        XCTAssertEqual(world.first(2, 5).units, 0, "to everything but itself")
        world.snapshot.positions[0] = Quantity(units: 0)
        XCTAssertEqual(world.first(2, 5).units, 5, "there is nothing else")
    }

    /// An account whose figures are all there, and one figure less each time.
    func testMissingDataDeniesUnlessItFailsOpen() {
        let noEquity: (inout GateWorld) -> Void = { $0.snapshot.equity = nil }
        let noMark: (inout GateWorld) -> Void = { $0.snapshot.marks[0] = nil }
        let noOtherMark: (inout GateWorld) -> Void = {
            $0.snapshot.positions[1] = Quantity(units: 1)
            $0.snapshot.marks[1] = nil
        }
        let noReturns: (inout GateWorld) -> Void = { $0.snapshot.positions[2] = Quantity(units: 1) }
        let ofStrategy: (inout GateWorld) -> Void = {
            $0.context.strategy = 0
            $0.snapshot.holdings = [
                StrategyHolding(strategy: 0, instrument: InstrumentID(1), held: Quantity(units: 1)),
                StrategyHolding(strategy: 0, instrument: InstrumentID(2), held: Quantity(units: 1)),
            ]
        }
        let rows: [(RiskLimitName, (inout RiskLimits) -> Void, [(inout GateWorld) -> Void])] = [
            (.maxDrawdown, { $0.maxDrawdown = .percent(50) }, [noEquity, { $0.snapshot.peakEquity = nil }]),
            (.maxDailyLoss, { $0.maxDailyLoss = .percent(50) }, [noEquity, { $0.snapshot.dayEquity = nil }]),
            (.priceMaxAge, { $0.priceMaxAge_ms = 1 }, [noMark, { $0.snapshot.markTimes[0] = nil }]),
            (
                .maxShareOfVolume, { $0.maxShareOfVolume = VolumeLimit(maxShare: .percent(90), days: 5) },
                [{ $0.gate = $0.withoutBars }]
            ),
            (.maxPositionNotional, { $0.position.maxNotional = .units(1_000_000) }, [noMark]),
            (.maxPositionShare, { $0.position.maxShare = .percent(100) }, [noMark, noEquity]),
            (
                .groupShare, { $0.groups = [GroupLimit(name: "g", tickers: ["A", "B"], maxShare: .percent(100))] },
                [noMark, noEquity, noOtherMark]
            ),
            (
                .groupNetShare,
                { $0.groups = [GroupLimit(name: "g", tickers: ["A", "B"], maxNetShare: .percent(100))] },
                [noMark, noEquity, noOtherMark]
            ),
            (.maxGrossLeverage, { $0.maxGrossLeverage = .percent(100) }, [noMark, noEquity, noOtherMark]),
            (.maxNetLeverage, { $0.maxNetLeverage = .percent(100) }, [noMark, noEquity, noOtherMark]),
            (
                .buyingPower, { $0.buyingPower = BuyingPowerLimit(maxShare: .percent(100)) },
                [noMark, noOtherMark, { $0.snapshot.buyingPower = nil }]
            ),
            (
                .kelly, { $0.kelly = KellyLimit(fraction: .percent(100), source: .confidence(payoffRatio: 1)) },
                [noMark, noEquity, { $0.context.confidence = nil }, { $0.context.confidence = 1.5 }]
            ),
            (
                .kelly,
                {
                    $0.kelly = KellyLimit(
                        fraction: .percent(100), source: .record(minimumTrades: 1, untilThen: .percent(50)))
                }, [noMark, noEquity, { $0.context.strategy = nil }]
            ),
            (
                .capitalMap, { $0.capital = CapitalMap(shares: ["trend": .percent(100)]) },
                [
                    noMark, noEquity,
                    {
                        noOtherMark(&$0); ofStrategy(&$0)
                    },
                ]
            ),
            (
                .strategyShare, { $0.strategies["trend"] = StrategyLimits(maxShare: .percent(100)) },
                [
                    noMark, noEquity,
                    {
                        noOtherMark(&$0); ofStrategy(&$0)
                    },
                ]
            ),
            (.strategyNotional, { $0.strategies["trend"] = StrategyLimits(maxNotional: .units(100_000)) }, [noMark]),
            (
                .maxCorrelation, { $0.maxCorrelation = 1 },
                [noMark, noOtherMark, noReturns, { $0.gate = $0.withoutBars }]
            ),
            (
                .valueAtRisk, { $0.maxValueAtRisk = .percent(100) },
                [noMark, noEquity, noOtherMark, noReturns, { $0.gate = $0.withoutBars }]
            ),
            (
                .strategyRisk, { $0.strategies["trend"] = StrategyLimits(maxRiskShare: .percent(100)) },
                [
                    noMark, noEquity,
                    {
                        noReturns(&$0); ofStrategy(&$0)
                    }, { $0.gate = $0.withoutBars },
                ]
            ),
        ]
        for (limit, change, losses) in rows {
            for (place, lose) in ([{ _ in }] + losses).enumerated() {
                for failsOpen in [false, true] {
                    var world = self.world([0: [0.01, -0.01, 0.01, -0.01], 1: [0.01, -0.01, 0.01, 0]]) {
                        change(&$0)
                        $0.failsOpen = failsOpen
                    }
                    world.context.strategy = 0
                    world.context.confidence = 0.9
                    lose(&world)
                    let verdict = world.first(0, 5)
                    let isLacking = place > 0
                    XCTAssertEqual(verdict.units, isLacking && !failsOpen ? 0 : 5, "\(limit.rawValue) \(place)")
                    XCTAssertEqual(verdict.reason, isLacking && !failsOpen ? .riskDataUnavailable : nil)
                    XCTAssertEqual(verdict.limit, isLacking && !failsOpen ? limit : nil, "\(limit.rawValue) \(place)")
                    XCTAssertEqual(verdict.passedOpen, isLacking && failsOpen ? limit : nil)
                }
            }
        }
    }

    func testMissingPricesOfAnOrder() {
        let rows: [(RiskLimitName, OrderType, (inout RiskLimits) -> Void)] = [
            (.maxOrderNotional, .market, { $0.maxOrderNotional = .units(1_000_000) }),
            (.priceCollar, .limit(Price(e8: Price.scale)), { $0.priceCollar = .percent(1_000) }),
        ]
        for (limit, type, change) in rows {
            var world = GateWorld(change)
            world.snapshot.marks[0] = nil
            world.gate.begin(world.snapshot)
            let known = world.gate.review(world.order(0, 5, type), context: world.context)
            XCTAssertEqual(known.units, 5)
            let type = limit == .maxOrderNotional ? OrderType.market : type
            let verdict = world.gate.review(world.order(0, 5, type, reference: nil), context: world.context)
            XCTAssertEqual(verdict.reason, .riskDataUnavailable)
            XCTAssertEqual(verdict.limit, limit)
        }
    }
}

extension GateWorld {
    /// The same gate before it has seen a bar.
    var withoutBars: RiskGate {
        RiskGate(
            limits: gate.limits, instruments: Self.tickers.map { Instrument(ticker: $0, lotSize: lot) },
            strategies: Self.strategies)
    }
}
