import TradingModel
import XCTest

@testable import RiskControl

/// A limit whose data is missing lets nothing pass, or everything where the gate fails open.
final class MissingDataTests: XCTestCase {
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
                    var world = GateWorld.after([0: [0.01, -0.01, 0.01, -0.01], 1: [0.01, -0.01, 0.01, 0]]) {
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
                    XCTAssertEqual(verdict.passedOpen.names, isLacking && failsOpen ? [limit] : [])
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
