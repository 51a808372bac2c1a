import TradingModel

@testable import Storage

/// A small broker's account that keeps its own books, as the engine does, so that its batches agree with themselves.
struct AccountScenario {
    static let start = Timestamp(ms: 1_750_000_000_000)
    static let decisions = [
        Decision(decisionID: "p1", decidedAt: start, strategyID: "momentum", profileVersionID: "v7", regimeID: "calm"),
        Decision(decisionID: "p2", decidedAt: start.adding(ms: 1_000)),
    ]
    static let names = RunNames(tickers: ["AAPL", "MSFT", "IBM"], decisions: decisions, ocaGroups: ["g0", "g1"])

    static func header(
        _ runID: String = "rebalance-1", account: String = "DU123", venue: String = "ibkr", digest: String? = nil,
        codeVersion: String = "1"
    ) -> RunHeader {
        RunHeader(
            runID: runID, mode: .production, venue: venue, account: account, currency: .usd,
            initialCash: Money(e6: 50_000_000_000), configJSON: #"{"timeout":"30m"}"#, inputDigest: digest ?? runID,
            codeVersion: codeVersion, record: .full, startedAt: start)
    }

    static let outcome = RunOutcome(
        status: .completed, summaryJSON: #"{"orders":2}"#, finalEquity: Money(e6: 1), finishedAt: start)

    /// Begins or takes up a run, and goes on from what is on record.
    static func begin(
        _ database: Database, _ header: RunHeader = header(), names: RunNames = names
    ) throws -> (scenario: AccountScenario, journal: ProductionJournal, run: RunHandle) {
        let store = ProductionStore(database)
        let run: RunHandle
        switch try store.begin(header, decisions: names.decisions) {
        case .started(let handle), .resumes(let handle): run = handle
        case .alreadyCompleted(let finished): throw Failure(text: "run \(finished.runID) is complete")
        }
        let read = try store.record(of: header.account, run: run, names: names)
        var all = names
        all.tickers = read.tickers
        all.decisions = read.decisions
        return (
            AccountScenario(read.0, keys: read.orderKeys), try ProductionJournal(database, handle: run, names: all),
            run
        )
    }

    struct Failure: Error {
        var text: String
    }

    var batch = JournalBatch()
    var orders: [OrderNumber: OrderRecord] = [:]
    var acknowledged: Set<OrderNumber>
    var keys: [OrderNumber: String]
    var positions: [InstrumentID: PositionRecord] = [:]
    var executions: [ExecutionID: AccountRecord.Execution] = [:]
    var replaced: Set<ExecutionID>
    var cash: Money
    var lastOrder: Int64
    var lastTrade: Int64
    var planned: Set<AccountRecord.PlannedTarget>
    var now = AccountScenario.start
    var new: Set<OrderNumber> = []
    var changed: Set<OrderNumber> = []
    var changedPositions: Set<InstrumentID> = []

    init(_ record: AccountRecord, keys: [OrderNumber: String]) {
        for order in record.orders { orders[order.number] = order }
        for position in record.positions { positions[position.instrument] = position }
        for known in record.executions { executions[known.execution.id] = known }
        replaced = Set(record.replacedExecutions)
        acknowledged = record.acknowledged
        cash = record.cash
        lastOrder = record.lastOrder.value
        lastTrade = record.lastTrade
        planned = record.planned
        self.keys = keys
    }

    /// What happened since the last call, as one batch.
    mutating func takeBatch() -> JournalBatch {
        batch.newOrders = new.sorted().compactMap { orders[$0] }
        batch.changedOrders = changed.subtracting(new).sorted().compactMap { orders[$0] }
        batch.positions = changedPositions.sorted().compactMap { positions[$0] }
        batch.balance = cash
        defer {
            batch = JournalBatch()
            new = []
            changed = []
            changedPositions = []
        }
        return batch
    }

    static func key(_ order: OrderRecord, of runID: String) -> String {
        runID.filter { $0.isLetter || $0.isNumber } + "k\(order.number.value)"
    }

    /// Commits what happened since the last call.
    mutating func write(to journal: ProductionJournal, runID: String = "rebalance-1") throws {
        for number in new { keys[number] = orders[number].map { AccountScenario.key($0, of: runID) } }
        try journal.write(takeBatch()) { AccountScenario.key($0, of: runID) }
    }
}
