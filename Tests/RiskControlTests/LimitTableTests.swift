import TradingModel
import XCTest

@testable import RiskControl

/// Every limit at its figure, one unit inside of it and one outside.
final class LimitTableTests: XCTestCase {
    /// One limit, with a world in which it allows `most` of instrument A; selling where it says so.
    private struct Row {
        let limit: RiskLimitName
        let most: Int64
        var isSell = false
        var reason = StatusReason.riskLimit
        var observed: Double
        var allowed: Double
        let limits: (inout RiskLimits) -> Void
        var world: (inout GateWorld) -> Void = { _ in }
    }

    private func check(_ row: Row, line: UInt = #line) {
        let sign: Int64 = row.isSell ? -1 : 1
        for (asked, expected) in [(row.most - 1, row.most - 1), (row.most, row.most), (row.most + 1, row.most)] {
            guard asked > 0 else { continue }
            var world = GateWorld(row.limits)
            row.world(&world)
            let verdict = world.first(0, sign * asked)
            XCTAssertEqual(verdict.units, expected, "\(row.limit.rawValue) of \(asked)", line: line)
            XCTAssertEqual(verdict.order?.order.terms.quantity ?? .zero, verdict.approved, line: line)
            guard asked > expected else {
                XCTAssertEqual(verdict.reason, nil, "\(row.limit.rawValue) of \(asked)", line: line)
                XCTAssertEqual(verdict.limit, nil, line: line)
                continue
            }
            XCTAssertEqual(verdict.limit, row.limit, line: line)
            XCTAssertEqual(verdict.reason, row.reason, line: line)
            XCTAssertEqual(
                verdict.observed ?? .nan, row.observed, accuracy: abs(row.observed) * 1e-9, "\(row.limit.rawValue)",
                line: line)
            XCTAssertEqual(verdict.allowed ?? .nan, row.allowed, accuracy: 1e-12, line: line)
        }
    }

