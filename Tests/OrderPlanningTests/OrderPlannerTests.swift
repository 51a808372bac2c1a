import OrderPlanning
import TradingModel
import SeededTesting
import XCTest

final class OrderPlannerTests: XCTestCase {
    private static let price = Price(e8: 50 * Price.scale)

    private func target(
        _ quantity: Quantity, price: Price? = OrderPlannerTests.price, type: OrderType = .market
    ) -> OrderPlanner.Target {
        OrderPlanner.Target(
            decision: DecisionID(3), instrument: InstrumentID(7), computed: quantity, referencePrice: price, type: type,
            timeInForce: .day)
    }

    /// `CLOSE SELL 10 · OPEN_SHORT SELL 5 · below_lot`.
    private func text(_ plan: OrderPlanner.Plan) -> String {
        var parts = [plan.first, plan.second].compactMap { $0 }.map {
            "\($0.action.code) \($0.terms.side.code) \($0.terms.quantity)"
        }
        if let reason = plan.residualReason { parts.append(reason.rawValue) }
        return parts.joined(separator: " · ")
    }

    private func quantity(_ text: String) throws -> Quantity { Quantity(e8: try DecimalText.parse(text, scale: 8)) }

    private func check(
        _ rows: [(target: String, held: String, open: String, plan: String)], _ instrument: Instrument,
        line: UInt = #line
    ) throws {
        for row in rows {
            let plan = try OrderPlanner(isTwoPhase: true).plan(
                target(try quantity(row.target)), held: try quantity(row.held), open: try quantity(row.open),
                instrument: instrument)
            XCTAssertEqual(text(plan), row.plan, "target \(row.target), held \(row.held), open \(row.open)", line: line)
        }
    }

    // MARK: - Size of a target

    func testSizesBecomeQuantities() throws {
        let million = Money(e6: 1_000_000_000_000)
        let cases: [(size: TargetSize, equity: Money, price: Price?, quantity: String?)] = [
            (.quantity(Quantity(units: 5)), .zero, nil, "5"),
            (.quantity(Quantity(e8: -1)), .zero, nil, "-0.00000001"),
            (.notional(Money(e6: 1_000_000_000)), .zero, Self.price, "20"),
            (.notional(Money(e6: -1_000_000_000)), .zero, Self.price, "-20"),
            (.notional(Money(e6: 100_000_000)), .zero, Price(e8: 3 * Price.scale), "33.33333333"),
            (.notional(Money(e6: -100_000_000)), .zero, Price(e8: 3 * Price.scale), "-33.33333333"),
            (.notional(Money(e6: 1)), .zero, nil, nil),
            (.notional(Money(e6: 1)), .zero, Price(e8: 0), nil),
            (.weight(e12: 500_000_000_000), million, Self.price, "10000"),
            (.weight(e12: -250_000_000_000), million, Self.price, "-5000"),
            (.weight(e12: 1_500_000_000_000), million, Self.price, "30000"),
            (.weight(e12: 0), million, Self.price, "0"),
            (.weight(e12: 333_333_333_333), million, Price(e8: 7 * Price.scale), "47619.04761900"),
            (.weight(e12: 1), Money(e6: 1), Price(e8: 1), "0"),
            (.weight(e12: 500_000_000_000), Money(e6: -1_000_000_000_000), Self.price, "-10000"),
            (.weight(e12: 1), million, nil, nil),
            (.weight(e12: 1), million, Price(e8: -5), nil),
        ]
        for (size, equity, price, expected) in cases {
            XCTAssertEqual(
                try OrderPlanner.quantity(for: size, equity: equity, price: price), try expected.map(quantity),
                "\(size) at \(price as Any)")
        }
    }

