import TradingModel
import XCTest

@testable import RiskControl

/// What moves an expected position toward zero passes, whatever the limits say.
final class ReductionTests: XCTestCase {
    /// Every limit at once, each refusing everything that is no reduction.
    static func refuseEverything(_ limits: inout RiskLimits) {
        limits.maxDrawdown = .percent(0)
        limits.maxDailyLoss = .percent(0)
        limits.maxGrossLeverage = .percent(0)
        limits.maxNetLeverage = .percent(0)
        limits.position = PositionLimits(maxQuantity: .zero, maxNotional: .zero, maxShare: .percent(0))
        limits.groups = [
            GroupLimit(name: "all", tickers: GateWorld.tickers, maxShare: .percent(0), maxNetShare: .percent(0))
        ]
        limits.maxOrderQuantity = .zero
        limits.maxOrderNotional = .zero
        limits.maxShareOfVolume = VolumeLimit(maxShare: .percent(0), days: 1)
        limits.maxOrdersPerDay = 0
        limits.maxOrdersPerMinute = 0
        limits.maxOpenOrders = 0
        limits.priceCollar = .percent(0)
        limits.priceMaxAge_ms = 0
        limits.allowShort = false
        limits.maxCorrelation = -1
        limits.maxValueAtRisk = .percent(0)
        limits.kelly = KellyLimit(fraction: .percent(0), source: .confidence(payoffRatio: 1))
        for strategy in GateWorld.strategies {
            limits.strategies[strategy] = StrategyLimits(
                maxShare: .percent(0), maxNotional: .zero, maxRiskShare: .percent(0))
        }
        limits.capital = CapitalMap(shares: [:])
        limits.buyingPower = BuyingPowerLimit(maxShare: .percent(0))
    }

    func testReductionsPassUnderEveryLimitAtOnce() {
        for hasData in [true, false] {
            for held: Int64 in [50, -50] {
                for asked: Int64 in [1, 49, 50, 51, 200] {
                    var world = GateWorld(Self.refuseEverything)
                    world.context.strategy = 0
                    world.snapshot.positions[0] = Quantity(units: held)
                    if !hasData {
                        world.snapshot.equity = nil
                        world.snapshot.marks = world.snapshot.marks.map { _ in nil }
                    }
                    let verdict = world.first(0, -held.signum() * asked)
                    XCTAssertEqual(verdict.units, min(asked, 50), "\(asked) of \(held)")
                    XCTAssertEqual(verdict.reason == nil, asked <= 50)
                    XCTAssertEqual(world.next(0, -held.signum()).units, asked < 50 ? 1 : 0, "what was approved counts")
                    XCTAssertEqual(world.next(0, held.signum()).units, 0, "back is no reduction")
                }
            }
        }
    }

    /// Open orders and what was approved belong to what is expected.
    func testWhatIsExpectedDecides() {
        var world = GateWorld { $0.position.maxQuantity = .zero }
        world.snapshot.positions[0] = Quantity(units: 50)
        world.snapshot.setOpen(Quantity(units: -30), of: 0)
        XCTAssertEqual(world.first(0, -50).units, 20)
        XCTAssertEqual(world.next(0, -1).units, 0)
        world.gate.expect(change: Quantity(units: 5), of: InstrumentID(0), strategy: nil)
        XCTAssertEqual(world.next(0, -50).units, 5, "the rest of a sell was cancelled")
        world.snapshot.setOpen(.zero, of: 0)
        XCTAssertEqual(world.first(0, -60).units, 50, "a new snapshot forgets the rest")
    }

