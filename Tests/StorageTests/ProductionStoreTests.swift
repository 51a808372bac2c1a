import Foundation
import SeededTesting
import TradingModel
import XCTest

@testable import Storage

final class ProductionStoreTests: DatabaseTestCase {
    private let hundred = Price(e8: 10_000_000_000)

    func testTheSameRunGoesOnUntilItIsComplete() throws {
        let database = try makeDatabase()
        let store = ProductionStore(database)
        var (account, journal, _) = try AccountScenario.begin(database)
        XCTAssertThrowsError(try store.begin(AccountScenario.header(), decisions: [])) {
            guard case .running(runID: "rebalance-1", _, _)? = $0 as? RunRefusal else { return XCTFail("\($0)") }
        }
        try AccountScenario.rebalance(&account, journal)
        try journal.release()
        guard case .resumes(let handle) = try store.begin(AccountScenario.header(), decisions: []) else {
            return XCTFail("it was given up")
        }
        XCTAssertEqual(handle.committed.trades, 2)
        let last = try ProductionJournal(database, handle: handle, names: AccountScenario.names)
        try last.finish(AccountScenario.outcome)
        XCTAssertEqual(
            try store.begin(AccountScenario.header(), decisions: []),
            .alreadyCompleted(
                FinishedRun(
                    runID: "rebalance-1", finishedAt: AccountScenario.start.description,
                    summaryJSON: #"{"orders":2}"#)))
        XCTAssertThrowsError(try store.begin(AccountScenario.header(digest: "other"), decisions: [])) {
            guard case .otherInputs? = $0 as? RunRefusal else { return XCTFail("\($0)") }
        }
    }

    func testAnAccountHasOneUnfinishedRun() throws {
        let database = try makeDatabase()
        let store = ProductionStore(database)
        let first = try AccountScenario.begin(database)
        func refused(_ header: RunHeader, isBeingWritten: Bool, line: UInt = #line) {
            XCTAssertThrowsError(try store.begin(header, decisions: []), line: line) {
                guard case .unfinished(let runID, "DU123", let startedAt, _, _, isBeingWritten)? = $0 as? RunRefusal
                else { return XCTFail("\($0)", line: line) }
                XCTAssertEqual(runID, "rebalance-1", line: line)
                XCTAssertEqual(startedAt, AccountScenario.start.description, line: line)
            }
        }
        refused(AccountScenario.header("rebalance-2"), isBeingWritten: true)
        try first.journal.release()
        refused(AccountScenario.header("rebalance-2"), isBeingWritten: false)
        refused(AccountScenario.header("dry-2", venue: ProductionStore.dryRunVenue), isBeingWritten: false)
        XCTAssertEqual(
            try rows(database, "SELECT run_id FROM execution_runs"), [["rebalance-1"]], "nothing was written")
        XCTAssertEqual(try rows(database, "SELECT count(*) FROM pipeline_decisions"), [["2"]])

        // Another account, another mode and an unfinished dry run are in nobody's way.
        _ = try AccountScenario.begin(database, AccountScenario.header("other", account: "DU9"))
        try Scenario.write(to: database, batches: 1)
        let last = try AccountScenario.begin(database)
        try last.journal.finish(AccountScenario.outcome)
        _ = try AccountScenario.begin(database, AccountScenario.header("dry-1", venue: ProductionStore.dryRunVenue))
        _ = try AccountScenario.begin(database, AccountScenario.header("rebalance-2"))
    }

    func testOpenRunsCanBeTakenUp() throws {
        let database = try makeDatabase()
        let store = ProductionStore(database)
        let header = AccountScenario.header(codeVersion: "0.9")
        let first = try AccountScenario.begin(database, header)
        _ = try AccountScenario.begin(database, AccountScenario.header("other", account: "DU9"))
        XCTAssertEqual(try store.openRuns("DU123").map(\.isBeingWritten), [true])
        try first.journal.release()
        let open = try store.openRuns("DU123")
        XCTAssertEqual(open.map(\.header), [header])
        XCTAssertEqual(open.map(\.isBeingWritten), [false])
        XCTAssertEqual(open.map(\.runNumber), [1])
        guard case .resumes(let handle) = try store.begin(open[0].header, decisions: []) else {
            return XCTFail("it was given up")
        }
        try ProductionJournal(database, handle: handle, names: AccountScenario.names).finish(AccountScenario.outcome)
        XCTAssertEqual(try store.openRuns("DU123"), [])
    }

    func testAFailedRunWithOpenOrdersIsNotTakenUpAfterOtherOrders() throws {
        let database = try makeDatabase()
        var failed = AccountScenario.outcome
        failed.status = .failed
        var first = try AccountScenario.begin(database)
        first.scenario.plan(.buy, 1, of: 0)
        try first.scenario.write(to: first.journal)
        try first.journal.finish(failed)
        // A run without orders, such as a reconciliation, changes no plan.
        let second = try AccountScenario.begin(database, AccountScenario.header("reconcile-1"))
        try second.journal.finish(AccountScenario.outcome)
        first = try AccountScenario.begin(database)
        try first.journal.finish(failed)
        var third = try AccountScenario.begin(database, AccountScenario.header("rebalance-3"))
        let order = third.scenario.plan(.buy, 1, of: 0)
        try third.scenario.write(to: third.journal, runID: "rebalance-3")
        try third.journal.finish(failed)
        XCTAssertThrowsError(try AccountScenario.begin(database)) {
            XCTAssertEqual(
                $0 as? RunRefusal, .overtaken(runID: "rebalance-1", account: "DU123", by: "rebalance-3"))
        }
        XCTAssertEqual(
            try rows(database, "SELECT DISTINCT status FROM execution_runs WHERE run_number <> 2"), [["FAILED"]])
        third = try AccountScenario.begin(database, AccountScenario.header("rebalance-3"))
        XCTAssertEqual(third.scenario.orders[order]?.state, .planned)
    }

    func testMarksOnlyRise() throws {
        let store = ProductionStore(try makeDatabase())
        XCTAssertNil(try store.highWaterMark(venue: "ibkr", account: "DU123"))
        try store.setHighWaterMark(10, venue: "ibkr", account: "DU123")
        try store.setHighWaterMark(9, venue: "ibkr", account: "DU123")
        try store.setHighWaterMark(99, venue: "other", account: "DU123")
        XCTAssertEqual(try store.highWaterMark(venue: "ibkr", account: "DU123"), 10)
        try store.setHighWaterMark(.max, venue: "ibkr", account: "DU123")
        XCTAssertEqual(try store.highWaterMark(venue: "ibkr", account: "DU123"), .max)
    }

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

    /// Whatever happened, and wherever the process ended, what is read is what was committed, to the last digit.
    func testARandomAccountComesBackAsItWas() throws {
        try forEachSeed(40) { random in
            let database = try makeDatabase("\(UUID().uuidString).db")
            var runNumber: Int64 = 1
            var runID = "rebalance-1"
            var (account, journal, _) = try AccountScenario.begin(database)
            var last = account
            try account.open(
                cash: Money(e6: Int64(random.number(0...9_000_000_000))), holding: Int64(random.number(-5...5)),
                of: 2, at: Price(e8: Int64(random.number(1...99_999_999_999))))
            for _ in 0..<random.number(5...40) {
                account.advance(ms: Int64(random.number(1...5_000)))
                try account.happen(&random)
                guard account.batch.broker.holdings != nil || random.once(in: 3) else { continue }
                try account.write(to: journal, runID: runID)
                last = account
                guard random.once(in: 3) else { continue }
                // The process ends; what it had not committed never was.
                try account.happen(&random)
                if random.once(in: 3) {
                    try journal.finish(AccountScenario.outcome)
                    last = last.seenLater(thanRun: runNumber)
                    runNumber += 1
                } else {
                    try journal.release()
                }
                runID = "rebalance-\(runNumber)"
                let now = account.now
                (account, journal, _) = try AccountScenario.begin(database, AccountScenario.header(runID))
                account.now = now.adding(ms: 1)
                account.assertEqual(last)
            }
            let findings = try DatabaseVerifier(database).verify().filter { $0.severity == .broken }
            XCTAssertEqual(findings, [])
        }
    }
}

extension AccountScenario {
    /// One thing that can happen to an account.
    fileprivate mutating func happen(_ random: inout SeededGenerator) throws {
        let price = Price(e8: Int64(random.number(1...99_999_999_999)))
        let id = "\(now.ms).\(lastTrade).\(batch.events.count)"
        let open = orders.values.filter { !$0.state.isTerminal }.map(\.number).sorted()
        let sent = orders.values.filter { $0.state != .planned }.map(\.number).sorted()
        switch random.number(0...9) {
        case 0, 1:
            plan(
                random.chance(50) ? .buy : .sell, Int64(random.number(1...20)), of: random.number(0...2),
                decision: random.number(0...1))
        case 2 where !open.isEmpty:
            let number = random.pick(open)
            guard let state = orders[number]?.state else { return }
            let moves: [OrderTransition] = [
                .submit, .accept, .loseTrack, .cancel(.timeout), .reject(.brokerRejected), .withdraw,
            ]
            let legal = moves.filter { (try? state.after($0)) != nil }
            try move(number, random.pick(legal), words: random.chance(30) ? BrokerReason(code: 1, text: "x") : nil)
        case 3, 4:
            guard !sent.isEmpty else { return }
            let number = random.pick(sent)
            guard let order = orders[number], order.remaining.e8 > 0 else { return }
            let units = Int64(random.number(1...Int(order.remaining.e8 / Quantity.scale)))
            try execute("\(id).01", number, units, at: price)
        case 5:
            try executeForeign(
                "\(id).01", random.chance(50) ? .buy : .sell, Int64(random.number(1...9)), of: random.number(0...2),
                at: price, commission: Money(e6: Int64(random.number(0...9))))
        case 6:
            guard let known = executions.keys.sorted().first(where: { _ in random.chance(30) }),
                let execution = executions[known]?.execution
            else { return }
            let units = Int64(random.number(1...Int(execution.quantity.e8 / Quantity.scale)))
            try correct(known.text, by: "\(id).02", units, at: price)
        case 7:
            guard !executions.isEmpty else { return }
            commission(random.pick(executions.keys.sorted()).text, Money(e6: Int64(random.number(-9...999_999))))
        case 8:
            let all = (0...2).map {
                AccountRecord.PlannedTarget(decision: DecisionID(0), instrument: InstrumentID($0))
            }
            if let next = all.first(where: { !planned.contains($0) }) { target(Int(next.instrument.index), units: 5) }
        default: report()
        }
    }

    /// The account as a later run sees it: its orders and trades by their row ids.
    fileprivate func seenLater(thanRun runNumber: Int64) -> AccountScenario {
        func rowID(_ number: Int64) -> Int64 {
            number < RowNumbering.rowsPerRun ? RowNumbering(runNumber: runNumber).id(number) : number
        }
        func later(_ number: OrderNumber) -> OrderNumber { OrderNumber(rowID(number.value)) }
        var record = AccountRecord()
        record.orders = orders.values.map { order in
            var order = order
            order.number = later(order.number)
            return order
        }
        record.acknowledged = Set(acknowledged.map(later))
        record.positions = Array(positions.values)
        record.executions = executions.values.map { known in
            var known = known
            known.execution.order = known.execution.order.map(later)
            known.trade = rowID(known.trade)
            return known
        }
        record.replacedExecutions = Array(replaced)
        record.cash = cash
        return AccountScenario(
            record, keys: Dictionary(uniqueKeysWithValues: keys.map { (later($0.key), $0.value) }))
    }

    fileprivate func assertEqual(_ other: AccountScenario, line: UInt = #line) {
        XCTAssertEqual(orders, other.orders, line: line)
        XCTAssertEqual(keys, other.keys, line: line)
        XCTAssertEqual(acknowledged, other.acknowledged, line: line)
        XCTAssertEqual(positions, other.positions, line: line)
        XCTAssertEqual(executions, other.executions, line: line)
        XCTAssertEqual(replaced, other.replaced, line: line)
        XCTAssertEqual(cash, other.cash, line: line)
        XCTAssertEqual(lastOrder, other.lastOrder, line: line)
        XCTAssertEqual(lastTrade, other.lastTrade, line: line)
        XCTAssertEqual(planned, other.planned, line: line)
    }
}
