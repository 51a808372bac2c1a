import OrderPlanning
import OrderRouting
import TradingModel
import XCTest

/// Orders that users bring, and brackets.
final class OwnOrderTests: XCTestCase {
    private func order(
        _ row: Int64, _ side: Side, _ units: Int64 = 100, _ type: OrderType = .market, instrument: Int = 0,
        parent: Int64? = nil,
        group: Int32? = nil, cancelAt: DecisionTime? = nil
    ) -> OwnOrder {
        OwnOrder(
            row: row, decision: DecisionID(Int(row)),
            terms: OrderTerms(
                instrument: InstrumentID(instrument), side: side, quantity: Quantity(units: units), type: type,
                timeInForce: .goodTilCancelled),
            cancelAt: cancelAt, parentRow: parent, ocaGroup: group, isGroupOfBracketOnly: parent != nil)
    }

    private func place(_ orders: [OwnOrder], _ desk: inout Desk, isDate: Bool = false) throws {
        try desk.take(.place(orders, at: DecisionTime(instant: desk.time, isDate: isDate), lastCloses: desk.closes))
    }

    func testAnOrderGoesAsItIsAndIsNotCheckedForCash() throws {
        var desk = try Desk(latency_ms: 100)
        let cancelAt = desk.time.adding(ms: 5_000)
        try place(
            [order(7, .sell, 5, .limit(Price(e8: 77)), cancelAt: DecisionTime(instant: cancelAt, isDate: false))], &desk
        )
        let sent = try XCTUnwrap(desk.venue.submitted.first)
        XCTAssertEqual(sent.row, 7)
        XCTAssertEqual(sent.phase, 1)
        XCTAssertEqual(sent.cashRule, .unchecked)
        XCTAssertEqual(sent.terms.type, .limit(Price(e8: 77)))
        // Rule 13: `cancel_at` gets latency.
        XCTAssertEqual(sent.cancelAt, cancelAt.adding(ms: 100))
        XCTAssertEqual(desk.orders[OrderNumber(1)]?.inputRow, 7)
        XCTAssertEqual(desk.orders[OrderNumber(1)]?.decision, DecisionID(7))
        XCTAssertEqual(desk.orders[OrderNumber(1)]?.action, .openShort)
        XCTAssertEqual(desk.orders[OrderNumber(1)]?.arrivalPrice, desk.closes[0])
        try desk.checkBooks()
    }

    func testADateToCancelAtGetsNoLatency() throws {
        var desk = try Desk(latency_ms: 100)
        let midnight = DecisionTime(instant: desk.time.adding(ms: 86_400_000), isDate: true)
        try place([order(1, .buy, cancelAt: midnight)], &desk)
        XCTAssertEqual(desk.venue.submitted.first?.cancelAt, midnight.instant)
    }

    func testOrdersDoNotCancelEachOther() throws {
        var desk = try Desk()
        try place([order(1, .buy), order(2, .sell)], &desk)
        try place([order(3, .buy)], &desk)
        XCTAssertEqual(desk.venue.cancelled, [])
        XCTAssertEqual(desk.venue.open.count, 3)
        XCTAssertEqual(desk.engine.statistics.decisions, 3)
    }

    func testQuantitiesGoTowardZeroToTheLotWithAReason() throws {
        var desk = try Desk(instruments: [Instrument(ticker: "A", lotSize: Quantity(units: 10))])
        try place([order(1, .buy, 25), order(2, .buy, 9), order(3, .buy, 30)], &desk)
        XCTAssertEqual(desk.sent, ["1 BUY 20", "3 BUY 30"])
        XCTAssertEqual(desk.status(2), "DENIED below_lot")
        XCTAssertEqual(desk.journal.riskDecisions.map(\.reason), [.belowLot, .belowLot, nil])
        XCTAssertEqual(desk.journal.riskDecisions.map(\.requested), [25, 9, 30].map { Quantity(units: $0) })
        XCTAssertEqual(desk.journal.riskDecisions.map(\.approved), [20, 0, 30].map { Quantity(units: $0) })
        XCTAssertEqual(
            desk.journal.events.filter { $0.kind == .created }.map(\.quantity), [20, 9, 30].map { Quantity(units: $0) })
        try desk.checkBooks()
    }

