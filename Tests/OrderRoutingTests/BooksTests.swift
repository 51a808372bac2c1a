import OrderPlanning
import OrderRouting
import TradingModel
import XCTest

/// What the engine keeps and hands over: cash, positions, orders, figures.
final class BooksTests: XCTestCase {
    private func units(_ units: Int64) -> Quantity { Quantity(units: units) }
    private func money(_ whole: Int64) -> Money { Money(e6: whole * Money.scale) }

    // MARK: - Cash

    func testCashIsTheSumOfItsRecords() throws {
        var desk = try Desk(cash: 10_000)
        try desk.decide(0, [(0, 10)])
        try desk.fill(1, 10, at: 100, commission: 2)
        let movements: [(CashKind, Int64)] = [
            (.dividend, 15), (.borrow, -3), (.cashInLieu, 4), (.dividend, -1), (.deposit, 100),
        ]
        for (kind, amount) in movements {
            try desk.take(.venue(.cash(kind, kind == .deposit ? nil : InstrumentID(0), money(amount), at: desk.time)))
        }
        XCTAssertEqual(desk.engine.cash, money(10_000 - 1_000 - 2 + 15 - 3 + 4 - 1 + 100))
        XCTAssertEqual(
            desk.journal.cash.map(\.kind),
            [.deposit, .trade, .commission, .dividend, .borrow, .cashInLieu, .dividend, .deposit])
        XCTAssertEqual(desk.journal.cash.map(\.trade), [nil, 1, 1, nil, nil, nil, nil, nil])
        XCTAssertEqual(desk.engine.statistics.dividends, money(14))
        XCTAssertEqual(desk.engine.statistics.borrow, money(3))
        XCTAssertEqual(desk.engine.positions[0].realized, ExactValue(money(4)), "only cash in lieu is realized")
        try desk.checkBooks()
    }

    func testARebateIsCommissionThatComesIn() throws {
        var desk = try Desk(cash: 10_000)
        try desk.decide(0, [(0, 10)])
        try desk.fill(1, 10, at: 100, commission: -2)
        XCTAssertEqual(desk.engine.cash, money(9_002))
        XCTAssertEqual(desk.engine.statistics.commission, money(-2))
        try desk.checkBooks()
    }

    // MARK: - Splits

