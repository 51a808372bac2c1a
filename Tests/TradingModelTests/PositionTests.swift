import TradingModel
import SeededTesting
import XCTest

final class PositionTests: XCTestCase {
    private func position(_ trades: [(quantity: Int64, price: Int64)]) throws -> Position {
        var position = Position()
        for (quantity, price) in trades {
            try position.book(Quantity(units: quantity), at: Price(e8: price * Price.scale))
        }
        return position
    }

    /// Realized profit in whole units of the currency.
    private func units(_ value: ExactValue) -> Double { Double(value.e16) / 1e16 }

    func testAverageCostAndRealizedProfit() throws {
        let cases: [(name: String, trades: [(Int64, Int64)], held: Int64, average: Double?, realized: Double)] = [
            ("nothing", [], 0, nil, 0),
            ("long", [(10, 100)], 10, 100, 0),
            ("added to", [(10, 100), (10, 110)], 20, 105, 0),
            ("reduced with profit", [(10, 100), (-4, 110)], 6, 100, 40),
            ("reduced with loss", [(10, 100), (-4, 90)], 6, 100, -40),
            ("closed", [(10, 100), (-10, 130)], 0, nil, 300),
            ("flipped to short", [(10, 100), (-15, 120)], -5, 120, 200),
            ("flipped to long", [(-10, 100), (15, 90)], 5, 90, 100),
            ("short", [(-10, 100)], -10, 100, 0),
            ("short added to", [(-10, 100), (-10, 120)], -20, 110, 0),
            ("short covered with profit", [(-10, 100), (4, 90)], -6, 100, 40),
            ("short closed with loss", [(-10, 100), (10, 130)], 0, nil, -300),
            ("reopened", [(10, 100), (-10, 110), (5, 200)], 5, 200, 100),
            ("thirds", [(3, 10), (-1, 11), (-1, 11), (-1, 11)], 0, nil, 3),
        ]
        for (name, trades, held, average, realized) in cases {
            let position = try position(trades)
            XCTAssertEqual(position.quantity, Quantity(units: held), name)
            XCTAssertEqual(position.averageCost.map { Double($0.e8) / 1e8 }, average, name)
            XCTAssertEqual(units(position.realized), realized, name)
            if held == 0 { XCTAssertEqual(position.cost, .zero, name) }
        }
    }

    func testAnAverageThatDoesNotComeOutEvenRoundsToTheNearest() throws {
        var position = Position()
        try position.book(Quantity(e8: 1), at: Price(e8: 10))
        try position.book(Quantity(e8: 2), at: Price(e8: 11))
        XCTAssertEqual(position.averageCost, Price(e8: 11))
        try position.book(Quantity(e8: -1), at: Price(e8: 20))
        // 32 ÷ 3, of which a third leaves, toward zero.
        XCTAssertEqual(position.cost.e16, 22)
        XCTAssertEqual(position.realized.e16, 10)
    }

    /// What a position cost and what it earned add up to the money that moved, after every trade, exactly.
    func testRealizedLessCostIsExactCash() throws {
        try forEachSeed(50) { generator in
            var position = Position()
            var cash: Int128 = 0
            for step in 0..<200 {
                let isLarge = Int.random(in: 0..<10, using: &generator) == 0
                let quantity =
                    Int64.random(in: -1_000_000_000...1_000_000_000, using: &generator) * (isLarge ? 10_000_000 : 1)
                let price = Int64.random(in: 1...100_000_000_000_000, using: &generator)
                try position.book(Quantity(e8: quantity), at: Price(e8: price))
                cash -= Int128(quantity) * Int128(price)
                XCTAssertEqual(position.realized.e16 - position.cost.e16, cash, "step \(step)")
                XCTAssertEqual(position.cost.e16.signum(), Int128(position.quantity.e8.signum()))
            }
            try position.book(-position.quantity, at: Price(e8: 1))
            XCTAssertEqual(position.quantity, .zero)
            XCTAssertEqual(position.cost, .zero)
            XCTAssertNil(position.averageCost)
        }
    }

    func testTheCostThatLeavesIsInProportion() throws {
        try forEachSeed(50) { generator in
            for _ in 0..<100 {
                let held =
                    Int64.random(in: 2...(.max), using: &generator) >> Int64.random(in: 0...61, using: &generator) | 1
                let price =
                    Int64.random(in: 1...(.max), using: &generator) >> Int64.random(in: 0...62, using: &generator) | 1
                let sign: Int64 = Bool.random(using: &generator) ? 1 : -1
                let closed = Int64.random(in: 0...held, using: &generator)
                var position = Position()
                try position.book(Quantity(e8: sign * held), at: Price(e8: price))
                try position.book(Quantity(e8: -sign * closed), at: Price(e8: 1))
                XCTAssertEqual(position.cost.e16, Int128(price) * Int128(sign * (held - closed)))
            }
        }
    }

    func testAPositionThatDoesNotFitIsAnErrorAndChangesNothing() throws {
        var position = Position()
        try position.book(Quantity(e8: .max), at: Price(e8: 1))
        let before = position
        XCTAssertThrowsError(try position.book(Quantity(e8: 1), at: Price(e8: 1))) {
            XCTAssertEqual($0 as? ArithmeticOverflow, ArithmeticOverflow("a position"))
        }
        XCTAssertEqual(position, before)
        // The least 64-bit number has no magnitude.
        var short = Position()
        try short.book(Quantity(e8: -.max), at: Price(e8: 1))
        XCTAssertThrowsError(try short.book(Quantity(e8: -1), at: Price(e8: 1)))
    }

