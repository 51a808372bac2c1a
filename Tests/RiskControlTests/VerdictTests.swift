import TradingModel
import XCTest

@testable import RiskControl

final class VerdictTests: XCTestCase {
    func testTheSmallestLimitIsNamed() {
        var world = GateWorld {
            $0.maxGrossLeverage = .percent(50)
            $0.position.maxShare = .percent(20)
            $0.maxOrderQuantity = Quantity(units: 300)
        }
        let verdict = world.first(0, 400)
        XCTAssertEqual(verdict.units, 200)
        XCTAssertEqual(verdict.limit, .maxPositionShare)
        XCTAssertEqual(verdict.observed ?? 0, 0.4, accuracy: 1e-12, "of the requested quantity")
    }

    func testSentences() {
        let ten = Quantity(units: 10)
        let cases: [((inout RiskLimits) -> Void, (inout GateWorld) -> Void, String)] = [
            ({ _ in }, { _ in }, "A: all of 10 approved"),
            (
                { $0.position.maxShare = .percent(0.45) }, { _ in },
                "A: 4 of 10 approved: max_position_share allows 0.45 %, and all of it makes 1 %"
            ),
            (
                { $0.maxOrderNotional = .units(50) }, { _ in },
                "A: 10 refused: max_order_notional allows 50, and all of it makes 1000"
            ),
            (
                { $0.groups = [GroupLimit(name: "tech", tickers: ["A"], maxShare: .percent(0.5))] }, { _ in },
                "A: 5 of 10 approved: groups.max_share of tech allows 0.5 %, and all of it makes 1 %"
            ),
            (
                { $0.maxDrawdown = .percent(10) }, { $0.snapshot.peakEquity = .units(125_000) },
                "A: 10 refused: max_drawdown of 10 % is reached with 20 %, so only reductions pass"
            ),
            (
                { $0.maxGrossLeverage = .percent(10) }, { $0.snapshot.equity = nil },
                "A: 10 refused: max_gross_leverage needs what is not known: a price of the ticker and of everything held"
            ),
            (
                {
                    $0.maxGrossLeverage = .percent(10); $0.failsOpen = true
                }, { $0.snapshot.equity = nil },
                "A: all of 10 approved; max_gross_leverage let it pass without its data"
            ),
            (
                {
                    $0.maxGrossLeverage = .percent(10); $0.maxDrawdown = .percent(10); $0.failsOpen = true
                    $0.maxOrderQuantity = Quantity(units: 4)
                }, { $0.snapshot.equity = nil },
                "A: 4 of 10 approved: max_order_quantity allows 4, and all of it makes 10; max_drawdown let it pass without its data; max_gross_leverage let it pass without its data"
            ),
            (
                { $0.priceMaxAge_ms = 1_500 }, { $0.snapshot.markTimes[0] = GateWorld.start.adding(ms: -2_000) },
                "A: 10 refused: price_max_age is 1.5 s, and the last price is 2 s old"
            ),
            (
                { $0.priceMaxAge_ms = 86_400_000 },
                { $0.snapshot.markTimes[0] = GateWorld.start.adding(ms: -176_460_500) },
                "A: 10 refused: price_max_age is 24h, and the last price is 49h1m old"
            ),
            (
                { $0.maxOrdersPerDay = 0 }, { _ in },
                "A: 10 refused: max_orders_per_day allows 0, and it would be order 1 of the day"
            ),
            (
                { $0.maxOrdersPerMinute = 0 }, { _ in },
                "A: 10 refused: max_orders_per_minute allows 0, and it would be order 1 within 60 seconds"
            ),
            (
                { $0.maxOpenOrders = 3 }, { $0.snapshot.openOrderCount = 3 },
                "A: 10 refused: max_open_orders allows 3, and it would be open order 4; cancel older ones, wait until they have "
                    + "ended, or allow more"
            ),
            (
                { $0.maxShareOfVolume = VolumeLimit(maxShare: .percent(1), days: 20) }, { _ in },
                "A: 10 refused: max_share_of_volume needs what is not known: the ticker's volume on earlier days"
            ),
            (
                { $0.maxValueAtRisk = .percent(1) }, { _ in },
                "A: 10 refused: var needs what is not known: minimum_returns daily returns, and a price, of the ticker and "
                    + "of everything held"
            ),
        ]
        for (limits, change, sentence) in cases {
            var world = GateWorld(limits)
            change(&world)
            let verdict = world.first(0, 10)
            XCTAssertEqual(
                verdict.sentence(
                    ticker: "A", requested: ten, groups: world.gate.limits?.groups.map(\.name) ?? []), sentence)
        }
        XCTAssertEqual(
            RiskVerdict(denied: .parentRejected).sentence(ticker: "A", requested: ten), "A: 10 refused: parent_rejected"
        )
    }

