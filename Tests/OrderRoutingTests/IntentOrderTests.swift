import OrderPlanning
import OrderRouting
import TradingModel
import XCTest

/// Orders that are made of intents.
final class IntentOrderTests: XCTestCase {
    private func intent(
        _ row: Int64, _ side: Side = .buy, _ type: OrderType = .market, notional: Int64? = nil,
        expiresAt: Timestamp? = nil
    ) -> OwnOrder {
        OwnOrder(
            row: row, decision: DecisionID(0),
            terms: OrderTerms(
                instrument: InstrumentID(0), side: side, quantity: notional == nil ? Quantity(units: 10) : .zero,
                type: type, timeInForce: .goodTilCancelled),
            cancelAt: expiresAt.map { DecisionTime(instant: $0, isDate: false) },
            notional: notional.map { Money(e6: $0 * 1_000_000) }, isIntent: true)
    }

    private func place(_ orders: [OwnOrder], _ desk: inout Desk) throws {
        try desk.take(.place(orders, at: DecisionTime(instant: desk.time, isDate: false), lastCloses: desk.closes))
    }

    /// At the limit, else the stop, else the last close; toward zero to the lot.
    func testANotionalBuysWhatItPaysFor() throws {
        let close = try XCTUnwrap(try Desk().closes[0])
        let low = Price(e8: 3 * Price.scale)
        let cases: [(OrderType, Price, Int64)] = [
            (.market, close, 1_000), (.limit(low), low, 1_000), (.stop(low), low, 1_000),
            (.stopLimit(stop: low, limit: Price(e8: 4 * Price.scale)), Price(e8: 4 * Price.scale), 1_000),
        ]
        for side in [Side.buy, .sell] {
            for (type, price, notional) in cases {
                var desk = try Desk()
                try place([intent(0, side, type, notional: notional)], &desk)
                let sent = try XCTUnwrap(desk.venue.submitted.first, "\(type)")
                XCTAssertEqual(sent.terms.quantity, Quantity(units: notional * Price.scale / price.e8), "\(type)")
                XCTAssertLessThanOrEqual(price * sent.terms.quantity, ExactValue(Money(e6: notional * 1_000_000)))
                XCTAssertGreaterThan(
                    price * (sent.terms.quantity + Quantity(units: 1)), ExactValue(Money(e6: notional * 1_000_000)))
                XCTAssertEqual(desk.orders[OrderNumber(1)]?.arrivalPrice, close)
                try desk.checkBooks()
            }
        }
    }

    func testANotionalBelowALotIsDenied() throws {
        var desk = try Desk()
        try place([intent(0, .buy, .limit(Price(e8: 50 * Price.scale)), notional: 49)], &desk)
        XCTAssertEqual(desk.venue.submitted, [])
        XCTAssertEqual(desk.orders[OrderNumber(1)]?.state, .denied(.belowLot))
    }

    func testANotionalWithoutAPriceIsRefused() throws {
        var desk = try Desk()
        desk.closes[0] = nil
        XCTAssertThrowsError(try place([intent(0, notional: 1_000)], &desk)) {
            XCTAssertTrue($0 is MissingPrice, "\($0)")
        }
    }

    /// `expires_at` is the first moment at which it is over.
    func testAnIntentThatHasExpiredMakesNoOrder() throws {
        var desk = try Desk()
        try place(
            [
                intent(0, expiresAt: desk.time), intent(1, expiresAt: desk.time.adding(ms: 1)), intent(2),
                intent(3, expiresAt: desk.time.adding(ms: -1)),
            ], &desk)
        XCTAssertEqual(desk.engine.expiredIntents, [0, 3])
        XCTAssertEqual(desk.venue.submitted.map(\.row), [1, 2])
    }

    func testItIsCancelledForItsExpiry() throws {
        var desk = try Desk(latency_ms: 100)
        let end = desk.time.adding(ms: 60_000)
        try place([intent(0, expiresAt: end)], &desk)
        XCTAssertEqual(desk.venue.submitted.first?.cancelAt, end.adding(ms: 100))
        XCTAssertEqual(desk.venue.submitted.first?.cancelReason, .intentExpired)
        var own = intent(1, expiresAt: end)
        own.isIntent = false
        try place([own], &desk)
        XCTAssertEqual(desk.venue.submitted.last?.cancelReason, .cancelRequested)
    }
}