    func testASizeThatDoesNotFitIsAnError() {
        let cases: [(size: TargetSize, equity: Money)] = [
            (.notional(Money(e6: .max)), .zero), (.notional(Money(e6: .min)), .zero),
            (.weight(e12: .max), Money(e6: .max)),
            (.weight(e12: .min), Money(e6: .min)), (.weight(e12: 1_000_000_000_000), Money(e6: .max)),
        ]
        for (size, equity) in cases {
            XCTAssertThrowsError(try OrderPlanner.quantity(for: size, equity: equity, price: Price(e8: 1)), "\(size)") {
                XCTAssertEqual($0 as? ArithmeticOverflow, ArithmeticOverflow("a target quantity"))
            }
        }
    }

    // MARK: - Deltas

    func testTargetsInWholeLots() throws {
        try check(
            [
                ("0", "0", "0", ""), ("10", "10", "0", ""), ("-10", "-10", "0", ""),
                ("10", "0", "0", "OPEN_LONG BUY 10"), ("-10", "0", "0", "OPEN_SHORT SELL 10"),
                ("15", "10", "0", "INCREASE BUY 5"), ("5", "10", "0", "REDUCE SELL 5"),
                ("0", "10", "0", "CLOSE SELL 10"),
                ("-15", "-10", "0", "INCREASE SELL 5"), ("-5", "-10", "0", "REDUCE BUY 5"),
                ("0", "-10", "0", "CLOSE BUY 10"),
                ("-5", "10", "0", "CLOSE SELL 10 · OPEN_SHORT SELL 5"),
                ("5", "-10", "0", "CLOSE BUY 10 · OPEN_LONG BUY 5"),
                ("10.7", "0", "0", "OPEN_LONG BUY 10 · below_lot"),
                ("-10.7", "0", "0", "OPEN_SHORT SELL 10 · below_lot"),
                ("0.99", "0", "0", "below_lot"), ("-0.99", "0", "0", "below_lot"), ("10.2", "10", "0", "below_lot"),
                ("-0.5", "10", "0", "CLOSE SELL 10 · below_lot"),
                // A held fraction of a lot cannot be traded away.
                ("0", "10.5", "0", "REDUCE SELL 10 · below_lot"), ("10", "10.5", "0", "below_lot"),
                ("0", "0.5", "0", "below_lot"),
                ("-10", "10.5", "0", "CLOSE SELL 10 · OPEN_SHORT SELL 10 · below_lot"),
                ("10", "-10.5", "0", "CLOSE BUY 10 · OPEN_LONG BUY 10 · below_lot"),
                ("-10", "0.5", "0", "OPEN_SHORT SELL 10 · below_lot"),
                ("20.5", "10.5", "0", "INCREASE BUY 10"), ("10.2", "12", "0", "REDUCE SELL 1 · below_lot"),
            ], Instrument(ticker: "A"))
    }

    func testLotsOfAHundred() throws {
        try check(
            [
                ("250", "0", "0", "OPEN_LONG BUY 200 · below_lot"), ("99", "0", "0", "below_lot"),
                ("0", "250", "0", "REDUCE SELL 200 · below_lot"),
                ("-250", "250", "0", "CLOSE SELL 200 · OPEN_SHORT SELL 300"),
                ("200", "250", "0", "below_lot"), ("-200", "200", "0", "CLOSE SELL 200 · OPEN_SHORT SELL 200"),
            ], Instrument(ticker: "A", lotSize: Quantity(units: 100)))
    }

    func testFractions() throws {
        try check(
            [
                ("0.12345678", "0", "0", "OPEN_LONG BUY 0.12345678"), ("0.1", "0.3", "0", "REDUCE SELL 0.2"),
                ("-0.1", "0.3", "0", "CLOSE SELL 0.3 · OPEN_SHORT SELL 0.1"),
            ], Instrument(ticker: "A", lotSize: Quantity(e8: 1)))
        try check(
            [
                ("0.129", "0", "0", "OPEN_LONG BUY 0.12 · below_lot"),
                ("-0.129", "0.05", "0", "CLOSE SELL 0.05 · OPEN_SHORT SELL 0.12 · below_lot"),
            ],
            Instrument(ticker: "A", lotSize: Quantity(e8: 1_000_000)))
    }

