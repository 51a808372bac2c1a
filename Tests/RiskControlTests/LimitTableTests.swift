import TradingModel
import XCTest

@testable import RiskControl

/// Limits on values and quantities: at their figure, one unit inside of it and one outside.
final class LimitTableTests: XCTestCase {
    func testQuantitiesAndNotionals() {
        check(
            LimitRow(limit: .maxOrderQuantity, most: 70, observed: 71, allowed: 70) {
                $0.maxOrderQuantity = Quantity(units: 70)
            })
        check(
            LimitRow(limit: .maxOrderNotional, most: 70, observed: 7_100, allowed: 7_000) {
                $0.maxOrderNotional = .units(7_000)
            })
        check(
            LimitRow(limit: .maxPositionQuantity, most: 40, observed: 71, allowed: 70) {
                $0.position.maxQuantity = Quantity(units: 70)
            } world: {
                $0.snapshot.positions[0] = Quantity(units: 10)
                $0.snapshot.setOpen(Quantity(units: 20), of: 0)
            })
        check(
            LimitRow(limit: .maxPositionNotional, most: 50, isSell: true, observed: 7_100, allowed: 7_000) {
                $0.position.maxNotional = .units(7_000)
            } world: {
                $0.snapshot.positions[0] = Quantity(units: -20)
            })
        check(
            LimitRow(limit: .maxPositionShare, most: 50, observed: 0.071, allowed: 0.07) {
                $0.position.maxShare = .percent(7)
            } world: {
                $0.snapshot.positions[0] = Quantity(units: 20)
            })
        check(
            LimitRow(limit: .maxPositionShare, most: 30, observed: 0.031, allowed: 0.03) {
                $0.position.maxShare = .percent(7)
                $0.symbols["A"] = SymbolLimits(position: PositionLimits(maxShare: .percent(3)))
                $0.symbols["B"] = SymbolLimits(position: PositionLimits(maxShare: .percent(1)))
            })
    }

    func testLeverageGroupsAndBuyingPower() {
        let hedged: (inout GateWorld) -> Void = {
            $0.snapshot.positions[1] = Quantity(units: 500)
            $0.snapshot.positions[2] = Quantity(units: -300)
        }
        check(
            LimitRow(
                limit: .maxGrossLeverage, most: 200, observed: 1.001, allowed: 1,
                limits: {
                    $0.maxGrossLeverage = .percent(100)
                }, world: hedged))
        check(
            LimitRow(
                limit: .maxNetLeverage, most: 100, observed: 0.301, allowed: 0.3,
                limits: {
                    $0.maxNetLeverage = .percent(30)
                }, world: hedged))
        check(
            LimitRow(
                limit: .maxNetLeverage, most: 500, isSell: true, observed: 0.301, allowed: 0.3,
                limits: {
                    $0.maxNetLeverage = .percent(30)
                }, world: hedged))
        check(
            LimitRow(
                limit: .groupShare, most: 100, observed: 0.901, allowed: 0.9,
                limits: {
                    $0.groups = [
                        GroupLimit(name: "other", tickers: ["B"], maxShare: .percent(1)),
                        GroupLimit(name: "tech", tickers: ["A", "B", "C"], maxShare: .percent(90)),
                    ]
                }, world: hedged))
        check(
            LimitRow(
                limit: .groupNetShare, most: 100, observed: 0.301, allowed: 0.3,
                limits: {
                    $0.groups = [GroupLimit(name: "tech", tickers: ["C", "A", "B"], maxNetShare: .percent(30))]
                }, world: hedged))
        check(
            LimitRow(
                limit: .buyingPower, most: 400, observed: 50_100, allowed: 50_000,
                limits: {
                    $0.buyingPower = BuyingPowerLimit(maxShare: .percent(50))
                },
                world: {
                    hedged(&$0)
                    $0.snapshot.setOpen(Quantity(units: 100), of: 1)
                }))
        check(
            LimitRow(
                limit: .buyingPower, most: 700, observed: 50_100, allowed: 50_000,
                limits: {
                    $0.buyingPower = BuyingPowerLimit(maxShare: .percent(50), includesProceeds: true)
                },
                world: {
                    hedged(&$0)
                    $0.snapshot.setOpen(Quantity(units: -200), of: 1)
                }))
    }

