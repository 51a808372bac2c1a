import Foundation
import SeededTesting
import TradingModel
import XCTest

@testable import Storage

final class RandomAccountTests: AccountTestCase {
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