    /// `open_orders: "keep"`: what is still working counts as if it were filled (failure-catalogue 14 and 23).
    func testOpenOrdersCountAsFilled() throws {
        try check(
            [
                ("100", "0", "100", ""), ("100", "0", "60", "OPEN_LONG BUY 40"), ("100", "40", "60", ""),
                ("0", "100", "-100", ""), ("0", "100", "-40", "REDUCE SELL 60"),
                ("50", "100", "-100", "INCREASE BUY 50"),
                ("-50", "100", "-100", "REDUCE SELL 50"), ("-50", "100", "-60", "REDUCE SELL 90"),
                // Against a buy that still works, a sell opens a short until the buy fills.
                ("-50", "0", "100", "OPEN_SHORT SELL 150"), ("0", "0", "100", "OPEN_SHORT SELL 100"),
                ("20", "100", "50", "CLOSE SELL 100 · OPEN_SHORT SELL 30"),
            ], Instrument(ticker: "A"))
    }

    func testMinimumNotional() throws {
        // 1,000 at a price of 50: 20 shares are just enough.
        try check(
            [
                ("19", "0", "0", "below_minimum_notional"), ("20", "0", "0", "OPEN_LONG BUY 20"),
                ("-19", "0", "0", "below_minimum_notional"), ("19", "38", "0", "below_minimum_notional"),
                ("0", "19", "0", "below_minimum_notional"), ("19", "19", "0", ""),
                ("19.5", "0", "0", "below_minimum_notional"),
                ("-5", "20", "0", "CLOSE SELL 20 · below_minimum_notional"),
                ("-20", "5", "0", "OPEN_SHORT SELL 20 · below_minimum_notional"),
                ("-5", "5", "0", "below_minimum_notional"),
            ], Instrument(ticker: "A", minimumNotional: Money(e6: 1_000_000_000)))
    }

    func testMinimumNotionalTakesTheLimitPriceFirst() throws {
        let instrument = Instrument(ticker: "A", minimumNotional: Money(e6: 1_000_000_000))
        let planner = OrderPlanner(isTwoPhase: true)
        let cheap = target(Quantity(units: 20), type: .limit(Price(e8: 49 * Price.scale)))
        XCTAssertEqual(
            try planner.plan(cheap, held: .zero, open: .zero, instrument: instrument).residualReason,
            .belowMinimumNotional)
        let unknown = target(Quantity(units: 1), price: nil)
        XCTAssertEqual(
            text(try planner.plan(unknown, held: .zero, open: .zero, instrument: instrument)), "OPEN_LONG BUY 1")
        // 999.9999999 is less than 1,000: the comparison does not round.
        let almost = target(Quantity(units: 10), price: Price(e8: 9_999_999_999))
        XCTAssertEqual(
            try planner.plan(almost, held: .zero, open: .zero, instrument: instrument).residualReason,
            .belowMinimumNotional)
    }

    func testAMinimumNotionalDoesNotMakeAHugeOrderAnError() throws {
        let instrument = Instrument(ticker: "A", minimumNotional: Money(e6: 1))
        let huge = target(Quantity(units: 1_000_000_000), price: Price(e8: .max))
        XCTAssertEqual(
            text(try OrderPlanner(isTwoPhase: true).plan(huge, held: .zero, open: .zero, instrument: instrument)),
            "OPEN_LONG BUY 1000000000")
    }

    func testPhases() throws {
        let cases: [(target: Int64, held: Int64, phases: [UInt8])] = [
            (10, 0, [2]), (-10, 0, [1]), (5, 10, [1]), (-5, -10, [2]), (-5, 10, [1, 1]), (5, -10, [2, 2]),
        ]
        for (wanted, held, phases) in cases {
            for isTwoPhase in [true, false] {
                let plan = try OrderPlanner(isTwoPhase: isTwoPhase).plan(
                    target(Quantity(units: wanted)), held: Quantity(units: held), open: .zero,
                    instrument: Instrument(ticker: "A"))
                XCTAssertEqual(
                    [plan.first, plan.second].compactMap { $0?.phase }, isTwoPhase ? phases : phases.map { _ in 1 })
            }
        }
    }

