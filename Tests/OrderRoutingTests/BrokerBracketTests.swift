import OrderPlanning
import TradingModel
import XCTest

@testable import OrderRouting

/// Brackets at a broker: exits go with their entry, or after it when it is known to be there.
final class BrokerBracketTests: XCTestCase {
    private var engine = ExecutionEngine(
        instruments: [Instrument(ticker: "AAPL")], planning: PlanningRules(),
        router: ModeRouter(mode: .production, latency_ms: 0))
    private var output = EngineOutput()
    private let time = Timestamp(ms: 1_000)
    private let reason = BrokerReason(code: nil, text: "why")

    private func take(_ input: EngineInput) throws { try engine.handle(input, into: &output) }

    /// An entry and an order of its own, numbers 1 and 2, and the entry's exits, 3 and 4.
    override func setUpWithError() throws {
        let orders = (Int64(0)...3).map { row in
            let isExit = row == 1 || row == 2
            return OwnOrder(
                row: row, decision: DecisionID(0),
                terms: OrderTerms(
                    instrument: InstrumentID(0), side: isExit ? .sell : .buy, quantity: Quantity(units: 10),
                    type: .market, timeInForce: .goodTilCancelled),
                parentRow: isExit ? 0 : nil)
        }
        try take(.place(orders, at: DecisionTime(instant: time, isDate: false), lastCloses: [nil]))
    }

    /// The orders that a release sends.
    private func release() throws -> [Int64] {
        output.requests = []
        try take(.release(at: time))
        return sent
    }

    private var sent: [Int64] {
        output.requests.compactMap { if case .submit(let order) = $0 { order.number.value } else { nil } }
    }

    private func withdraw(_ numbers: Int64...) throws {
        for number in numbers { try take(.broker(.notSent(OrderNumber(number), reason, at: time))) }
    }

    private func states(_ numbers: Int64...) -> [OrderState?] { numbers.map { engine.order(OrderNumber($0))?.state } }

    func testABracketGoesAtOnce() throws {
        XCTAssertEqual(try release(), [1, 2, 3, 4])
    }

    func testExitsThatDidNotLeaveWaitUntilTheirEntryIsKnownToBeThere() throws {
        _ = try release()
        try withdraw(3, 4)
        XCTAssertEqual(try release(), [], "the entry is not answered")
        try take(.broker(.doubted(OrderNumber(1), reason, at: time)))
        XCTAssertEqual(try release(), [], "the entry is unknown")
        try take(.broker(.acknowledged(OrderNumber(1), venueOrderID: nil, at: time)))
        XCTAssertEqual(try release(), [3, 4])
    }

    func testAnEntryThatIsSentOnceMoreTakesItsExitsAlong() throws {
        _ = try release()
        try withdraw(3, 4)
        try take(.broker(.doubted(OrderNumber(1), reason, at: time)))
        XCTAssertNotNil(engine.resubmission(of: OrderNumber(1), at: time))
        output.requests = []
        try take(.releaseExits(of: OrderNumber(1), at: time))
        XCTAssertEqual(sent, [3, 4])
        XCTAssertEqual(states(3, 4), [.submitted, .submitted])
    }

    func testExitsOfAnEntryThatEndedUnfilledEndWithIt() throws {
        _ = try release()
        try withdraw(3, 4)
        try take(.broker(.rejected(OrderNumber(1), .brokerRejected, reason, at: time)))
        XCTAssertEqual(try release(), [])
        XCTAssertEqual(states(3, 4), [.cancelled(.parentRejected), .cancelled(.parentRejected)])
    }
}