    func testVolume() {
        check(
            LimitRow(limit: .maxShareOfVolume, most: 50, observed: 0.051, allowed: 0.05) {
                $0.maxShareOfVolume = VolumeLimit(maxShare: .percent(5), days: 3)
            } world: {
                $0.observe([0: [100]], volume: Quantity(units: 50_000))
                for volume: Int64 in [500, 1_000, 1_500] { $0.observe(day: volume, volume: Quantity(units: volume)) }
            })
    }

    func testStrategiesAndCapital() {
        let world: (inout GateWorld) -> Void = {
            $0.context.strategy = 1
            $0.snapshot.positions[0] = Quantity(units: 30)
            $0.snapshot.positions[1] = Quantity(units: 100)
            $0.snapshot.holdings = [
                StrategyHolding(strategy: 0, instrument: InstrumentID(0), held: Quantity(units: 30)),
                StrategyHolding(
                    strategy: 1, instrument: InstrumentID(1), held: Quantity(units: 60), open: Quantity(units: 40)),
            ]
        }
        check(
            LimitRow(
                limit: .strategyShare, most: 50, observed: 0.151, allowed: 0.15,
                limits: {
                    $0.strategies["value"] = StrategyLimits(maxShare: .percent(15))
                    $0.strategies["trend"] = StrategyLimits(maxShare: .percent(1))
                }, world: world))
        check(
            LimitRow(
                limit: .strategyNotional, most: 50, observed: 15_100, allowed: 15_000,
                limits: {
                    $0.strategies["value"] = StrategyLimits(maxNotional: .units(15_000))
                }, world: world))
        check(
            LimitRow(
                limit: .capitalMap, most: 200, observed: 0.301, allowed: 0.3,
                limits: {
                    $0.capital = CapitalMap(shares: ["trend": .percent(50), "value": .percent(30)])
                }, world: world))
        check(
            LimitRow(
                limit: .capitalMaxShare, most: 100, observed: 0.201, allowed: 0.2,
                limits: {
                    $0.capital = CapitalMap(
                        shares: ["trend": .percent(50), "value": .percent(30)], maxShare: .percent(20))
                }, world: world))
        check(
            LimitRow(
                limit: .capitalMap, most: 20, observed: 0.121, allowed: 0.12,
                limits: {
                    $0.capital = CapitalMap(shares: ["trend": .percent(50)], floor: .percent(12))
                }, world: world))
    }

    /// 0.6 − 0.4 / 2 = 0.4 of full Kelly, a quarter of it: 10 % of equity.
    func testKelly() {
        check(
            LimitRow(limit: .kelly, most: 90, observed: 0.101, allowed: 0.1) {
                $0.kelly = KellyLimit(fraction: .percent(25), source: .confidence(payoffRatio: 2))
            } world: {
                $0.context.confidence = 0.6
                $0.snapshot.positions[0] = Quantity(units: 10)
            })
        // Won 20 %, 10 %, lost 10 %: ⅔ − ⅓ / 1.5 = 4/9; a quarter is 1/9 of equity.
        let record = { (minimum: Int) in
            { (limits: inout RiskLimits) in
                limits.kelly = KellyLimit(
                    fraction: .percent(25), source: .record(minimumTrades: minimum, untilThen: .percent(2)))
            }
        }
        let trades: (inout GateWorld) -> Void = {
            $0.context.strategy = 0
            for price: Int64 in [120, 110, 90] {
                for (units, price) in [(1, 100), (-1, price)] as [(Int64, Int64)] {
                    $0.gate.book(
                        Quantity(units: units), of: InstrumentID(3), at: Price(e8: price * Price.scale),
                        commission: .zero, strategy: 0)
                }
            }
        }
        check(
            LimitRow(limit: .kelly, most: 111, observed: 0.112, allowed: 0.111111111, limits: record(3), world: trades))
        check(LimitRow(limit: .kelly, most: 20, observed: 0.021, allowed: 0.02, limits: record(4), world: trades))
    }
}

extension GateWorld {
    /// One more day of instrument A, behind those observed before.
    mutating func observe(day: Int64, volume: Quantity) {
        let price = Price(e8: 100 * Price.scale)
        gate.observe(
            Bar(start: Self.start, open: price, high: price, low: price, close: price, volume: volume),
            of: InstrumentID(0), on: Self.date.adding(days: Int32(day)))
    }
}