    /// What a resting order of the other side never brings cannot be taken away.
    func testARestingOrderOfTheOtherSideMakesNoRoom() {
        let changes: [(RiskLimitName, (inout GateWorld) -> Void, (inout RiskLimits) -> Void)] = [
            (.allowShort, { _ in }, { $0.allowShort = false }),
            (.maxDrawdown, { $0.snapshot.peakEquity = .units(200_000) }, { $0.maxDrawdown = .percent(20) }),
            (.maxDailyLoss, { $0.snapshot.dayEquity = .units(200_000) }, { $0.maxDailyLoss = .percent(20) }),
            (.maxPositionQuantity, { _ in }, { $0.position.maxQuantity = .zero }),
        ]
        for (name, prepare, limits) in changes {
            for side: Int64 in name == .allowShort ? [1] : [1, -1] {
                for isOpenBefore in [true, false] {
                    var world = GateWorld {
                        limits(&$0)
                        if !isOpenBefore { $0 = RiskLimits() }
                    }
                    prepare(&world)
                    world.snapshot.setOpen(Quantity(units: side * 100), of: 0)
                    let verdict = world.first(0, -side * 100)
                    XCTAssertEqual(verdict.units, isOpenBefore ? 0 : 100, "\(name)")
                    XCTAssertEqual(verdict.limit, isOpenBefore ? name : nil)
                }
                var world = GateWorld(limits)
                prepare(&world)
                world.snapshot.positions[0] = Quantity(units: side * 30)
                world.snapshot.setOpen(Quantity(units: side * 100), of: 0)
                XCTAssertEqual(world.first(0, -side * 20).units, 20, "\(name): of what is held")
                XCTAssertEqual(world.next(0, -side * 20).units, 10, "\(name): less what was approved")
                world.gate.expect(change: Quantity(units: side * 5), of: InstrumentID(0), strategy: nil, ended: 1)
                XCTAssertEqual(world.next(0, -side * 20).units, 5, "\(name): and what has ended")
            }
        }
    }

    func testOrdersThatEndMakeRoom() {
        var world = GateWorld { $0.maxOpenOrders = 1 }
        world.snapshot.openOrderCount = 1
        XCTAssertEqual(world.first(0, 1).units, 0)
        world.gate.expect(change: Quantity(units: -1), of: InstrumentID(0), strategy: nil, ended: 1)
        XCTAssertEqual(world.next(0, 1).units, 1)
    }

    /// Where the position is no whole number of lots, what crosses zero is cut to the lots that do not.
    func testCrossingZeroInLots() {
        let cases: [(held: Int64, asked: Int64, most: Int64, approved: Int64)] = [
            (15, -20, 0, 10), (15, -20, 4, 10), (15, -20, 5, 20), (20, -30, 0, 20), (15, -10, 0, 10), (-15, 40, 9, 20),
            (-15, 40, 25, 40), (-15, 40, 24, 30),
        ]
        for row in cases {
            var world = GateWorld(lot: Quantity(units: 10)) { $0.position.maxQuantity = Quantity(units: row.most) }
            world.snapshot.positions[0] = Quantity(units: row.held)
            let verdict = world.first(0, row.asked)
            XCTAssertEqual(verdict.units, row.approved, "\(row)")
            XCTAssertEqual(verdict.reason, row.approved == abs(row.asked) ? nil : .riskLimit)
        }
    }

    /// Whatever the limits, an exit closes what its entry was approved for, and nothing is expected of it.
    func testExitsOfBrackets() {
        let cases: [(asked: Int64, entry: Int64, approved: Int64, reason: StatusReason?)] = [
            (50, 50, 50, nil), (50, 60, 50, nil), (50, 49, 49, .riskLimit), (50, 0, 0, .parentRejected),
        ]
        for row in cases {
            var world = GateWorld(Self.refuseEverything)
            world.context.entryApproved = Quantity(units: row.entry)
            for type in [OrderType.limit(Price(e8: 900 * Price.scale)), .stop(Price(e8: Price.scale))] {
                let verdict = world.first(0, -row.asked, type)
                XCTAssertEqual(verdict.units, row.approved)
                XCTAssertEqual(verdict.reason, row.reason)
            }
            world.context.entryApproved = nil
            XCTAssertEqual(world.next(0, -1).units, 0)
            XCTAssertEqual(world.next(0, 1).units, 0, "no exit made the account short")
        }
    }

    /// The strategy's own position is nearer to zero by what enlarges the account's.
    func testAStrategyMayReduceWhatTheAccountEnlarges() {
        for (asked, approved) in [(80, 80), (100, 100), (101, 100)] as [(Int64, Int64)] {
            var world = GateWorld { $0.strategies["value"] = StrategyLimits(maxShare: .percent(2)) }
            world.context.strategy = 1
            world.snapshot.positions[0] = Quantity(units: 20)
            world.snapshot.holdings = [
                StrategyHolding(strategy: 0, instrument: InstrumentID(0), held: Quantity(units: 100)),
                StrategyHolding(strategy: 1, instrument: InstrumentID(0), held: Quantity(units: -80)),
            ]
            let verdict = world.first(0, asked)
            XCTAssertEqual(verdict.units, approved)
            XCTAssertEqual(verdict.limit, approved < asked ? .strategyShare : nil)
        }
    }
}