    func testASplitAdjustsPositionAndOpenOrder() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 15)])
        try desk.fill(1, 5)
        let open = try XCTUnwrap(desk.orders[OrderNumber(1)])
        try desk.take(
            .venue(
                .split(
                    InstrumentID(0), ratioE9: 500_000_000, exact: Quantity(e8: 250_000_000), kept: units(2),
                    at: desk.time)))
        try desk.take(.venue(.cash(.cashInLieu, InstrumentID(0), money(100), at: desk.time)))
        var terms = open.terms
        terms.quantity = units(10)
        desk.venue.resize(OrderNumber(1), to: terms)
        try desk.take(.venue(.resized(OrderNumber(1), terms: terms, filled: units(5), cause: .split, at: desk.time)))
        XCTAssertEqual(desk.held(0), units(2))
        XCTAssertEqual(
            desk.journal.adjustments,
            [
                AdjustmentRecord(
                    time: desk.time, instrument: InstrumentID(0), kind: .split(ratioE9: 500_000_000), change: units(-3))
            ])
        XCTAssertEqual(desk.engine.positions[0].averageCost, Price(e8: 200 * Price.scale))
        XCTAssertEqual(desk.engine.positions[0].realized, .zero, "the dropped half cost what it brought")
        try desk.fill(1, 5, at: 200)
        XCTAssertEqual(desk.status(1), "FILLED")
        try desk.checkBooks()
    }

    /// A plan that waits for a cancel is stated in new shares: quantity, reference price and limit.
    func testASplitWhileAPlanWaits() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 10)])
        try desk.fill(1, 4)
        try desk.decide(1, [(0, 30)], type: .limit(Price(e8: 120 * Price.scale)))
        try desk.take(
            .venue(.split(InstrumentID(0), ratioE9: 2_000_000_000, exact: units(8), kept: units(8), at: desk.time)))
        var terms = try XCTUnwrap(desk.orders[OrderNumber(1)]).terms
        terms.quantity = units(16)
        desk.venue.resize(OrderNumber(1), to: terms)
        try desk.take(.venue(.resized(OrderNumber(1), terms: terms, filled: units(4), cause: .split, at: desk.time)))
        try desk.confirmCancels()
        XCTAssertEqual(desk.planned.last, "1: 60 held 8 open 0 planned 52")
        XCTAssertEqual(desk.venue.submitted.last?.terms.type, .limit(Price(e8: 60 * Price.scale)))
        XCTAssertEqual(desk.orders[OrderNumber(2)]?.arrivalPrice, Price(e8: 50 * Price.scale))
        try desk.checkBooks()
    }

    func testASplitThatDoesNotFitIsAnError() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 10)])
        try desk.decide(1, [(0, 1_000_000_000)])
        XCTAssertThrowsError(
            try desk.take(
                .venue(.split(InstrumentID(0), ratioE9: 1_000_000_000_000, exact: .zero, kept: .zero, at: desk.time)))
        ) { XCTAssertEqual($0 as? ArithmeticOverflow, ArithmeticOverflow("a target after a split")) }
    }

    // MARK: - Records

    func testOrdersAreNewOnceThenChangedThenForgotten() throws {
        var desk = try Desk()
        desk.collects = false
        try desk.decide(0, [(0, 10), (1, 10)])
        try desk.fill(1, 3)
        var batch = desk.collect()
        XCTAssertEqual(batch.newOrders.map(\.number.value), [1, 2])
        XCTAssertEqual(batch.newOrders.map(\.filled), [units(3), .zero], "a new order is handed over as it stands now")
        XCTAssertEqual(batch.changedOrders, [])
        XCTAssertEqual(batch.positions.map(\.instrument), [InstrumentID(0)])
        XCTAssertEqual(batch.balance, desk.engine.cash)

        batch = desk.collect()
        XCTAssertTrue(
            batch.newOrders.isEmpty && batch.changedOrders.isEmpty && batch.positions.isEmpty, "nothing happened")
        XCTAssertEqual(batch.balance, desk.engine.cash)

        try desk.fill(2, 4)
        try desk.fill(1, 2)
        try desk.fill(2, 6)
        try desk.decide(1, [(2, 1)])
        batch = desk.collect()
        XCTAssertEqual(batch.newOrders.map(\.number.value), [3])
        XCTAssertEqual(batch.changedOrders.map(\.number.value), [2, 1], "each once, in the order of the first change")
        XCTAssertEqual(batch.changedOrders.map(\.state), [.filled, .working])
        XCTAssertEqual(batch.positions.map(\.instrument.index), [0, 1])

        try desk.fill(1, 5)
        try desk.fill(3, 1)
        XCTAssertEqual(desk.collect().changedOrders.map(\.number.value), [1, 3])
        XCTAssertThrowsError(try desk.take(.venue(.open(OrderNumber(1), limitedBy: nil)))) {
            XCTAssertTrue($0 is UnknownOrder)
        }
        try desk.checkBooks()
    }

    func testSlotsOfForgottenOrdersAreUsedAgainCleanly() throws {
        var desk = try Desk()
        for round in 0..<20 {
            try desk.decide(round, [(0, round.isMultiple(of: 2) ? 10 : 0), (1, Int64(round + 1))])
            try desk.confirmCancels()
            for number in desk.venue.open where !number.value.isMultiple(of: 3) {
                let remaining = try XCTUnwrap(desk.venue.held[number]).remaining
                try desk.fill(number.value, remaining.e8 / Quantity.scale)
            }
            try desk.checkBooks()
        }
        XCTAssertEqual(desk.journal.newOrders.map(\.number.value), desk.journal.newOrders.indices.map { Int64($0 + 1) })
    }

    func testARunThatKeepsNoOrdersStillForgetsThem() throws {
        var desk = try Desk()
        desk.collects = false
        try desk.decide(0, [(0, 10)])
        try desk.fill(1, 10)
        var batch = JournalBatch()
        var engine = desk.engine
        engine.collectState(into: &batch, keepsOrders: false)
        XCTAssertEqual(batch.newOrders, [])
        XCTAssertEqual(batch.positions.count, 1)
        var output = EngineOutput()
        XCTAssertThrowsError(try engine.handle(.venue(.open(OrderNumber(1), limitedBy: nil)), into: &output))
    }

    /// `positions.updated_at` is the time of the change, whenever it is committed.
    func testPositionsCarryTheTimeTheyChanged() throws {
        var desk = try Desk()
        desk.collects = false
        let start = desk.time
        try desk.decide(0, [(0, 10), (1, 10), (2, 10)])
        try desk.fill(1, 10)
        desk.time = start.adding(ms: 1_000)
        try desk.fill(2, 10)
        desk.time = start.adding(ms: 2_000)
        try desk.take(
            .venue(.split(InstrumentID(1), ratioE9: 2_000_000_000, exact: units(20), kept: units(20), at: desk.time)))
        desk.time = start.adding(ms: 9_000)
        XCTAssertEqual(desk.collect().positions.map(\.updatedAt.ms), [start.ms, start.ms + 2_000])
        try desk.take(.venue(.cash(.cashInLieu, InstrumentID(1), money(1), at: desk.time)))
        XCTAssertEqual(desk.collect().positions.map(\.updatedAt), [desk.time])
    }

    // MARK: - Figures

    func testStatistics() throws {
        var desk = try Desk()
        try desk.decide(0, [(0, 10), (1, 10), (2, 10)])
        try desk.fill(1, 10, at: 100, commission: 1)
        desk.time = desk.time.adding(ms: 1_000)
        try desk.fill(2, 4, at: 50, commission: 2)
        desk.venue.forget(OrderNumber(2))
        try desk.take(.venue(.expired(OrderNumber(2), reason: .dayEnded, limitedBy: .volumeLimit, at: desk.time)))
        try desk.take(.endOfData)
        let statistics = desk.engine.statistics
        XCTAssertEqual(statistics.decisions, 1)
        XCTAssertEqual(statistics.targets, 3)
        XCTAssertEqual(statistics.orders, 3)
        XCTAssertEqual(statistics.filledOrders, 1)
        XCTAssertEqual(statistics.partlyFilledOrders, 1)
        XCTAssertEqual(statistics.fills, 2)
        XCTAssertEqual(statistics.ambiguousFills, 0)
        XCTAssertEqual(statistics.turnover, ExactValue(money(1_200)))
        XCTAssertEqual(statistics.commission, money(3))
        XCTAssertEqual(statistics.slippage, Money(e6: 14))
        XCTAssertEqual(statistics.firstFill?.ms, 1_000_000_000_000)
        XCTAssertEqual(statistics.lastFill?.ms, 1_000_000_001_000)
        let shortfalls = Dictionary(
            uniqueKeysWithValues: statistics.shortfalls.map { key, count in
                ([key.status, key.reason?.rawValue ?? "", key.limitedBy?.rawValue ?? ""], count)
            })
        XCTAssertEqual(shortfalls, [["EXPIRED", "day_ended", "volume_limit"]: 1, ["WORKING", "", ""]: 1])
    }
}