    func testAnOrderCarriesItsTarget() throws {
        var wanted = target(Quantity(units: -5), type: .limit(Price(e8: 77)))
        wanted.timeInForce = .goodTilCancelled
        let plan = try OrderPlanner(isTwoPhase: true).plan(
            wanted, held: Quantity(units: 10), open: .zero, instrument: Instrument(ticker: "A"))
        for (leg, order) in [plan.first, plan.second].enumerated() {
            let order = try XCTUnwrap(order)
            XCTAssertEqual(order.leg, Int32(leg))
            XCTAssertEqual(order.decision, DecisionID(3))
            XCTAssertEqual(order.terms.instrument, InstrumentID(7))
            XCTAssertEqual(order.terms.type, .limit(Price(e8: 77)))
            XCTAssertEqual(order.terms.timeInForce, .goodTilCancelled)
            XCTAssertEqual(order.referencePrice, Self.price)
        }
        XCTAssertEqual(plan.planned, Quantity(units: -15))
    }

    func testSumsThatDoNotFitAreErrors() {
        let cases: [(target: Int64, held: Int64, open: Int64)] = [
            (.max, -1_000_000_000, 0), (-.max, 1_000_000_000, 0), (.min, 0, 0), (0, .max, 1), (0, -.max, -1),
            (.max, 0, -.max), (-.max, .max, 0),
        ]
        for (wanted, held, open) in cases {
            XCTAssertThrowsError(
                try OrderPlanner(isTwoPhase: true).plan(
                    target(Quantity(e8: wanted)), held: Quantity(e8: held), open: Quantity(e8: open),
                    instrument: Instrument(ticker: "A", lotSize: Quantity(e8: 1)))
            ) { XCTAssertTrue($0 is ArithmeticOverflow) }
        }
    }

    /// The orders lead to the target but for less than a lot, and planning again from there does nothing.
    func testPlansReachTheirTargetsAndThenRest() throws {
        try forEachSeed(20) { generator in
            for _ in 0..<500 {
                let lot = Quantity(
                    e8: [1, 1_000_000, Quantity.scale, 100 * Quantity.scale].randomElement(using: &generator) ?? 1)
                let instrument = Instrument(ticker: "A", lotSize: lot)
                let wanted = target(
                    Quantity(e8: Int64.random(in: -100_000_000_000...100_000_000_000, using: &generator)))
                let held = Quantity(e8: Int64.random(in: -100_000_000_000...100_000_000_000, using: &generator))
                let open = Quantity(e8: Int64.random(in: -1_000_000_000...1_000_000_000, using: &generator))
                let planner = OrderPlanner(isTwoPhase: Bool.random(using: &generator))
                let plan = try planner.plan(wanted, held: held, open: open, instrument: instrument)
                XCTAssertEqual(
                    try planner.plan(wanted, held: held, open: open, instrument: instrument), plan, "planning twice")
                for order in [plan.first, plan.second].compactMap({ $0 }) {
                    XCTAssertGreaterThan(order.terms.quantity, .zero)
                    XCTAssertEqual(order.terms.quantity.roundedTowardZero(toLot: lot), order.terms.quantity)
                    XCTAssertEqual(order.terms.side, plan.planned > .zero ? .buy : .sell)
                }
                let reached = held + open + plan.planned
                XCTAssertLessThan((wanted.computed - reached).magnitude.e8, 2 * lot.e8)
                XCTAssertEqual(plan.residualReason, reached == wanted.computed ? nil : .belowLot)
                let again = try planner.plan(wanted, held: reached, open: .zero, instrument: instrument)
                XCTAssertEqual(again.planned, .zero, "planning after the plan was filled")
            }
        }
    }
}
