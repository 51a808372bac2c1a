import SeededTesting
import TradingModel
import XCTest

@testable import RiskControl

final class CapitalTests: XCTestCase {
    private func shares(_ map: CapitalMap, _ strategies: [String]) -> [Double] {
        CapitalAllocator(map, strategies: strategies).shares.map { Double($0.share.e9) / 1e7 }
    }

    func testMaximumAndFloor() {
        let map: [String: Share] = ["a": .percent(50), "b": .percent(30), "c": .percent(20)]
        let names = ["a", "b", "c"]
        let cases: [(CapitalMap, [String], [Double])] = [
            (CapitalMap(shares: map), names, [50, 30, 20]),
            (CapitalMap(shares: map), ["c", "x", "a"], [20, 0, 50]),
            (CapitalMap(shares: map, maxShare: .percent(40)), names, [40, 30, 20]),
            (CapitalMap(shares: map, maxShare: .percent(40), floor: .percent(25)), names, [40, 30, 25]),
            // 50 + 30 + 25 = 105: the 5 too much come from a and b, which are 25 and 5 above the floor.
            (CapitalMap(shares: map, floor: .percent(25)), names, [50 - 25.0 / 6, 30 - 5.0 / 6, 25]),
            (
                CapitalMap(shares: map, floor: .percent(10)), names + ["x"],
                [50 - 40.0 / 7, 30 - 20.0 / 7, 20 - 10.0 / 7, 10]
            ),
            // What the map gives to strategies of other runs is theirs.
            (CapitalMap(shares: map, floor: .percent(10)), ["x", "a"], [10, 50 - 40.0 / 7]),
            // A map beyond the whole is meant so.
            (CapitalMap(shares: ["a": .percent(150), "b": .percent(50)]), ["a", "b"], [150, 50]),
        ]
        for (map, names, expected) in cases {
            let found = shares(map, names)
            for (one, other) in zip(found, expected) { XCTAssertEqual(one, other, accuracy: 1e-6, "\(map)") }
        }
    }

    func testAllocations() {
        let allocator = CapitalAllocator(
            CapitalMap(shares: ["a": .percent(50), "b": .percent(30)], maxShare: .percent(40)), strategies: ["a", "b"])
        let equity = Money.units(100_000)
        let price = Price(e8: 30 * Price.scale)
        let cases: [(strategy: Int, wanted: Int64, inUse: Int64, units: Int64, limit: RiskLimitName?)] = [
            (0, 3_000, 0, 100, nil), (0, 3_029, 0, 100, nil), (0, 40_000, 10_000, 1_000, .capitalMaxShare),
            (1, 30_000, 0, 1_000, nil), (1, 30_001, 0, 1_000, .capitalMap), (1, 1_000, 29_990, 0, .capitalMap),
            (1, 1_000, 40_000, 0, .capitalMap),
        ]
        for row in cases {
            let allocation = allocator.allocate(
                .units(row.wanted), to: row.strategy, equity: equity, inUse: .units(row.inUse), price: price,
                lot: Quantity(units: 1))
            XCTAssertEqual(allocation.quantity, Quantity(units: row.units), "\(row)")
            XCTAssertEqual(allocation.notional, .units(row.units * 30))
            XCTAssertEqual(allocation.limit, row.limit)
            XCTAssertEqual(allocation.allotted, .units(row.strategy == 0 ? 40_000 : 30_000))
        }
        XCTAssertEqual(allocator.allotted(0, equity: .units(-5)), .zero)
    }

    func testNettingKeepsWhoseItIs() throws {
        // Wanted; net; filled; what each has got.
        let cases: [([Int64], Int64, Int64, [Int64])] = [
            ([100], 100, 40, [40]), ([100, -40], 60, 0, [40, -40]), ([100, -40], 60, 60, [100, -40]),
            ([100, -40], 60, 30, [70, -40]), ([-30, 10, -30], -50, 25, [-18, 10, -17]), ([5, -5], 0, 0, [5, -5]),
            ([10, 20, 30], 60, 30, [5, 10, 15]), ([1, 1, 1], 3, 2, [1, 1, 0]), ([0, 0], 0, 0, [0, 0]),
            ([0, 7], 7, 3, [0, 3]), ([], 0, 0, []),
        ]
        for (wanted, net, filled, expected) in cases {
            let netting = try StrategyNetting(wanted.map(Quantity.init(units:)))
            XCTAssertEqual(netting.net, Quantity(units: net))
            XCTAssertEqual(
                netting.attribution(ofFilled: Quantity(units: filled), lot: Quantity(units: 1)),
                expected.map(Quantity.init(units:)), "\(wanted) of \(filled)")
        }
        XCTAssertThrowsError(try StrategyNetting([Quantity(e8: .max), Quantity(e8: 1)]))
    }

    func testAttributionsAddUp() throws {
        try forEachSeed(500) { random in
            let wanted = (0..<random.number(1...6)).map { _ in Quantity(e8: Int64(random.number(-1_000...1_000))) }
            let netting = try StrategyNetting(wanted)
            let filled = Quantity(e8: Int64(random.number(0...Int(netting.net.magnitude.e8))))
            let got = netting.attribution(ofFilled: filled, lot: Quantity(e8: Int64(random.pick([1, 10, 100]))))
            let sum = got.reduce(.zero, +)
            XCTAssertEqual(sum, netting.net < .zero ? -filled : filled)
            for (one, other) in zip(got, wanted) {
                XCTAssertLessThanOrEqual(one.magnitude, other.magnitude)
                XCTAssertTrue(one == .zero || (one < .zero) == (other < .zero))
            }
        }
    }
}
