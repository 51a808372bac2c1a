import Foundation
import TradingModel
import XCTest

@testable import Storage

/// What a run reads of its account, and goes on from.
final class AccountRecordTests: AccountTestCase {
    func testAnAccountIsKnownOnceItsBeginningIsOnRecord() throws {
        func isKnown(_ change: (inout AccountScenario) throws -> Void) throws -> Bool {
            let database = try makeDatabase("\(UUID().uuidString).db")
            var (account, journal, run) = try AccountScenario.begin(database)
            let store = ProductionStore(database)
            XCTAssertFalse(try store.record(of: "DU123", run: run, names: AccountScenario.names).0.isKnown)
            try change(&account)
            try account.write(to: journal)
            XCTAssertFalse(try store.record(of: "DU9", run: run, names: AccountScenario.names).0.isKnown)
            return try store.record(of: "DU123", run: run, names: AccountScenario.names).0.isKnown
        }
        XCTAssertTrue(try isKnown { try $0.open(cash: Money(e6: 1)) })
        XCTAssertTrue(try isKnown { try $0.open(cash: .zero, holding: 1, of: 0) })
        XCTAssertFalse(try isKnown { try $0.executeForeign("e.01", .buy, 1, of: 0, at: hundred) })
        XCTAssertTrue(
            try isKnown {
                let order = $0.plan(.buy, 1, of: 0)
                try $0.move(order, .submit)
                try $0.execute("e.01", order, 1, at: hundred)
            })
    }

    /// Trades and what they cost are no movements.
    func testCashThatMovedWithoutATradeComesBackInTheOrderOfTime() throws {
        let database = try makeDatabase()
        var (account, journal, run) = try AccountScenario.begin(database)
        try AccountScenario.rebalance(&account, journal)
        let opened = try XCTUnwrap(
            try ProductionStore(database).record(of: "DU123", run: run, names: AccountScenario.names).0.cashMovements
                .first)
        account.advance()
        account.batch.cash.append(CashRecord(time: account.now, kind: .reconciled, amount: Money(e6: -7_000_000)))
        try account.write(to: journal)
        let record = try ProductionStore(database).record(of: "DU123", run: run, names: AccountScenario.names).0
        XCTAssertEqual(opened.amount, Money(e6: 50_000_000_000))
        XCTAssertEqual(
            record.cashMovements, [opened, CashMovement(time: account.now, amount: Money(e6: -7_000_000))])
        XCTAssertEqual(
            try ProductionStore(database).record(of: "DU9", run: run, names: AccountScenario.names).0.cashMovements
                .count, 0)
    }

    /// What orders take of the margin comes back: the last preview that let one leave, of whichever run; a denial takes nothing.
    func testPreviewsOfMarginsComeBack() throws {
        let database = try makeDatabase()
        var (account, journal, run) = try AccountScenario.begin(database)
        let (asked, denied) = (account.plan(.buy, 10, of: 0), account.plan(.buy, 20, of: 1))
        func preview(_ order: OrderNumber, _ units: Int64, _ after: Int64, isCleared: Bool) -> MarginPreviewRecord {
            MarginPreviewRecord(
                order: order, time: AccountScenario.start, quantity: Quantity(units: units),
                figures: MarginFigures(
                    initialBefore: Money(e6: 100), initialAfter: Money(e6: after), equityAfter: Money(e6: 1_000),
                    commission: order == asked ? nil : Money(e6: 7), warning: order == asked ? "" : "capped"),
                reserved: Money(e6: 5), isCleared: isCleared)
        }
        account.batch.broker.previews = [
            preview(asked, 30, 900, isCleared: false), preview(asked, 10, 400, isCleared: true),
            preview(denied, 20, 999, isCleared: false),
        ]
        try account.move(denied, .deny(.insufficientMargin))
        try account.write(to: journal)
        let store = ProductionStore(database)
        let record = try store.record(of: "DU123", run: run, names: AccountScenario.names).0
        XCTAssertEqual(record.margins, [asked: MarginTake(amount: Money(e6: 300), quantity: Quantity(units: 10))])
        XCTAssertEqual(record.orders.map(\.state), [.planned, .denied(.insufficientMargin)])
        XCTAssertEqual(
            try rows(database, "SELECT outcome, size, reserved_e6, commission_e6, warning FROM margin_previews"),
            [
                ["DENIED", "30.0", "5", "NULL", "NULL"], ["CLEARED", "10.0", "5", "NULL", "NULL"],
                ["DENIED", "20.0", "5", "7", "capped"],
            ])
        for change in ["UPDATE margin_previews SET outcome = 'CLEARED'", "DELETE FROM margin_previews"] {
            XCTAssertThrowsError(try database.connection.execute(change), change)
        }
        XCTAssertEqual(try DatabaseVerifier(database).verify().filter { $0.severity == .broken }.map { "\($0)" }, [])
    }