    func testAFillOfTheWholeRange() throws {
        var position = Position()
        try position.book(Quantity(e8: .max), at: Price(e8: .max))
        try position.book(Quantity(e8: -.max), at: Price(e8: .max))
        XCTAssertEqual(position.realized, .zero)
        try position.book(Quantity(e8: -.max), at: Price(e8: .max))
        XCTAssertEqual(position.averageCost, Price(e8: .max))
    }

    // MARK: - Splits

    func testSplits() throws {
        let cases: [(name: String, held: Int64, exact: Int64, kept: Int64, cost: Double, realized: Double)] = [
            ("2:1", 10_00, 20_00, 20_00, 1_000, 0),
            ("1:10 without a fraction", 10_00, 1_00, 1_00, 1_000, 0),
            ("1:4 with a fraction", 10_00, 2_50, 2_00, 800, -200),
            ("a short with a fraction", -10_00, -2_50, -2_00, -800, 200),
            ("1:20, nothing left", 10_00, 0_50, 0, 0, -1_000),
        ]
        for (name, held, exact, kept, cost, realized) in cases {
            var position = Position()
            try position.book(Quantity(e8: held * 1_000_000), at: Price(e8: 100 * Price.scale))
            position.split(to: Quantity(e8: kept * 1_000_000), exactQuantity: Quantity(e8: exact * 1_000_000))
            XCTAssertEqual(position.quantity.e8, kept * 1_000_000, name)
            XCTAssertEqual(units(position.cost), cost, name)
            XCTAssertEqual(units(position.realized), realized, name)
        }
    }

    func testASplitThatLeavesNotEvenAFractionLeavesNoCost() throws {
        var position = Position()
        try position.book(Quantity(e8: 5), at: Price(e8: 100))
        position.split(to: .zero, exactQuantity: .zero)
        XCTAssertEqual(position.cost, .zero)
        XCTAssertEqual(position.realized.e16, -500)
        try position.book(Quantity(e8: 10), at: Price(e8: 7))
        XCTAssertEqual(position.averageCost, Price(e8: 7))
    }

    /// Splits move nothing between the position and the account but the cash in lieu.
    func testSplitsKeepTheBooks() throws {
        try forEachSeed(50) { generator in
            var position = Position()
            var cash: Int128 = 0
            for _ in 0..<60 {
                let quantity = Quantity(units: Int64.random(in: -500...500, using: &generator))
                let price = Price(e8: Int64.random(in: 1...1_000_000_000_000, using: &generator))
                try position.book(quantity, at: price)
                cash -= (price * quantity).e16
                let exact = Quantity(e8: position.quantity.e8 / Int64.random(in: 1...30, using: &generator))
                let kept = exact.roundedTowardZero(toLot: Quantity(units: 1))
                let paid = try Money(price * (exact - kept), rounding: .nearest)
                position.split(to: kept, exactQuantity: exact)
                position.realize(paid)
                cash += ExactValue(paid).e16
                XCTAssertEqual(position.realized.e16 - position.cost.e16, cash)
                if kept == .zero { XCTAssertEqual(position.cost, .zero) }
            }
        }
    }

    // MARK: - Fills

    private func fill(_ side: Side, _ quantity: Int64, _ price: Int64) -> Fill {
        Fill(
            order: OrderNumber(1), instrument: InstrumentID(0), side: side, quantity: Quantity(e8: quantity),
            price: Price(e8: price),
            slippage: .zero, commission: .zero, time: Timestamp(ms: 0), barStart: Timestamp(ms: 0), rule: .marketOpen,
            isAmbiguous: false, executionIndex: 1)
    }

    func testCashFlowOfAFill() throws {
        let cases: [(side: Side, quantity: Int64, price: Int64, flow: Int64)] = [
            (.buy, 1_000_000_000, 10_000_000_000, -1_000_000_000),
            (.sell, 1_000_000_000, 10_000_000_000, 1_000_000_000),
            (.buy, 1, 1, 0), (.buy, 50, 100_000_000, -1), (.sell, 50, 100_000_000, 1), (.buy, 49, 100_000_000, 0),
            (.sell, 49, 100_000_000, 0), (.buy, 150, 100_000_000, -2),
            (.sell, 100_000_000_000_000_000, 1_234_567, 12_345_670_000_000),
        ]
        for (side, quantity, price, flow) in cases {
            XCTAssertEqual(try fill(side, quantity, price).cashFlow(), Money(e6: flow), "\(side) \(quantity) \(price)")
        }
        XCTAssertThrowsError(try fill(.buy, .max, .max).cashFlow()) {
            XCTAssertEqual($0 as? ArithmeticOverflow, ArithmeticOverflow("an amount of money"))
        }
    }

    func testAverageFillPriceOfAnOrder() {
        var order = OrderRecord(
            number: OrderNumber(1), decision: DecisionID(0), inputRow: nil, leg: 0, action: .openLong,
            terms: OrderTerms(
                instrument: InstrumentID(0), side: .buy, quantity: Quantity(units: 3), type: .market, timeInForce: .day),
            state: .working, arrivalPrice: nil, createdAt: Timestamp(ms: 0), parent: nil, ocaGroup: nil)
        XCTAssertNil(order.averagePrice)
        order.filled = Quantity(e8: 3)
        order.filledValue = ExactValue(e16: 32)
        XCTAssertEqual(order.averagePrice, Price(e8: 11))
        XCTAssertEqual(order.remaining, Quantity(e8: 299_999_997))
    }
}