    func testBands() {
        let limit = OrderType.limit(Price(e8: 200 * Price.scale))
        let cases: [(Int64, OrderType, Share?, Share?, Int64?, Int64?)] = [
            (10, .market, .percent(5), .percent(10), 95, 110), (-10, .market, .percent(5), .percent(10), 105, 90),
            (10, limit, .percent(5), nil, 190, nil), (-10, .market, nil, .percent(100), nil, nil),
            (10, .market, nil, nil, nil, nil),
        ]
        for (units, type, stop, target, stopPrice, targetPrice) in cases {
            var world = GateWorld { $0.bands = PriceBands(stop: stop, target: target) }
            let verdict = world.first(0, units, type)
            XCTAssertEqual(verdict.stop, stopPrice.map { Price(e8: $0 * Price.scale) })
            XCTAssertEqual(verdict.target, targetPrice.map { Price(e8: $0 * Price.scale) })
        }
        var world = GateWorld { $0.bands = PriceBands(stop: .percent(5), target: .percent(5)) }
        world.snapshot.positions[0] = Quantity(units: 10)
        XCTAssertNil(world.first(0, -5).stop, "a reduction needs none")
        XCTAssertEqual(world.first(0, -15).stop, Price(e8: 105 * Price.scale), "what crosses zero opens the other side")
        world.snapshot.positions[0] = .zero
        world.gate.setTick(Price(e8: 30 * Price.scale), of: InstrumentID(0))
        XCTAssertEqual(world.first(0, 5).target, Price(e8: 120 * Price.scale), "to the nearest tick")
    }

    func testOrdersAreCountedByDateAndMinute() {
        var world = GateWorld {
            $0.maxOrdersPerDay = 4
            $0.maxOrdersPerMinute = 2
        }
        world.gate.begin(world.snapshot)
        let minute: [(Int64, Int64)] = [
            (0, 1), (1_000, 1), (59_999, 0), (60_000, 1), (60_999, 0), (61_000, 1), (200_000, 0),
        ]
        for (ms, approved) in minute {
            world.context.time = GateWorld.start.adding(ms: ms)
            XCTAssertEqual(world.next(0, 1).units, approved, "\(ms)")
        }
        world.context.date = GateWorld.date.adding(days: 1)
        XCTAssertEqual(world.next(0, 1).units, 1, "another date")

        var restarted = GateWorld {
            $0.maxOrdersPerDay = 4
            $0.maxOrdersPerMinute = 3
        }
        restarted.gate.restore(ordersOn: GateWorld.date, count: 2, times: [GateWorld.start])
        XCTAssertEqual(restarted.first(0, 1).units, 1)
        XCTAssertEqual(restarted.next(0, 1).units, 1)
        XCTAssertEqual(restarted.next(0, 1).limit, .maxOrdersPerDay)
    }

    /// Instruments that became known later have limits by their tickers.
    func testAnInstrumentIsAdded() {
        var world = GateWorld {
            $0.symbols["E"] = SymbolLimits(position: PositionLimits(maxQuantity: Quantity(units: 3)))
            $0.maxCorrelation = 1
            $0.failsOpen = true
            $0.strategies["trend"] = StrategyLimits(maxShare: .percent(1))
            $0.kelly = KellyLimit(fraction: .percent(100), source: .record(minimumTrades: 1, untilThen: .percent(100)))
        }
        world.gate.addInstrument(Instrument(ticker: "E", lotSize: Quantity(units: 1)))
        let one = world.snapshot
        world.snapshot = RiskSnapshot(instruments: 5)
        world.snapshot.marks = Array(repeating: one.marks[0], count: 5)
        world.snapshot.equity = one.equity
        world.context.strategy = 0
        XCTAssertEqual(world.first(4, 5).units, 3)
        XCTAssertEqual(world.next(0, 20).units, 7, "the strategy has one percent")
    }
}