    func testQuantitiesAndNotionals() {
        check(
            Row(limit: .maxOrderQuantity, most: 70, observed: 71, allowed: 70) {
                $0.maxOrderQuantity = Quantity(units: 70)
            })
        check(
            Row(limit: .maxOrderNotional, most: 70, observed: 7_100, allowed: 7_000) {
                $0.maxOrderNotional = .units(7_000)
            })
        check(
            Row(limit: .maxPositionQuantity, most: 40, observed: 71, allowed: 70) {
                $0.position.maxQuantity = Quantity(units: 70)
            } world: {
                $0.snapshot.positions[0] = Quantity(units: 10)
                $0.snapshot.open[0] = Quantity(units: 20)
            })
        check(
            Row(limit: .maxPositionNotional, most: 50, isSell: true, observed: 7_100, allowed: 7_000) {
                $0.position.maxNotional = .units(7_000)
            } world: {
                $0.snapshot.positions[0] = Quantity(units: -20)
            })
        check(
            Row(limit: .maxPositionShare, most: 50, observed: 0.071, allowed: 0.07) {
                $0.position.maxShare = .percent(7)
            } world: {
                $0.snapshot.positions[0] = Quantity(units: 20)
            })
        check(
            Row(limit: .maxPositionShare, most: 30, observed: 0.031, allowed: 0.03) {
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
            Row(
                limit: .maxGrossLeverage, most: 200, observed: 1.001, allowed: 1,
                limits: {
                    $0.maxGrossLeverage = .percent(100)
                }, world: hedged))
        check(
            Row(
                limit: .maxNetLeverage, most: 100, observed: 0.301, allowed: 0.3,
                limits: {
                    $0.maxNetLeverage = .percent(30)
                }, world: hedged))
        check(
            Row(
                limit: .maxNetLeverage, most: 500, isSell: true, observed: 0.301, allowed: 0.3,
                limits: {
                    $0.maxNetLeverage = .percent(30)
                }, world: hedged))
        check(
            Row(
                limit: .groupShare, most: 100, observed: 0.901, allowed: 0.9,
                limits: {
                    $0.groups = [
                        GroupLimit(name: "other", tickers: ["B"], maxShare: .percent(1)),
                        GroupLimit(name: "tech", tickers: ["A", "B", "C"], maxShare: .percent(90)),
                    ]
                }, world: hedged))
        check(
            Row(
                limit: .groupNetShare, most: 100, observed: 0.301, allowed: 0.3,
                limits: {
                    $0.groups = [GroupLimit(name: "tech", tickers: ["C", "A", "B"], maxNetShare: .percent(30))]
                }, world: hedged))
        check(
            Row(
                limit: .buyingPower, most: 400, observed: 50_100, allowed: 50_000,
                limits: {
                    $0.buyingPower = BuyingPowerLimit(maxShare: .percent(50))
                },
                world: {
                    hedged(&$0)
                    $0.snapshot.open[1] = Quantity(units: 100)
                }))
        check(
            Row(
                limit: .buyingPower, most: 700, observed: 50_100, allowed: 50_000,
                limits: {
                    $0.buyingPower = BuyingPowerLimit(maxShare: .percent(50), includesProceeds: true)
                },
                world: {
                    hedged(&$0)
                    $0.snapshot.open[1] = Quantity(units: -200)
                }))
    }

    func testCountsPricesAndShorts() {
        for count in 0...3 {
            for (limit, change) in [
                (RiskLimitName.maxOrdersPerDay, { (limits: inout RiskLimits) in limits.maxOrdersPerDay = 2 }),
                (.maxOrdersPerMinute, { $0.maxOrdersPerMinute = 2 }), (.maxOpenOrders, { $0.maxOpenOrders = 2 }),
            ] {
                var world = GateWorld(change)
                world.gate.begin(world.snapshot)
                for _ in 0..<count { _ = world.next(1, 1) }
                let verdict = world.next(0, 5)
                XCTAssertEqual(verdict.units, count < 2 ? 5 : 0)
                XCTAssertEqual(verdict.limit, count < 2 ? nil : limit)
                XCTAssertEqual(verdict.observed, count < 2 ? nil : 3)
                XCTAssertEqual(verdict.allowed, count < 2 ? nil : 2)
            }
        }
        let collar: (inout RiskLimits) -> Void = { $0.priceCollar = .percent(5) }
        let limit = { (units: Int64) in OrderType.limit(Price(e8: 100 * Price.scale + units)) }
        let five = 5 * Price.scale
        let cases: [(Int64, OrderType, Int64)] = [
            (1, limit(five - 1), 1), (1, limit(five), 1), (1, limit(five + 1), 0), (1, limit(-five * 10), 1),
            (-1, limit(1 - five), 1), (-1, limit(-five), 1), (-1, limit(-five - 1), 0), (-1, limit(five * 10), 1),
            (1, .market, 1), (1, .stop(Price(e8: 200 * Price.scale)), 1),
            (1, .stopLimit(stop: Price(e8: 200 * Price.scale), limit: Price(e8: 210 * Price.scale)), 1),
            (1, .stopLimit(stop: Price(e8: 200 * Price.scale), limit: Price(e8: 210 * Price.scale + 1)), 0),
        ]
        for (units, type, approved) in cases {
            var world = GateWorld(collar)
            let verdict = world.first(0, units, type)
            XCTAssertEqual(verdict.units, approved, "\(type)")
            XCTAssertEqual(verdict.limit, approved == 0 ? .priceCollar : nil)
        }
        for (age_ms, approved) in [(59_999, 1), (60_000, 1), (60_001, 0)] as [(Int64, Int64)] {
            var world = GateWorld { $0.priceMaxAge_ms = 60_000 }
            world.snapshot.markTimes[0] = GateWorld.start.adding(ms: -age_ms)
            let verdict = world.first(0, 1)
            XCTAssertEqual(verdict.units, approved)
            XCTAssertEqual(verdict.limit, approved == 0 ? .priceMaxAge : nil)
            XCTAssertEqual(verdict.observed, approved == 0 ? 60.001 : nil)
        }
    }

    func testShorts() {
        let cases: [(allowShort: Bool?, borrow: Bool?, approved: Int64, limit: RiskLimitName?)] = [
            (nil, nil, 5, nil), (true, nil, 5, nil), (false, nil, 2, .allowShort), (false, true, 5, nil),
            (true, false, 2, .borrow), (nil, false, 2, .borrow), (nil, true, 5, nil), (false, false, 2, .borrow),
        ]
        for row in cases {
            for (asked, approved) in [(1, 1), (2, 2), (5, row.approved)] as [(Int64, Int64)] {
                var world = GateWorld {
                    $0.allowShort = row.allowShort
                    $0.symbols["A"] = SymbolLimits(borrow: row.borrow)
                }
                world.snapshot.positions[0] = Quantity(units: 2)
                let verdict = world.first(0, -asked)
                XCTAssertEqual(verdict.units, approved)
                XCTAssertEqual(verdict.limit, asked == approved ? nil : row.limit)
            }
        }
    }

    /// From the limit on only reductions pass; a unit of 10⁻⁶ less of a loss does not limit.
    func testLossesAreReachedByTheirFigure() {
        for (loss, approved) in [(9_999_999_999, 5), (10_000_000_000, 0), (10_000_000_001, 0)] as [(Int64, Int64)] {
            for (limit, change, peak, day) in [
                (
                    RiskLimitName.maxDrawdown, { (limits: inout RiskLimits) in limits.maxDrawdown = .percent(10) },
                    true, false
                ),
                (.maxDailyLoss, { $0.maxDailyLoss = .percent(10) }, false, true),
            ] {
                var world = GateWorld(change)
                world.snapshot.equity = Money(e6: 100_000_000_000 - loss)
                if !peak { world.snapshot.peakEquity = nil }
                if !day { world.snapshot.dayEquity = nil }
                let verdict = world.first(0, 5)
                XCTAssertEqual(verdict.units, approved)
                XCTAssertEqual(verdict.reason, approved == 5 ? nil : .reduceOnly)
                XCTAssertEqual(verdict.limit, approved == 5 ? nil : limit)
                XCTAssertEqual(verdict.allowed, approved == 5 ? nil : 0.1)
                world.snapshot.positions[0] = Quantity(units: -5)
                XCTAssertEqual(world.first(0, 5).units, 5, "a reduction")
                XCTAssertEqual(world.first(0, 8).units, 5 + min(approved, 3), "it crosses zero")
            }
        }
    }

    func testVolume() {
        check(
            Row(limit: .maxShareOfVolume, most: 50, observed: 0.051, allowed: 0.05) {
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
            Row(
                limit: .strategyShare, most: 50, observed: 0.151, allowed: 0.15,
                limits: {
                    $0.strategies["value"] = StrategyLimits(maxShare: .percent(15))
                    $0.strategies["trend"] = StrategyLimits(maxShare: .percent(1))
                }, world: world))
        check(
            Row(
                limit: .strategyNotional, most: 50, observed: 15_100, allowed: 15_000,
                limits: {
                    $0.strategies["value"] = StrategyLimits(maxNotional: .units(15_000))
                }, world: world))
        check(
            Row(
                limit: .capitalMap, most: 200, observed: 0.301, allowed: 0.3,
                limits: {
                    $0.capital = CapitalMap(shares: ["trend": .percent(50), "value": .percent(30)])
                }, world: world))
        check(
            Row(
                limit: .capitalMaxShare, most: 100, observed: 0.201, allowed: 0.2,
                limits: {
                    $0.capital = CapitalMap(
                        shares: ["trend": .percent(50), "value": .percent(30)], maxShare: .percent(20))
                }, world: world))
        check(
            Row(
                limit: .capitalMap, most: 20, observed: 0.121, allowed: 0.12,
                limits: {
                    $0.capital = CapitalMap(shares: ["trend": .percent(50)], floor: .percent(12))
                }, world: world))
    }

    /// 0.6 − 0.4 / 2 = 0.4 of full Kelly, a quarter of it: 10 % of equity.
    func testKelly() {
        check(
            Row(limit: .kelly, most: 90, observed: 0.101, allowed: 0.1) {
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
            Row(limit: .kelly, most: 111, observed: 0.112, allowed: 0.111111111, limits: record(3), world: trades))
        check(Row(limit: .kelly, most: 20, observed: 0.021, allowed: 0.02, limits: record(4), world: trades))
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