    func testEveryKindOfOrderComesBackAsItWas() throws {
        let database = try makeDatabase()
        var (account, journal, run) = try AccountScenario.begin(database)
        let types: [OrderType] = [
            .market, .limit(Price(e8: 5)), .stop(Price(e8: 6)), .stopLimit(stop: Price(e8: 7), limit: Price(e8: 8)),
            .trailingStop(.amount(Price(e8: 9)), initialStop: nil),
            .trailingStop(.fraction(e9: 10), initialStop: Price(e8: 11)),
            .trailingStopLimit(.amount(Price(e8: 12)), initialStop: Price(e8: 13), limitOffset: Price(e8: 14)),
            .trailingStopLimit(.fraction(e9: 15), initialStop: nil, limitOffset: Price(e8: 16)),
        ]
        let times: [TimeInForce] = [
            .day, .goodTilCancelled, .goodTilDate(Timestamp(ms: 1_234_567_890_123)), .immediateOrCancel, .fillOrKill,
            .atTheOpening, .atTheClose,
        ]
        for (index, type) in types.enumerated() {
            let entry = account.plan(
                .buy, 3, of: index % 3, type: type, timeInForce: times[index % times.count], inputRow: Int32(index),
                leg: UInt8(index % 2), ocaGroup: index % 2 == 0 ? 1 : nil)
            account.plan(.sell, 3, of: index % 3, decision: 1, type: .market, parent: entry)
        }
        let ends: [OrderTransition] =
            [.reject(.brokerRejected), .expire(.dayEnded), .loseTrack, .fill(isComplete: true), .accept]
            + StatusReason.allCases.map { .cancel($0) }
        for end in ends {
            let order = account.plan(.buy, 1, of: 0)
            try account.move(order, .submit)
            try account.move(order, end)
        }
        try account.write(to: journal)
        let names = AccountScenario.names
        let (record, tickers, decisions, keys) = try ProductionStore(database).record(
            of: "DU123", run: run, names: names)
        XCTAssertEqual(record.orders, account.orders.values.sorted { $0.number < $1.number })
        XCTAssertEqual(tickers, names.tickers)
        XCTAssertEqual(decisions, names.decisions)
        XCTAssertEqual(keys, account.keys)
        XCTAssertEqual(record.lastOrder, OrderNumber(account.lastOrder))
    }