    // MARK: - Brackets

    func testABracketWhoseEntryStandsAfterItsExits() throws {
        var desk = try Desk()
        let price = Price(e8: 90 * Price.scale)
        try place(
            [
                order(1, .sell, 100, .stop(price), parent: 3, group: 0),
                order(2, .sell, 100, .limit(price), parent: 3, group: 0),
                order(3, .buy),
            ], &desk)
        let sent = desk.venue.submitted
        XCTAssertEqual(sent.map(\.row), [3, 1, 2], "the entry goes first")
        XCTAssertEqual(sent.map(\.parent), [nil, OrderNumber(1), OrderNumber(1)])
        XCTAssertEqual(sent.map(\.ocaGroup), [nil, 0, 0])
        XCTAssertEqual(sent.map(\.isGroupOfBracketOnly), [false, true, true])
        XCTAssertEqual([1, 2, 3].map { desk.orders[OrderNumber($0)]?.action }, [.openLong, .close, .close])
        XCTAssertEqual([1, 2, 3].map { desk.orders[OrderNumber($0)]?.inputRow }, [3, 1, 2])
        XCTAssertEqual([1, 2, 3].map { desk.orders[OrderNumber($0)]?.parent }, [nil, OrderNumber(1), OrderNumber(1)])
        try desk.checkBooks()
    }

    func testAnExitReducedByItsGroupFillsAsAWhole() throws {
        var desk = try Desk()
        let price = Price(e8: 90 * Price.scale)
        let orders = [
            order(1, .buy), order(2, .sell, 100, .stop(price), parent: 1, group: 0),
            order(3, .sell, 100, .limit(price), parent: 1, group: 0),
        ]
        try place(orders, &desk)
        try desk.fill(1, 100)
        try desk.fill(2, 40)
        var terms = try XCTUnwrap(desk.orders[OrderNumber(3)]).terms
        terms.quantity = Quantity(units: 60)
        desk.venue.resize(OrderNumber(3), to: terms)
        try desk.take(.venue(.resized(OrderNumber(3), terms: terms, filled: .zero, cause: .oca, at: desk.time)))
        XCTAssertEqual(desk.journal.events.last?.kind, .resized(.oca))
        XCTAssertEqual(desk.journal.events.last?.quantity, Quantity(units: 60))
        try desk.fill(3, 60)
        XCTAssertEqual(desk.status(3), "FILLED")
        desk.venue.forget(OrderNumber(2))
        try desk.take(.venue(.cancelled(OrderNumber(2), reason: .oca, limitedBy: nil, at: desk.time)))
        XCTAssertEqual(desk.status(2), "CANCELLED oca")
        XCTAssertEqual(desk.held(0), .zero)
        XCTAssertEqual(desk.engine.statistics.partlyFilledOrders, 1)
        try desk.checkBooks()
    }

    func testAnExitWithoutItsEntryIsAnError() throws {
        var desk = try Desk()
        try place([order(1, .buy)], &desk)
        XCTAssertThrowsError(try place([order(2, .sell, parent: 1, group: 0)], &desk)) {
            XCTAssertEqual($0 as? MissingParent, MissingParent(row: 2, parentRow: 1))
        }
        XCTAssertEqual(desk.sent, ["1 BUY 100"])
    }

    func testExitsOfADeniedEntryAreDenied() throws {
        var desk = try Desk()
        desk.closes[0] = Price(e8: .max)
        let exit = Price(e8: 1)
        try place([order(1, .buy, 1_000_000_000), order(2, .sell, 1, .stop(exit), parent: 1, group: 0)], &desk)
        XCTAssertEqual(desk.sent, [])
        XCTAssertEqual(desk.status(1), "DENIED notional_overflow")
        XCTAssertEqual(desk.status(2), "DENIED parent_rejected")
        XCTAssertEqual(desk.journal.riskDecisions.map(\.reason), [.notionalOverflow, .parentRejected])
        try desk.checkBooks()
    }
}
