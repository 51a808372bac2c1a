import OrderPlanning
import OrderRouting
import RiskControl
import TradingModel
import XCTest

/// An engine and a venue, run the way the service runs them: journal, then send, then bring the answers back.
struct Desk {
    private(set) var engine: ExecutionEngine
    var venue = FakeVenue()
    /// Everything that was journaled, in order.
    private(set) var journal = JournalBatch()
    /// The last record of every order.
    private(set) var orders: [OrderNumber: OrderRecord] = [:]
    private(set) var positionRecords: [InstrumentID: Position] = [:]
    let instruments: [Instrument]
    var closes: [Price?]
    var time = Timestamp(ms: 1_000_000_000_000)
    /// Whether state is collected after each input, as a run does that commits each one.
    var collects = true

    init(
        _ planning: PlanningRules = PlanningRules(),
        instruments: [Instrument] = ["A", "B", "C"].map { Instrument(ticker: $0) },
        cash: Int64 = 1_000_000, latency_ms: Int64 = 0, risk: RiskSetup? = nil,
        aggressiveness: AggressivenessSetup? = nil
    ) throws {
        self.instruments = instruments
        closes = instruments.map { _ in Price(e8: 100 * Price.scale) }
        engine = ExecutionEngine(
            instruments: instruments, planning: planning, router: ModeRouter(mode: .training, latency_ms: latency_ms),
            risk: risk, aggressiveness: aggressiveness)
        try take(.deposit(Money(e6: cash * Money.scale), at: time))
    }

    /// The kill switches that are on from now on.
    mutating func turn(_ board: KillSwitchBoard) { engine.switches.board = board }

    /// Handles an input and everything that follows from it at once.
    mutating func take(_ input: EngineInput) throws {
        var inputs = [input]
        while !inputs.isEmpty {
            var output = EngineOutput()
            try engine.handle(inputs.removeFirst(), into: &output)
            if collects { engine.collectState(into: &output.journal, keepsOrders: true) }
            keep(output.journal)
            var events: [VenueEvent] = []
            for request in output.requests { venue.handle(request, into: &events) }
            inputs += events.map(EngineInput.venue)
        }
    }

    private mutating func keep(_ batch: JournalBatch) {
        journal.targets += batch.targets
        journal.newOrders += batch.newOrders
        journal.changedOrders += batch.changedOrders
        journal.riskDecisions += batch.riskDecisions
        journal.events += batch.events
        journal.trades += batch.trades
        journal.cash += batch.cash
        journal.adjustments += batch.adjustments
        journal.positions += batch.positions
        if collects { journal.balance = batch.balance }
        for order in batch.newOrders + batch.changedOrders { orders[order.number] = order }
        for record in batch.positions { positionRecords[record.instrument] = record.position }
    }

    mutating func collect() -> JournalBatch {
        var batch = JournalBatch()
        engine.collectState(into: &batch, keepsOrders: true)
        keep(batch)
        return batch
    }

    // MARK: - What a test says

    mutating func decide(
        _ decision: Int, _ targets: [(instrument: Int, units: Int64)], type: OrderType = .market,
        at decidedAt: DecisionTime? = nil
    ) throws {
        let requests = targets.enumerated().map { row, target in
            TargetRequest(
                row: Int64(row), instrument: InstrumentID(target.instrument),
                size: .quantity(Quantity(units: target.units)),
                referencePrice: nil, type: type, timeInForce: .goodTilCancelled)
        }
        try take(
            .decide(
                [TargetBatch(decision: DecisionID(decision), targets: requests)],
                at: decidedAt ?? DecisionTime(instant: time, isDate: false), lastCloses: closes))
    }

    mutating func fill(_ number: Int64, _ units: Int64, at price: Int64 = 100, commission: Int64 = 0) throws {
        let event = try venue.fill(
            OrderNumber(number), Quantity(units: units), at: Price(e8: price * Price.scale), time,
            commission: Money(e6: commission * Money.scale))
        try take(.venue(event))
    }

    mutating func setMiddles(_ units: [Int64?]) {
        engine.middles = units.map { $0.map { Price(e8: $0 * Price.scale) } }
    }

    mutating func setLevels(_ levels: AggressivenessLevels) { engine.setLevels(levels) }

    mutating func confirmCancels() throws {
        for event in venue.confirmCancels() { try take(.venue(event)) }
    }

    func held(_ instrument: Int) -> Quantity { engine.positions[instrument].quantity }

    /// The orders sent so far: `1 BUY 10`.
    var sent: [String] {
        venue.submitted.map { "\($0.number.value) \($0.terms.side.code) \($0.terms.quantity)" }
    }

