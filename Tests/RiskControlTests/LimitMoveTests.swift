import TradingModel
import XCTest

@testable import RiskControl

/// Another limit for an order that works is judged by what depends on a price, at each limit, one step inside and one outside.
final class LimitMoveTests: XCTestCase {
    private func price(_ dollars: Double) -> Price { Price(e8: Int64((dollars * 1e8).rounded())) }

    /// A buy or sell of so many at a limit of `from`, all of it open, that is to go to `to`.
    private func verdict(
        _ units: Int64, from: Double, to: Double, rest: Int64? = nil, held: Int64 = 0, quote: Double? = 100,
        _ limits: (inout RiskLimits) -> Void, change: (inout GateWorld) -> Void = { _ in }
    ) -> RiskVerdict {
        var world = GateWorld(limits)
        let rest = rest ?? abs(units)
        world.snapshot.positions[0] = Quantity(units: held)
        if units < 0 {
            world.snapshot.sells[0] = Quantity(units: rest)
        } else {
            world.snapshot.buys[0] = Quantity(units: rest)
        }
        change(&world)
        world.gate.begin(world.snapshot)
        let order = world.order(0, units, .limit(price(to)), reference: quote.map(price) ?? price(100))
        let move = LimitMove(order: order, from: price(from), rest: Quantity(units: rest), isPriceNew: quote != nil)
        return world.gate.review(move, context: world.context)
    }

    func testEachLimit() {
        typealias Row = (
            limit: RiskLimitName, limits: (inout RiskLimits) -> Void, units: Int64, inside: Double, outside: Double
        )
        let rows: [Row] = [
            (.priceCollar, { $0.priceCollar = .percent(5) }, 10, 105, 105.01),
            (.priceCollar, { $0.priceCollar = .percent(5) }, -10, 95, 94.99),
            (.maxOrderNotional, { $0.maxOrderNotional = .units(1_010) }, 10, 101, 101.01),
            (.maxPositionNotional, { $0.position.maxNotional = .units(1_010) }, 10, 101, 101.01),
            (.maxPositionShare, { $0.position.maxShare = .percent(1.01) }, 10, 101, 101.01),
        ]
        for (limit, limits, units, inside, outside) in rows {
            let from: Double = units > 0 ? 90 : 110
            let passes = verdict(units, from: from, to: inside, limits)
            XCTAssertNil(passes.reason, "\(limit.rawValue) \(inside)")
            XCTAssertEqual(passes.approved, Quantity(units: 10))
            let refused = verdict(units, from: from, to: outside, limits)
            XCTAssertEqual(refused.limit, limit, "\(limit.rawValue) \(outside)")
            XCTAssertEqual(refused.reason, .riskLimit)
            XCTAssertEqual(refused.approved, .zero)
        }
    }

    /// A buy that rests makes no reduction of a sell, for it may never fill.
    func testAnOrderOfTheOtherSideMakesNoRoom() {
        for (held, limit) in [(Int64(0), RiskLimitName.priceCollar), (9, .priceCollar), (10, nil)] {
            let found = verdict(-10, from: 110, to: 90, held: held, { $0.priceCollar = .percent(5) }) {
                $0.snapshot.buys[0] = Quantity(units: 100)
            }
            XCTAssertEqual(found.limit, limit, "\(held)")
        }
    }

    /// A collar is measured from the quote that the limit is made of, where there is one.
    func testTheReferenceIsTheQuote() {
        XCTAssertNil(verdict(10, from: 90, to: 125, quote: 120, { $0.priceCollar = .percent(5) }).reason)
        XCTAssertEqual(verdict(10, from: 90, to: 125, quote: nil, { $0.priceCollar = .percent(5) }).limit, .priceCollar)
    }

    /// The whole order counts for its notional, and for its position what is left of it beside what is held.
    func testWhatHasFilled() {
        XCTAssertEqual(
            verdict(10, from: 90, to: 101, rest: 2, held: 8, { $0.maxOrderNotional = .units(1_009) }).limit,
            .maxOrderNotional)
        XCTAssertNil(
            verdict(10, from: 90, to: 101, rest: 2, held: 8, { $0.position.maxNotional = .units(1_010) }).reason)
        XCTAssertEqual(
            verdict(10, from: 90, to: 102, rest: 2, held: 8, { $0.position.maxNotional = .units(1_010) }).limit,
            .maxPositionNotional)
    }

    /// What reduces passes, and so does a limit that goes away from the market; nothing else of the order counts again.
    func testWhatPasses() {
        func strict(_ limits: inout RiskLimits) {
            limits.priceCollar = .percent(0)
            limits.maxOrderNotional = .units(1)
            limits.position.maxNotional = .units(1)
            limits.maxOrdersPerDay = 0
            limits.maxOpenOrders = 0
            limits.maxOrderQuantity = Quantity(units: 1)
        }
        XCTAssertNil(verdict(-10, from: 120, to: 90, held: 10, strict).reason, "it closes what is held")
        XCTAssertNil(verdict(10, from: 120, to: 110, strict).reason, "a buy goes down")
        XCTAssertNil(verdict(-10, from: 80, to: 90, strict).reason, "a sell goes up")
        XCTAssertEqual(verdict(-11, from: 120, to: 90, held: 10, strict).limit, .priceCollar, "it crosses zero")
        XCTAssertNil(
            verdict(
                10, from: 90, to: 99,
                {
                    $0.maxOrdersPerDay = 0; $0.maxOpenOrders = 0; $0.maxOrderQuantity = Quantity(units: 1)
                }
            )
            .reason)
    }

    func testMissingData() {
        let lacking: (inout GateWorld) -> Void = { $0.snapshot.equity = nil }
        let refused = verdict(10, from: 90, to: 99, { $0.position.maxShare = .percent(50) }, change: lacking)
        XCTAssertEqual(refused.reason, .riskDataUnavailable)
        let passes = verdict(
            10, from: 90, to: 99,
            {
                $0.position.maxShare = .percent(50); $0.failsOpen = true
            }, change: lacking)
        XCTAssertNil(passes.reason)
        XCTAssertEqual(passes.passedOpen.names, [.maxPositionShare])
        let old: (inout GateWorld) -> Void = { $0.snapshot.markTimes[0] = GateWorld.start.adding(ms: -2_000) }
        XCTAssertEqual(
            verdict(10, from: 90, to: 99, quote: nil, { $0.priceMaxAge_ms = 1_500 }, change: old).limit, .priceMaxAge)
        XCTAssertNil(
            verdict(10, from: 90, to: 99, { $0.priceMaxAge_ms = 1_500 }, change: old).reason, "the quote is of now")
    }

    func testSentence() {
        let refused = verdict(10, from: 90, to: 106, { $0.priceCollar = .percent(5) })
        XCTAssertEqual(
            refused.sentence(ofMoveTo: price(106), ticker: "A"),
            "A: its limit stays and does not go to 106: price_collar allows 5 %, and the limit price is 6 % beyond the reference price"
        )
    }
}
