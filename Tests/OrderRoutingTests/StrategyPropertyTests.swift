import OrderPlanning
import OrderRouting
import RiskControl
import SeededTesting
import TradingModel
import XCTest

/// Random targets of three strategies on a venue that fills, ends and splits as it likes.
///
/// `EXECUTION_TEST_SEED` repeats one of them.
final class StrategyPropertyTests: XCTestCase {
    private struct World {
        var world: StrategyDesk
        var generator: SeededGenerator
        var round = 0

        init(_ generator: SeededGenerator, openOrders: PlanningRules.OpenOrders) throws {
            self.generator = generator
            let rules = PlanningRules(
                openOrders: openOrders, missingTargets: Bool.random(using: &self.generator) ? .hold : .close)
            var limits: RiskLimits?
            if Bool.random(using: &self.generator) {
                var some = RiskLimits()
                some.capital = CapitalMap(
                    shares: ["a": Share(e9: 20_000_000), "b": Share(e9: 10_000_000)], floor: Share(e9: 5_000_000))
                limits = some
            }
            world = try StrategyDesk(
                rules, limits: limits,
                instruments: ["A", "B"].enumerated().map { index, ticker in
                    Instrument(ticker: ticker, lotSize: Quantity(units: index == 1 ? 10 : 1))
                })
        }

        mutating func step() throws {
            world.desk.time = world.desk.time.adding(ms: Int64.random(in: 1...5_000, using: &generator))
            switch Int.random(in: 0..<10, using: &generator) {
            case 0, 1: try decide()
            case 2, 3: try world.desk.confirmCancels()
            case 4: try end()
            case 5: try split()
            default: try fill()
            }
        }

        private mutating func decide() throws {
            var targets: [(strategy: Int, instrument: Int, size: TargetSize)] = []
            for strategy in 0..<3 where Int.random(in: 0..<3, using: &generator) > 0 {
                for instrument in 0..<2 where Bool.random(using: &generator) {
                    let size: TargetSize =
                        Bool.random(using: &generator)
                        ? .quantity(Quantity(units: Int64.random(in: -300...300, using: &generator)))
                        : .weight(e12: Int64.random(in: -1_000...1_000, using: &generator) * 1_000_000_000)
                    targets.append((strategy, instrument, size))
                }
            }
            guard !targets.isEmpty else { return }
            let before = world.desk.venue.submitted.count
            try world.decide(targets, round: round)
            round += 1
            try checkOrders(since: before)
        }

        /// At most one order a ticker and time, but for a CLOSE with its OPEN.
        private func checkOrders(since first: Int) throws {
            let sent = world.desk.venue.submitted.dropFirst(first)
            for orders in Dictionary(grouping: sent, by: \.terms.instrument).values {
                XCTAssertLessThanOrEqual(orders.count, 2)
                XCTAssertEqual(Set(orders.map(\.terms.side)).count, 1)
                guard orders.count == 2 else { continue }
                let actions = try orders.map { try XCTUnwrap(world.desk.orders[$0.number]).action }
                XCTAssertEqual(actions.first, .close)
            }
        }

        private mutating func fill() throws {
            guard let number = world.desk.venue.open.randomElement(using: &generator) else { return }
            let remaining = try XCTUnwrap(world.desk.venue.held[number]).remaining.e8 / Quantity.scale
            let isWhole = Bool.random(using: &generator)
            try world.desk.fill(
                number.value, isWhole ? remaining : Int64.random(in: 1...remaining, using: &generator),
                at: Int64.random(in: 90...110, using: &generator),
                commission: Int64.random(in: 0...2, using: &generator))
        }

        private mutating func end() throws {
            guard let number = world.desk.venue.open.randomElement(using: &generator) else { return }
            world.desk.venue.forget(number)
            try world.desk.take(
                .venue(
                    Bool.random(using: &generator)
                        ? .expired(number, reason: .dayEnded, limitedBy: .price, at: world.desk.time)
                        : .cancelled(number, reason: .superseded, limitedBy: nil, at: world.desk.time)))
        }

        private mutating func split() throws {
            let instrument = Int.random(in: 0..<2, using: &generator)
            let held = world.desk.held(instrument)
            guard held.magnitude < Quantity(units: 100_000) else { return }
            let ratioE9 = [500_000_000, 1_500_000_000, 2_000_000_000].randomElement(using: &generator) ?? 1
            let lot = world.desk.instruments[instrument].lotSize
            let exact = Quantity(e8: held.e8 / 1_000_000_000 * Int64(ratioE9))
            try world.desk.split(
                instrument, to: exact.roundedTowardZero(toLot: lot).e8 / Quantity.scale, ratioE9: Int64(ratioE9))
        }
    }

    /// After every input: each strategy has what it traded, exchanged and got of splits; every part of a trade is on its side, and
    /// all of them are the trade; and, as nobody else trades, all of them together are the position.
    func testTheBooksOfStrategiesAreTheAccounts() throws {
        for openOrders in PlanningRules.OpenOrders.allCases {
            try forEachSeed(60) { generator in
                var random = try World(generator, openOrders: openOrders)
                for _ in 0..<80 {
                    try random.step()
                    for instrument in 0..<2 {
                        XCTAssertTrue(
                            random.world.holdings(instrument).hasSuffix("| 0"), random.world.holdings(instrument))
                    }
                }
                try random.world.desk.take(.endOfData)
                try random.world.check()
                for rows in Dictionary(grouping: random.world.desk.journal.strategies.targets, by: \.time).values {
                    XCTAssertEqual(rows.reduce(.zero) { $0 + $1.crossed }, .zero)
                }
            }
        }
    }

    /// When the venue does all it was asked to, every strategy holds what it asked for last.
    func testEveryStrategyReachesItsLastTarget() throws {
        for openOrders in PlanningRules.OpenOrders.allCases {
            try forEachSeed(60) { generator in
                var random = try World(generator, openOrders: openOrders)
                for _ in 0..<40 { try random.step() }
                random.world.desk.time = random.world.desk.time.adding(ms: 1)
                let last = (0..<3).map { strategy in
                    (strategy, 0, TargetSize.quantity(Quantity(units: Int64(strategy * 7 - 8))))
                }
                random.world.desk.closes = random.world.desk.closes.map { _ in Price(e8: 100 * Price.scale) }
                try random.world.decide(last, round: 99)
                while !random.world.desk.venue.open.isEmpty {
                    try random.world.desk.confirmCancels()
                    for number in random.world.desk.venue.open {
                        guard let order = random.world.desk.venue.held[number] else { continue }
                        try random.world.desk.fill(number.value, order.remaining.e8 / Quantity.scale)
                    }
                }
                let granted = random.world.desk.journal.strategies.targets.filter {
                    $0.time == random.world.desk.time && $0.instrument == InstrumentID(0)
                }
                for row in granted where row.isNamed {
                    let held = random.world.desk.engine.held(byStrategy: random.world.name(row.owner), row.instrument)
                    XCTAssertEqual(held, row.granted.roundedTowardZero(toLot: Quantity(units: 1)), "\(row)")
                }
                XCTAssertEqual(granted.filter(\.isNamed).count, 3)
            }
        }
    }
}
