import OrderPlanning
import OrderRouting
import RebalanceWorld
import Rebalancing
import TradingModel
import XCTest

/// Orders and targets mean at a broker what they mean in a simulation.
final class TermsTests: XCTestCase {
    private func own(
        _ side: Side, _ units: Int64, _ type: OrderType, cancelAt: Timestamp? = nil
    ) -> OwnOrder {
        OwnOrder(
            row: 0, decision: DecisionID(0),
            terms: OrderTerms(
                instrument: InstrumentID(0), side: side, quantity: Quantity(units: units), type: type,
                timeInForce: .goodTilCancelled),
            cancelAt: cancelAt.map { DecisionTime(instant: $0, isDate: false) })
    }

    private func run(_ order: OwnOrder, on desk: inout RebalanceDesk) throws -> ProcessEnd {
        var command = desk.command(["AAA": 0])
        command.batches = []
        command.ownOrders = [order]
        return try desk.world.run(command)
    }

    func testAnOwnOrderIsCancelledAtItsTime() throws {
        var desk = RebalanceDesk()
        let cancelAt = desk.world.time.adding(ms: 20_000)
        let order = own(.buy, 10, .limit(Price(e8: 100_000_000)), cancelAt: cancelAt)
        XCTAssertEqual(try run(order, on: &desk), .finished(.completed(shortfalls: 1, breaks: [])))
        let record = try XCTUnwrap(try desk.world.journal.facts().orders.first)
        XCTAssertEqual(record.status, "CANCELLED")
        XCTAssertEqual(record.reason, "cancel_requested")
        XCTAssertGreaterThanOrEqual(desk.world.time, cancelAt)
        XCTAssertLessThan(desk.world.time, cancelAt.adding(ms: 5_000), "long before the timeout")
        try desk.checkSettled()
    }

    func testAnOwnOrderWhoseTimeIsOverIsNotSent() throws {
        var desk = RebalanceDesk()
        let order = own(.buy, 10, .limit(Price(e8: 100_000_000)), cancelAt: desk.world.time.adding(ms: -1))
        XCTAssertEqual(try run(order, on: &desk), .finished(.completed(shortfalls: 1, breaks: [])))
        XCTAssertEqual(try desk.world.journal.facts().orders.map(\.reason), ["cancel_requested"])
        XCTAssertEqual(desk.world.gateway.orderRecords, [])
    }

    func testAnIntentIsCancelledForItsExpiry() throws {
        var desk = RebalanceDesk()
        var order = own(.buy, 10, .limit(Price(e8: 100_000_000)), cancelAt: desk.world.time.adding(ms: 20_000))
        order.isIntent = true
        XCTAssertEqual(try run(order, on: &desk), .finished(.completed(shortfalls: 1, breaks: [])))
        let record = try XCTUnwrap(try desk.world.journal.facts().orders.first)
        XCTAssertEqual(record.status, "CANCELLED")
        XCTAssertEqual(record.reason, "intent_expired")
        XCTAssertEqual(desk.world.gateway.orderRecords.count, 1)
        try desk.checkSettled()
    }

    func testAnIntentWhoseTimeIsOverMakesNoOrder() throws {
        var desk = RebalanceDesk()
        var order = own(.buy, 10, .market, cancelAt: desk.world.time.adding(ms: -1))
        order.isIntent = true
        XCTAssertEqual(try run(order, on: &desk), .finished(.completed(shortfalls: 0, breaks: [])))
        XCTAssertEqual(try desk.world.journal.facts().orders.count, 0)
        XCTAssertEqual(desk.world.gateway.orderRecords, [])
    }

    /// At the limit where there is one, else at the quote that is planned with; a quote is asked for in both cases.
    func testANotionalBuysWhatItPaysForAtTheQuote() throws {
        var desk = RebalanceDesk()
        var order = own(.buy, 0, .market)
        order.notional = Money(e6: 50_000_000_000)
        XCTAssertEqual(try run(order, on: &desk), .finished(.completed(shortfalls: 0, breaks: [])))
        let record = try XCTUnwrap(try desk.world.journal.facts().orders.first)
        let price = try XCTUnwrap(try desk.world.journal.facts().trades.first).price
        let quantity = try XCTUnwrap(desk.positions()["AAA"])
        XCTAssertEqual(record.status, "FILLED")
        // The fill is at the next price, not far from that of the plan.
        XCTAssertEqual(Double(quantity) * Double(price.e8) / 1e8, 50_000, accuracy: 2_500)
        try desk.checkSettled()
    }

    /// A broker refuses a price between two steps.
    func testLimitsAreRoundedToTheStepsOfTheBrokersPrices() throws {
        var desk = RebalanceDesk()
        let order = own(.buy, 10, .limit(Price(e8: 99_999_999_999)))
        XCTAssertEqual(try run(order, on: &desk), .finished(.completed(shortfalls: 0, breaks: [])))
        XCTAssertEqual(try desk.positions(), ["AAA": 10])
        try desk.checkSettled()
    }

    /// A reference price sizes its target; the account is worth what the market says.
    func testWeightsAreSharesOfWhatTheMarketSays() throws {
        var desk = RebalanceDesk()
        _ = try desk.rebalance(["AAA": 2_000])
        let price = try XCTUnwrap(try desk.world.journal.facts().trades.first).price
        let reference = Price(e8: price.e8 * 10)
        var command = desk.command(["AAA": 0])
        let request = TargetRequest(
            row: 0, instrument: InstrumentID(0), size: .weight(e12: 500_000_000_000), referencePrice: reference,
            type: .market, timeInForce: .day)
        command.batches = [TargetBatch(decision: DecisionID(0), targets: [request])]
        _ = try desk.world.run(command)
        let target = try XCTUnwrap(try desk.world.journal.facts().targets.last)
        let equity = try Money(reference * target.computed, rounding: .nearest).e6 * 2
        XCTAssertEqual(Double(equity), 1e12, accuracy: 0.02e12)
    }
}