    /// The targets as they were planned: `0: 10 held 0 open 0 planned 10`.
    var planned: [String] {
        journal.targets.map { record in
            "\(record.decision.index): \(record.computed) held \(record.held) open \(record.open) planned \(record.planned)"
                + (record.residualReason.map { " \($0.rawValue)" } ?? "")
        }
    }

    func status(_ number: Int64) -> String? {
        orders[OrderNumber(number)].map {
            [$0.state.code, $0.state.reason?.rawValue].compactMap { $0 }.joined(separator: " ")
        }
    }

    // MARK: - What must always be true

    func checkBooks(file: StaticString = #filePath, line: UInt = #line) throws {
        XCTAssertEqual(
            engine.cash, journal.cash.reduce(.zero) { $0 + $1.amount }, "cash is Σ cash records", file: file, line: line
        )
        if collects { XCTAssertEqual(journal.balance, engine.cash, file: file, line: line) }
        for (index, position) in engine.positions.enumerated() {
            let traded = journal.trades.filter { $0.fill.instrument.index == index }.reduce(Quantity.zero) {
                sum, trade in
                sum + Quantity(e8: trade.fill.quantity.e8 * trade.fill.side.sign)
            }
            let adjusted = journal.adjustments.filter { $0.instrument.index == index }.reduce(Quantity.zero) {
                $0 + $1.change
            }
            XCTAssertEqual(
                position.quantity, traded + adjusted, "position is Σ trades + adjustments", file: file, line: line)
            if collects, let record = positionRecords[InstrumentID(index)] {
                XCTAssertEqual(record, position, "the journaled position is the last", file: file, line: line)
            }
        }
        XCTAssertEqual(
            journal.trades.map(\.number), journal.trades.indices.map { Int64($0 + 1) }, file: file, line: line)
        try checkCashOfTrades(file: file, line: line)
        checkChains(file: file, line: line)
        if collects { checkOrders(file: file, line: line) }
    }

    private func checkCashOfTrades(file: StaticString, line: UInt) throws {
        for trade in journal.trades {
            let entries = journal.cash.filter { $0.trade == trade.number }
            XCTAssertEqual(
                entries.filter { $0.kind == .trade }.map(\.amount), [try trade.fill.cashFlow()], file: file, line: line)
            XCTAssertEqual(
                entries.filter { $0.kind == .commission }.map(\.amount),
                trade.fill.commission == .zero ? [] : [-trade.fill.commission], file: file, line: line)
        }
    }

    /// The events of each order begin with its creation, each takes up where the last one ended, and every move is legal.
    private func checkChains(file: StaticString, line: UInt) {
        var states: [OrderNumber: OrderState] = [:]
        for event in journal.events {
            XCTAssertEqual(event.from, states[event.order], "\(event)", file: file, line: line)
            switch event.kind {
            case .created: XCTAssertNil(event.from, file: file, line: line)
            case .cancelRequested, .resized, .warned, .modifyRequested, .modified, .modifyRefused:
                XCTAssertEqual(event.from, event.to, file: file, line: line)
            case .moved(let transition):
                XCTAssertEqual(try? event.from?.after(transition), event.to, "\(event)", file: file, line: line)
            }
            states[event.order] = event.to
        }
        for (number, order) in orders where collects {
            XCTAssertEqual(order.state, states[number], "order \(number.value)", file: file, line: line)
        }
    }

    private func checkOrders(file: StaticString, line: UInt) {
        for (number, order) in orders {
            let fills = journal.trades.filter { $0.fill.order == number }.map(\.fill)
            XCTAssertEqual(order.filled, fills.reduce(.zero) { $0 + $1.quantity }, file: file, line: line)
            XCTAssertEqual(
                order.filledValue, fills.reduce(.zero) { $0 + $1.price * $1.quantity }, file: file, line: line)
            XCTAssertLessThanOrEqual(order.filled, order.terms.quantity, file: file, line: line)
            XCTAssertEqual(
                order.state == .filled, order.filled == order.terms.quantity && order.filled > .zero, file: file,
                line: line)
        }
        XCTAssertEqual(
            Set(journal.newOrders.map(\.number)).count, journal.newOrders.count, "new once", file: file, line: line)
        XCTAssertEqual(journal.riskDecisions.count, orders.count, file: file, line: line)
        let statistics = engine.statistics
        XCTAssertEqual(statistics.orders, Int64(orders.count), file: file, line: line)
        XCTAssertEqual(statistics.fills, Int64(journal.trades.count), file: file, line: line)
        let ended = orders.values.filter(\.state.isTerminal)
        XCTAssertEqual(
            statistics.filledOrders, Int64(ended.filter { $0.state == .filled }.count), file: file, line: line)
    }
}
