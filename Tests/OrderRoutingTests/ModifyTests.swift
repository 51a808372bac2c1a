import OrderPlanning
import RiskControl
import TradingModel
import XCTest

@testable import OrderRouting

/// Another limit for an order that works: one order of one quantity, whatever happens meanwhile (failure catalogue, 13).
final class ModifyTests: XCTestCase {
    private var desk: Desk!

    override func setUpWithError() throws {
        desk = try Desk(instruments: [Instrument(ticker: "A", tickSize: Price(e8: 5_000_000))])
        try desk.decide(0, [(0, 10)], type: limit("95"))
    }

    private func price(_ text: String) -> Price { Price(e8: Int64((Double(text)! * 1e8).rounded())) }
    private func limit(_ text: String) -> OrderType { .limit(price(text)) }
    private func modify(_ limit: String) throws {
        try desk.take(.modify(OrderNumber(1), limit: price(limit), at: desk.time))
    }
    private func answer(_ events: [VenueEvent]) throws { for event in events { try desk.take(.venue(event)) } }

    private var kinds: [String] { desk.journal.events.map(\.kind.code) }
    private var type: OrderType? { desk.orders[OrderNumber(1)]?.terms.type }

    func testItIsOnRecordBeforeTheVenueHearsOfIt() throws {
        var output = EngineOutput()
        var engine = desk.engine
        try engine.handle(.modify(OrderNumber(1), limit: price("97"), at: desk.time), into: &output)
        XCTAssertEqual(output.journal.events.map(\.kind), [.modifyRequested(limit: price("97"))])
        XCTAssertEqual(output.requests, [.modify(OrderNumber(1), limit("97"), effective: desk.time)])
    }

    func testAccepted() throws {
        try modify("97")
        XCTAssertEqual(type, limit("95"), "as long as the venue has not said so")
        try answer(desk.venue.confirmChanges(desk.time))
        XCTAssertEqual(type, limit("97"))
        XCTAssertEqual(kinds, ["CREATED", "SUBMITTED", "ACCEPTED", "MODIFY_REQUESTED", "MODIFIED"])
        XCTAssertEqual(desk.sent, ["1 BUY 10"], "one order")
        try desk.fill(1, 10)
        XCTAssertEqual(desk.held(0), Quantity(units: 10))
        try desk.checkBooks()
    }

    func testRefused() throws {
        try modify("97")
        try answer(desk.venue.refuseChanges(desk.time))
        XCTAssertEqual(type, limit("95"))
        XCTAssertEqual(kinds.last, "MODIFY_REFUSED")
        XCTAssertEqual(desk.status(1), "WORKING")
        try modify("96")
        XCTAssertEqual(kinds.last, "MODIFY_REQUESTED", "it may be asked for again")
    }

    /// A fill that comes while the change is on its way: what is left is what was left.
    func testAFillThatRacesNeverDoublesTheExposure() throws {
        for isFirst in [true, false] {
            try setUpWithError()
            try desk.fill(1, 4)
            try modify("97")
            if isFirst { try desk.fill(1, 3) }
            try answer(desk.venue.confirmChanges(desk.time))
            if !isFirst { try desk.fill(1, 3) }
            XCTAssertEqual(desk.orders[OrderNumber(1)]?.terms.quantity, Quantity(units: 10))
            try desk.fill(1, 3)
            XCTAssertEqual(desk.status(1), "FILLED")
            XCTAssertEqual(desk.held(0), Quantity(units: 10))
            XCTAssertEqual(desk.sent, ["1 BUY 10"])
            try desk.checkBooks()
        }
    }

    func testTheLastFillComesFirst() throws {
        try modify("97")
        try desk.fill(1, 10)
        XCTAssertEqual(desk.status(1), "FILLED")
        try answer(desk.venue.confirmChanges(desk.time))
        XCTAssertEqual(type, limit("95"), "the venue had nothing to change")
        try desk.checkBooks()
    }

    func testACancelIsAskedForAlsoWhileAChangeIsOnItsWay() throws {
        try modify("97")
        try desk.take(.cancel(OrderNumber(1), .stopped, at: desk.time))
        XCTAssertEqual(desk.venue.cancelled, [OrderNumber(1)])
        try answer(desk.venue.confirmChanges(desk.time))
        try desk.confirmCancels()
        XCTAssertEqual(desk.status(1), "CANCELLED stopped")
        try desk.checkBooks()
    }

    // MARK: - Limits

