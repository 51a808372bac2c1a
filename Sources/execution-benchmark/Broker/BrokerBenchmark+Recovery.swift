import BrokerAdapters
import OrderRouting
import Rebalancing
import Storage
import TradingModel

/// Recovery of an account with a long record.
extension BrokerBenchmark {
    private static let account = "DU123"
    /// Orders of a day; four events or five each.
    private static let ordersPerRun = 500

    /// From the closed database to a machine that asks for its connection.
    func measureRecovery() throws {
        let path = newDatabase("recovery")
        let events = options.count ?? 1_000_000
        var history = try AccountHistory(path)
        while history.events < events { try history.addRun(orders: Self.ordersPerRun) }
        try history.interrupt()
        for _ in 0..<options.times { try show(try recover(path, history)) }
    }

    private func recover(_ path: String, _ history: AccountHistory) throws -> [String: Double] {
        let start_s = Clock.seconds
        let database = try Database.openForWriting(path, durability: .full)
        let store = ProductionStore(database)
        guard case .resumes(let handle) = try store.begin(history.lastHeader, decisions: []) else {
            throw BenchmarkError("the last run of \(path) is not open")
        }
        let names = RunNames(tickers: history.tickers, decisions: [])
        let (record, tickers, _, keys) = try store.record(of: Self.account, run: handle, names: names)
        let recordedAt_s = Clock.seconds
        let goal = RebalanceGoal(
            batches: [], decisionTime: DecisionTime(instant: history.now, isDate: false),
            instruments: tickers.map { Instrument(ticker: $0) }, currency: .usd)
        var machine = try RebalanceMachine(
            settings: RebalanceSettings(), goal: goal, record: record,
            keys: keys.compactMapValues { OrderKey($0) },
            session: IBKRSessionConfiguration(account: Self.account, clientID: 17, port: options.port),
            highWaterMark: try store.highWaterMark(venue: "ibkr", account: Self.account) ?? 0, groupPrefix: "recovery",
            clock: IBKRClock(local: .utc), makeKey: { _, _ in throw BenchmarkError("nothing is ordered") })
        _ = try machine.handle(.start, at: IBKRMoment(uptime_ms: 1, time: history.now))
        let end_s = Clock.seconds
        try ProductionJournal(database, handle: handle, names: names).release()
        return [
            "seconds": end_s - start_s, "record_s": recordedAt_s - start_s, "events": Double(history.events),
            "orders": Double(history.orders), "executions": Double(record.executions.count),
            "orders_followed": Double(record.orders.count),
        ]
    }
}
