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
