import SeededTesting
import TradingModel
import XCTest

@testable import RiskControl

/// Numbers at the ends of their types end no program, and what is approved stays within what was asked.
final class ExtremeValueTests: XCTestCase {
    private static let numbers: [Int64] = [0, 1, -1, 99, 100_000_000, -100_000_000, 1 << 40, 1 << 62, .max, -.max]

    func testNothingOverflows() {
        forEachSeed(3_000) { random in
            func number() -> Int64 { random.pick(Self.numbers) }
            func size() -> Int64 { abs(number()) }
            var limits = RiskLimits()
            limits.maxDrawdown = Share(e9: size())
            limits.maxGrossLeverage = Share(e9: size())
            limits.maxNetLeverage = Share(e9: size())
            limits.position = PositionLimits(
                maxQuantity: Quantity(e8: size()), maxNotional: Money(e6: size()), maxShare: Share(e9: size()))
            limits.maxOrderQuantity = Quantity(e8: size())
            limits.maxOrderNotional = Money(e6: size())
            limits.maxShareOfVolume = VolumeLimit(maxShare: Share(e9: size()), days: 2)
            limits.priceCollar = Share(e9: size())
            limits.allowShort = random.chance(80)
            limits.groups = [
                GroupLimit(
                    name: "g", tickers: ["A", "B"], maxShare: Share(e9: size()), maxNetShare: Share(e9: size()))
            ]
            limits.kelly = KellyLimit(fraction: Share(e9: size()), source: .confidence(payoffRatio: 1e300))
            limits.strategies["trend"] = StrategyLimits(maxShare: Share(e9: size()), maxNotional: Money(e6: size()))
            limits.capital = CapitalMap(
                shares: ["trend": Share(e9: size())], maxShare: Share(e9: size()), floor: Share(e9: size()))
            limits.buyingPower = BuyingPowerLimit(maxShare: Share(e9: size()), includesProceeds: random.chance(50))
            limits.bands = PriceBands(stop: Share(e9: size()), target: Share(e9: size()))
            if random.chance(50) { limits = RiskLimits() }
            limits.maxValueAtRisk = random.chance(50) ? Share(e9: size()) : nil
            limits.returns = ReturnWindow(days: 4, minimum: 2)
            limits.failsOpen = random.chance(50)
            var world = GateWorld(lot: Quantity(e8: random.pick([1, 3, 100_000_000]))) { $0 = limits }
            world.observe([0: [1, 9e10, 1e-8, 4], 1: [5, 4, 3, 9]], volume: Quantity(e8: size()))
            for instrument in GateWorld.tickers.indices {
                world.snapshot.positions[instrument] = Quantity(e8: number())
                world.snapshot.buys[instrument] = Quantity(e8: max(number(), 0))
                world.snapshot.sells[instrument] = Quantity(e8: max(number(), 0))
                world.snapshot.marks[instrument] = random.chance(80) ? Price(e8: number()) : nil
                world.snapshot.holdings.append(
                    StrategyHolding(
                        strategy: Int32(random.number(0...1)), instrument: InstrumentID(instrument),
                        held: Quantity(e8: number()), open: Quantity(e8: number())))
            }
            world.snapshot.equity = Money(e6: number())
            world.snapshot.peakEquity = Money(e6: number())
            world.snapshot.buyingPower = Money(e6: number())
            world.context.strategy = random.pick([nil, 0, 1])
            world.context.confidence = random.pick([nil, 0, 0.5, 1, .nan])
            world.gate.begin(world.snapshot)
            for _ in 0..<6 {
                let price = random.chance(50) ? Price(e8: number()) : nil
                let quantity = Quantity(e8: number())
                let order = PlannedOrder(
                    decision: DecisionID(0), leg: 0, action: .increase,
                    terms: OrderTerms(
                        instrument: InstrumentID(random.number(0...3)), side: random.pick([.buy, .sell]),
                        quantity: quantity, type: random.pick([.market, .limit(Price(e8: number()))]),
                        timeInForce: .day), phase: 1, referencePrice: price)
                let verdict = world.gate.review(order, context: world.context)
                XCTAssertTrue(verdict.approved == .zero || (.zero...quantity).contains(verdict.approved))
                XCTAssertFalse(verdict.sentence(ticker: "A", requested: quantity).isEmpty)
            }
        }
    }
}
