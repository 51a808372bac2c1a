import TradingModel
import XCTest

@testable import RiskControl

/// Limits that let an order pass or do not: at their figure, just inside of it and just outside.
final class OrderLimitTests: XCTestCase {
    func testCountsPricesAndShorts() {
        for count in 0...3 {
            for (limit, change) in [
                (RiskLimitName.maxOrdersPerDay, { (limits: inout RiskLimits) in limits.maxOrdersPerDay = 2 }),
                (.maxOrdersPerMinute, { $0.maxOrdersPerMinute = 2 }),
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
        for open in 0...3 {
            var world = GateWorld { $0.maxOpenOrders = 2 }
            world.snapshot.openOrderCount = open
            world.gate.begin(world.snapshot)
            for _ in 0..<5 {
                let verdict = world.next(0, 5)
                XCTAssertEqual(verdict.units, open < 2 ? 5 : 0, "orders of one decision wait for their turn")
                XCTAssertEqual(verdict.limit, open < 2 ? nil : .maxOpenOrders)
                XCTAssertEqual(verdict.observed, open < 2 ? nil : Double(open + 1))
                XCTAssertEqual(verdict.allowed, open < 2 ? nil : 2)
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
}