    private func limitedDesk(_ change: (inout RiskLimits) -> Void) throws {
        var limits = RiskLimits()
        change(&limits)
        let decisions = [Decision(decisionID: "D", decidedAt: Timestamp(ms: 0))]
        desk = try Desk(
            instruments: [Instrument(ticker: "A")],
            risk: RiskSetup(limits: limits, decisions: decisions, localTime: .utc))
        try desk.decide(0, [(0, 10)], type: limit("95"))
    }

    /// What the gate refuses stays where it is, and is on record as what stayed, not as what is missing.
    func testALimitOfTheGateKeepsAnOrderWhereItIs() throws {
        try limitedDesk { $0.maxOrderNotional = Money(e6: 1_000 * Money.scale) }
        try desk.take(.modify(OrderNumber(1), limit: price("101"), reference: price("100"), at: desk.time))
        XCTAssertEqual(desk.venue.changes.count, 0)
        XCTAssertEqual(type, limit("95"))
        XCTAssertEqual(kinds, ["CREATED", "SUBMITTED", "ACCEPTED"])
        let record = try XCTUnwrap(desk.journal.riskDecisions.last)
        XCTAssertEqual(desk.journal.riskDecisions.count, 2)
        XCTAssertEqual(record.order, OrderNumber(1))
        XCTAssertEqual(record.limit, "max_order_notional")
        XCTAssertEqual([record.requested, record.approved], [Quantity(units: 10), Quantity(units: 10)])
        XCTAssertNil(record.reason)
        XCTAssertEqual(
            record.explanation,
            "A: its limit stays and does not go to 101: max_order_notional allows 1000, and all of it makes 1010")
        try desk.take(.modify(OrderNumber(1), limit: price("100"), reference: price("100"), at: desk.time))
        try answer(desk.venue.confirmChanges(desk.time))
        XCTAssertEqual(type, limit("100"))
        try desk.fill(1, 10)
        XCTAssertEqual(desk.status(1), "FILLED")
    }

    /// A later review counts the order once, as before the move.
    func testAMoveIsNotCountedTwice() throws {
        try limitedDesk { $0.position.maxQuantity = Quantity(units: 20) }
        try desk.take(.modify(OrderNumber(1), limit: price("99"), reference: price("100"), at: desk.time))
        try answer(desk.venue.confirmChanges(desk.time))
        XCTAssertEqual(type, limit("99"))
        try desk.decide(0, [(0, 30)])
        try desk.confirmCancels()
        XCTAssertEqual(desk.journal.riskDecisions.last?.approved, Quantity(units: 20))
    }

    /// One rule a line: what is done before, and whether the change is asked for.
    func testWhatIsNotAskedFor() throws {
        let rules: [(String, (inout Desk) throws -> Void, String, Bool)] = [
            ("another price", { _ in }, "96", true),
            ("the same price", { _ in }, "95", false),
            ("the same price on the tick", { _ in }, "95.04", false),
            (
                "a change is on its way",
                { try $0.take(.modify(OrderNumber(1), limit: Price(e8: 9_700_000_000), at: $0.time)) }, "96", false
            ),
            ("a cancel is on its way", { try $0.take(.cancel(OrderNumber(1), .stopped, at: $0.time)) }, "96", false),
            ("it has filled", { try $0.fill(1, 10) }, "96", false),
        ]
        for (rule, prepare, wanted, isAsked) in rules {
            try setUpWithError()
            try prepare(&desk)
            let before = desk.venue.changes.count
            try modify(wanted)
            XCTAssertEqual(desk.venue.changes.count - before, isAsked ? 1 : 0, rule)
        }
    }

    func testAnOrderWithoutALimitHasNothingToChange() throws {
        try desk.decide(1, [(0, 20)], type: .market)
        try desk.confirmCancels()
        try desk.take(.modify(OrderNumber(2), limit: price("97"), at: desk.time))
        XCTAssertEqual(desk.venue.changes.count, 0)
    }

    /// A buy down, a sell up: the tick never gives away more than was wanted.
    func testTheLimitIsRoundedAwayFromAggression() throws {
        try modify("97.07")
        XCTAssertEqual(desk.venue.changes.map(\.type), [limit("97.05")])
        try answer(desk.venue.confirmChanges(desk.time))
        try desk.fill(1, 10)
        try desk.decide(1, [(0, 0)], type: limit("120"))
        try desk.take(.modify(OrderNumber(2), limit: price("97.07"), at: desk.time))
        XCTAssertEqual(desk.venue.changes.map(\.type), [limit("97.1")])
    }
}
