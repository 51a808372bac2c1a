import RiskControl
import TradingModel
import XCTest

final class RiskGateTests: XCTestCase {
    private func order(
        _ quantity: Quantity, _ type: OrderType = .market, reference: Price? = Price(e8: 50 * Price.scale)
    ) -> PlannedOrder {
        PlannedOrder(
            decision: DecisionID(0), leg: 1, action: .openLong,
            terms: OrderTerms(
                instrument: InstrumentID(0), side: .buy, quantity: quantity, type: type, timeInForce: .day),
            phase: 2, referencePrice: reference)
    }

    private func approved(_ order: PlannedOrder, _ instrument: Instrument = Instrument(ticker: "A")) -> PlannedOrder? {
        let verdict = review(order, instrument)
        XCTAssertEqual(verdict.order == nil, verdict.approved == .zero)
        return verdict.order?.order
    }

    private func review(_ order: PlannedOrder, _ instrument: Instrument) -> RiskVerdict {
        var gate = RiskGate(limits: nil, instruments: [instrument])
        let verdict = gate.review(order, context: RiskContext(time: Timestamp(ms: 0), date: CalendarDate(days: 0)))
        XCTAssertEqual(gate.confirm(order, instrument: instrument), verdict.order)
        return verdict
    }

    func testApprovesWhatItIsShown() {
        let planned = order(Quantity(units: 10))
        XCTAssertEqual(approved(planned), planned)
    }

    func testQuantitiesGoTowardZeroToTheLot() {
        let instrument = Instrument(ticker: "A", lotSize: Quantity(units: 10))
        let cases: [(quantity: Int64, approved: Int64?)] = [
            (10, 10), (19, 10), (25, 20), (9, nil), (0, nil), (-10, nil),
        ]
        for (quantity, expected) in cases {
            let planned = order(Quantity(units: quantity))
            XCTAssertEqual(approved(planned, instrument)?.terms.quantity, expected.map { Quantity(units: $0) })
            if expected == nil {
                XCTAssertEqual(review(planned, instrument), RiskVerdict(denied: .belowLot))
            }
        }
        XCTAssertEqual(review(order(Quantity(e8: .min)), instrument), RiskVerdict(denied: .belowLot))
    }

    /// Half the range of money, 2⁶² at 10⁻⁶, is the most an order may be worth at the highest price known for it.
    func testOrdersWorthMoreThanHalfTheRangeOfMoneyAreDenied() {
        let quantity = Quantity(units: 1_000_000)
        let most = Price(e8: Int64.max / 2 / 1_000_000 * 100)
        let more = Price(e8: most.e8 + 100)
        let little = Price(e8: 1)
        let allowed: [(OrderType, Price?)] = [
            (.market, most), (.market, nil), (.limit(most), little), (.stop(most), nil),
            (.stopLimit(stop: most, limit: little), most),
            (.trailingStop(.amount(more), initialStop: nil), nil),
        ]
        let denied: [(OrderType, Price?)] = [
            (.market, more), (.limit(more), little), (.limit(little), more), (.limit(more), nil), (.stop(more), little),
            (.stopLimit(stop: little, limit: more), little), (.stopLimit(stop: more, limit: little), little),
            (.trailingStop(.amount(little), initialStop: more), little),
            (.trailingStopLimit(.amount(little), initialStop: more, limitOffset: little), nil),
            (.market, Price(e8: .max)),
        ]
        for (type, reference) in allowed {
            XCTAssertNotNil(approved(order(quantity, type, reference: reference)), "\(type)")
        }
        for (type, reference) in denied {
            XCTAssertEqual(
                review(order(quantity, type, reference: reference), Instrument(ticker: "A")),
                RiskVerdict(denied: .notionalOverflow), "\(type)")
        }
        XCTAssertEqual(
            review(order(Quantity(e8: .max), reference: Price(e8: .max)), Instrument(ticker: "A")),
            RiskVerdict(denied: .notionalOverflow))
    }

    func testLimitsGoToTheTickAwayFromAggression() {
        let instrument = Instrument(ticker: "A", tickSize: Price(e8: 1_000_000))
        let cases: [(Side, OrderType, OrderType)] = [
            (.buy, .limit(Price(e8: 950_700_000)), .limit(Price(e8: 950_000_000))),
            (.sell, .limit(Price(e8: 950_700_000)), .limit(Price(e8: 951_000_000))),
            (
                .buy, .stopLimit(stop: Price(e8: 900_000_000), limit: Price(e8: 950_700_000)),
                .stopLimit(stop: Price(e8: 900_000_000), limit: Price(e8: 950_000_000))
            ),
            (.buy, .market, .market), (.buy, .stop(Price(e8: 950_700_000)), .stop(Price(e8: 950_700_000))),
        ]
        for (side, type, rounded) in cases {
            let order = PlannedOrder(
                decision: DecisionID(0), leg: 0, action: .openLong,
                terms: OrderTerms(
                    instrument: InstrumentID(0), side: side, quantity: Quantity(units: 1), type: type, timeInForce: .day
                ),
                phase: 1, referencePrice: nil)
            XCTAssertEqual(approved(order, instrument)?.terms.type, rounded)
        }
    }
}
