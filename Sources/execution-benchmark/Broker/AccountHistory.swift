import Storage
import TradingModel

/// Makes the record of an account: a run a day, each order with its events, fills, cash entries and timings.
struct AccountHistory {
    let tickers = (0..<GatewayTickers.count).map { GatewayTickers.name($0) }
    private(set) var events = 0
    private(set) var orders = 0
    private(set) var now = Timestamp(ms: 1_000_000_000_000)
    private(set) var lastHeader: RunHeader

    private let database: Database
    private let store: ProductionStore
    private var journal: ProductionJournal?
    private var runs = 0
    private var executions = 0
    private var cash = Money.zero

    init(_ path: String) throws {
        database = try Database.openForWriting(path, durability: .normal)
        store = ProductionStore(database)
        lastHeader = Self.header(0, now)
    }

    private static func header(_ run: Int, _ time: Timestamp) -> RunHeader {
        RunHeader(
            runID: "rebalance-\(run)", mode: .production, venue: "ibkr", account: "DU123", currency: .usd,
            initialCash: .zero, configJSON: "{}", inputDigest: "\(run)", codeVersion: "1", record: .full,
            startedAt: time)
    }

    /// Adds the run of a day; the one before it is complete then.
    mutating func addRun(orders count: Int) throws {
        try journal?.finish(RunOutcome(status: .completed, summaryJSON: "{}", finalEquity: nil, finishedAt: now))
        now = now.adding(ms: 86_400_000)
        runs += 1
        lastHeader = Self.header(runs, now)
        let decision = Decision(decisionID: "decision \(runs)", decidedAt: now, strategyID: "momentum")
        guard case .started(let handle) = try store.begin(lastHeader, decisions: [decision]) else {
            throw BenchmarkError("run \(runs) is there already")
        }
        let journal = try ProductionJournal(
            database, handle: handle, names: RunNames(tickers: tickers, decisions: [decision]))
        self.journal = journal
        var batch = JournalBatch()
        var trades: Int64 = 0
        for number in 1...count { try add(OrderNumber(Int64(number)), to: &batch, &trades) }
        batch.balance = cash
        let run = runs
        try journal.write(batch) { "R\(run)N\($0.number.value)" }
        events += batch.events.count
        orders += count
    }

    /// Leaves the last run as a crash would.
    func interrupt() throws { try journal?.release() }

    private mutating func add(_ number: OrderNumber, to batch: inout JournalBatch, _ trades: inout Int64) throws {
        let instrument = InstrumentID(Int(number.value) % tickers.count)
        let terms = OrderTerms(
            instrument: instrument, side: .buy, quantity: Quantity(units: 100), type: .market, timeInForce: .day)
        var order = OrderRecord(
            number: number, decision: DecisionID(0), inputRow: nil, leg: 0, action: .increase, terms: terms,
            state: .planned, arrivalPrice: Price(e8: 10_000_000_000), createdAt: now, parent: nil, ocaGroup: nil)
        func event(_ kind: OrderEventRecord.Kind, _ from: OrderState?, _ to: OrderState) -> OrderEventRecord {
            OrderEventRecord(order: number, time: now, kind: kind, from: from, to: to)
        }
        batch.append(event(.created, nil, .planned))
        batch.append(event(.moved(.submit), .planned, .submitted))
        batch.append(event(.moved(.accept), .submitted, .working))
        batch.append(
            RiskRecord(
                decision: DecisionID(0), order: number, instrument: instrument, side: .buy,
                requested: terms.quantity, approved: terms.quantity, reason: nil))
        let fills: Int64 = number.value % 5 < 2 ? 2 : 1
        for fill in 1...fills {
            trades += 1
            try add(fill, of: fills, trades, &order, to: &batch)
        }
        for stage in TimingRecord.Stage.allCases {
            batch.broker.timings.append(TimingRecord(order: number, stage: stage, time: now))
        }
        batch.broker.links.append(VenueLinkRecord(order: number, venueOrderID: "\(orders + Int(number.value))"))
        order.state = .filled
        order.updatedAt = now
        batch.newOrders.append(order)
    }

    private mutating func add(
        _ fill: Int64, of fills: Int64, _ trade: Int64, _ order: inout OrderRecord, to batch: inout JournalBatch
    ) throws {
        executions += 1
        let quantity = Quantity(units: 100 / fills)
        let price = Price(e8: 10_000_000_000 + trade % 1_000 * 1_000_000)
        let commission = Money(e6: 1_000_000)
        let value = try Money(price * quantity, rounding: .nearest)
        let instrument = order.terms.instrument
        batch.broker.trades.append(
            BrokerTradeRecord(
                number: trade, order: order.number, decision: order.decision, instrument: instrument, side: .buy,
                quantity: quantity, price: price, commission: commission, time: now,
                executionID: "0000e0d5.\(String(executions, radix: 16)).01.01", rule: .execution, supersedes: nil))
        batch.append(CashRecord(time: now, kind: .trade, amount: -value, trade: trade, instrument: instrument))
        batch.append(
            CashRecord(time: now, kind: .commission, amount: -commission, trade: trade, instrument: instrument))
        cash = cash - value - commission
        batch.append(
            OrderEventRecord(
                order: order.number, time: now, kind: .moved(.fill(isComplete: fill == fills)), from: .working,
                to: fill == fills ? .filled : .working, quantity: quantity, trade: trade))
        order.filled = order.filled + quantity
        order.filledValue = order.filledValue + price * quantity
    }
}