    func testOrdersOfEarlierRunsAreKeptWhileTheyMayBeHeardOf() throws {
        let database = try makeDatabase()
        let day: Int64 = 86_400_000
        var (first, journal, _) = try AccountScenario.begin(database)
        var orders: [OrderNumber] = []
        for age in [12, 11, 10, 9] as [Int64] {
            first.now = AccountScenario.start.adding(ms: -age * day)
            let order = first.plan(.buy, 1, of: 0)
            try first.move(order, .submit)
            try first.move(order, age == 12 ? .accept : .cancel(.timeout))
            orders.append(order)
        }
        try first.write(to: journal)
        try journal.finish(AccountScenario.outcome)
        let dry = try AccountScenario.begin(
            database, AccountScenario.header("dry-1", venue: ProductionStore.dryRunVenue))
        var planned = dry.scenario
        planned.now = AccountScenario.start.adding(ms: 300 * day)
        planned.plan(.buy, 1, of: 0)
        try planned.write(to: dry.journal, runID: "dry-1")
        try dry.journal.finish(AccountScenario.outcome)
        var second = try AccountScenario.begin(database, AccountScenario.header("rebalance-2"))
        XCTAssertEqual(second.scenario.orders.count, 4, "the newest order is nine days old itself")
        second.scenario.now = AccountScenario.start
        let new = second.scenario.plan(.buy, 1, of: 0)
        try second.scenario.write(to: second.journal, runID: "rebalance-2")
        try second.journal.release()
        second = try AccountScenario.begin(database, AccountScenario.header("rebalance-2"))
        XCTAssertEqual(
            second.scenario.orders.keys.sorted(),
            [new] + [0, 2, 3].map { OrderNumber(1_000_000_000 + orders[$0].value) })
        XCTAssertEqual(second.scenario.acknowledged, [OrderNumber(1_000_000_001)])
        XCTAssertEqual(second.scenario.keys[OrderNumber(1_000_000_001)], "rebalance1k1")
    }

    func testNamesOfEarlierRunsComeAfterThoseOfTheRun() throws {
        let database = try makeDatabase()
        var (first, journal, _) = try AccountScenario.begin(database)
        try AccountScenario.rebalance(&first, journal)
        try journal.finish(AccountScenario.outcome)
        let own = Decision(decisionID: "q1", decidedAt: AccountScenario.start, universeID: "us")
        let names = RunNames(tickers: ["TSLA", "MSFT"], decisions: [own])
        let header = AccountScenario.header("rebalance-2")
        guard case .started(let run) = try ProductionStore(database).begin(header, decisions: [own]) else {
            return XCTFail("it is new")
        }
        let (record, tickers, decisions, _) = try ProductionStore(database).record(of: "DU123", run: run, names: names)
        XCTAssertEqual(tickers, ["TSLA", "MSFT", "AAPL"])
        XCTAssertEqual(decisions, [own, AccountScenario.decisions[0]])
        XCTAssertEqual(record.positions.map(\.instrument), [InstrumentID(2), InstrumentID(1)])
        XCTAssertEqual(record.executions.map(\.decision), [DecisionID(1), DecisionID(1)])
        XCTAssertEqual(record.executions.map(\.trade), [1_000_000_001, 1_000_000_002])
        XCTAssertEqual(record.lastTrade, 0)
        XCTAssertEqual(record.planned, [])
    }

    func testWhatCannotBeReadIsNamed() throws {
        let damages: [(String, UnreadableRow)] = [
            (
                "UPDATE orders SET status_reason = 'oca'",
                UnreadableRow(table: "orders", row: "1000000001", column: "status", value: "PLANNED")
            ),
            (
                "UPDATE orders SET order_type = 'LIMIT'",
                UnreadableRow(table: "orders", row: "1000000001", column: "order_type", value: "LIMIT")
            ),
            (
                "UPDATE orders SET created_at = '2025-06-15T15:06:40.000+'",
                UnreadableRow(
                    table: "orders", row: "1000000001", column: "created_at", value: "2025-06-15T15:06:40.000+")
            ),
            (
                "UPDATE positions SET cost_e16 = '1e5'",
                UnreadableRow(
                    table: "positions", row: "account DU123, AAPL", column: "updated_at, cost_e16, realized_e16",
                    value: "\(AccountScenario.start), 1e5, 0")
            ),
        ]
        for (index, (sql, error)) in damages.enumerated() {
            let database = try makeDatabase("\(index).db")
            var (account, journal, run) = try AccountScenario.begin(database)
            account.plan(.buy, 1, of: 0)
            try account.open(cash: .zero, holding: 1)
            try account.write(to: journal)
            try database.connection.execute("PRAGMA foreign_keys = OFF; " + sql)
            XCTAssertThrowsError(
                try ProductionStore(database).record(of: "DU123", run: run, names: AccountScenario.names), sql
            ) { XCTAssertEqual($0 as? UnreadableRow, error) }
        }
    }
}
