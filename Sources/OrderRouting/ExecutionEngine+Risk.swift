import RiskControl
import TradingModel

/// What the risk gate is told, and what it is asked. Without limits none of it costs anything.
extension ExecutionEngine {
    /// Takes up the bars of a slice that is over: returns, volumes, prices, and what the account is worth at the end of a session.
    public mutating func observe(_ slice: BarSlice) throws(ArithmeticOverflow) {
        guard facts != nil else { return }
        for index in slice.instruments.indices {
            let instrument = slice.instruments[index]
            gate.observe(slice.bars[index], of: instrument, on: slice.session)
            guard slice.bars[index].hasTrades else { continue }
            facts!.marks[Int(instrument.index)] = slice.bars[index].close
            facts!.markTimes[Int(instrument.index)] = slice.end
        }
        if slice.isLastOfSession { facts!.lastSession = slice.session }
        // What an account at a broker was worth before it was first valued nobody knows; what it holds now it may have bought since.
        guard slice.isLastOfSession, facts!.equity.lastTime.map({ $0 < slice.end }) ?? (router.mode == .training) else {
            return
        }
        if let equity = try markedEquity() { facts!.mark(equity, at: slice.end, on: slice.session) }
    }

    /// When the account was last valued, on record or since; nil before the first time, and where nothing is limited.
    public var lastEquityMark: Timestamp? { facts?.equity.lastTime }

    /// What the account was worth since it was restored, for the record; each mark is handed over once.
    public mutating func takeEquityMarks() -> [EquityMark] {
        defer { facts?.newMarks.removeAll() }
        return facts?.newMarks ?? []
    }

    /// Tells the gate of a moment of decision, with the prices that are planned with.
    ///
    /// - Parameter times: when the prices were made; nil where they are of bars, which are as old as the bar.
    mutating func beginReviews(
        at time: Timestamp, _ prices: [Price?], of times: [Timestamp?]?
    ) throws(ArithmeticOverflow) {
        guard facts != nil else { return }
        for index in prices.indices {
            guard let price = prices[index] else { continue }
            facts!.marks[index] = price
            if let made = times?[index] {
                facts!.markTimes[index] = made
            } else if facts!.markTimes[index] == nil {
                facts!.markTimes[index] = time
            }
        }
        facts!.setTime(time)
        if let equity = try markedEquity() { facts!.mark(equity, at: time, on: facts!.today) }
        countEarlierOrders()
        facts!.isStale = true
    }

    /// Orders of the day that an earlier process has planned count as well.
    private mutating func countEarlierOrders() {
        guard let known = facts, !known.hasCountedEarlierOrders else { return }
        facts!.hasCountedEarlierOrders = true
        guard router.mode == .production else { return }
        let times = book.all.filter {
            !$0.state.isDenied && $0.childNumber == nil && known.setup.localTime.date(of: $0.createdAt) == known.today
        }
        .map(\.createdAt).sorted()
        let minute = times.filter { known.now.ms - $0.ms < 60_000 }
        gate.restore(ordersOn: known.today, count: times.count, times: minute)
    }

    /// What the account is worth at the last prices; nil where the price of something that is held is not known.
    func markedEquity() throws(ArithmeticOverflow) -> Money? {
        guard let facts else { return nil }
        for index in positions.indices where positions[index].quantity != .zero && facts.marks[index] == nil {
            return nil
        }
        return try equity(at: facts.marks)
    }

    mutating func tellAccount() throws(ArithmeticOverflow) {
        guard let known = facts else { return }
        var snapshot = RiskSnapshot(instruments: instruments.count)
        snapshot.marks = known.marks
        snapshot.markTimes = known.markTimes
        for index in positions.indices { snapshot.positions[index] = positions[index].quantity }
        let openOrders = book.open.filter { !isAssumedGone($0) }
        snapshot.openOrderCount = openOrders.count { isOlder($0, than: known.now) }
        var open = known.held.map { _ in [Int32: Quantity]() }
        if strategies != nil { try tellOpenOrders(&open) }
        for order in openOrders where order.parent == nil && isExpected(order) {
            let index = Int(order.terms.instrument.index)
            let rest = order.terms.side == .buy ? order.remaining : -order.remaining
            if order.terms.side == .buy {
                snapshot.buys[index] = try snapshot.buys[index].adding(rest, "the open buys of an instrument")
            } else {
                snapshot.sells[index] = try snapshot.sells[index].adding(-rest, "the open sells of an instrument")
            }
            guard strategies == nil, let strategy = known.strategy(of: order.decision) else { continue }
            open[Int(strategy)][Int32(index), default: .zero] =
                try open[Int(strategy)][Int32(index), default: .zero].adding(rest, "the open orders of a strategy")
        }
        for strategy in known.held.indices {
            for index in instruments.indices {
                let rest = open[strategy].isEmpty ? .zero : open[strategy][Int32(index)] ?? .zero
                let held = strategies?.held(Int32(strategy), InstrumentID(index)) ?? known.held[strategy][index]
                guard held != .zero || rest != .zero else { continue }
                snapshot.holdings.append(
                    StrategyHolding(
                        strategy: Int32(strategy), instrument: InstrumentID(index), held: held, open: rest))
            }
        }
        snapshot.equity = try markedEquity()
        snapshot.peakEquity = known.equity.peak
        snapshot.dayEquity = known.dayEquity
        snapshot.buyingPower = cash
        gate.begin(snapshot)
        facts?.isStale = false
    }

    /// What open orders would add for each strategy, by instrument, where they are shared out.
    private func tellOpenOrders(_ open: inout [[Int32: Quantity]]) throws(ArithmeticOverflow) {
        guard let strategies else { return }
        let expected = try expectedOfStrategies()
        for index in instruments.indices {
            for strategy in open.indices {
                let place = index * strategies.count + strategy
                open[strategy][Int32(index)] = expected[place] - strategies.held[place]
            }
        }
    }

    /// What the gate says; exits of an entry that it denied are denied too, and follow it where it was cut.
    mutating func review(
        _ planned: PlannedOrder, parent: OrderNumber?, confidence: Double? = nil, at time: Timestamp
    ) throws(ArithmeticOverflow) -> RiskVerdict {
        if isEntryDenied(parent) { return RiskVerdict(denied: .parentRejected) }
        if let reason = stop(of: planned, parent: parent) { return RiskVerdict(denied: reason) }
        guard facts != nil else {
            return gate.review(planned, context: RiskContext(time: time, date: CalendarDate(days: 0)))
        }
        let entry = parent.flatMap(book.slot(of:)).map { book.records[$0] }
        facts!.setTime(time)
        if facts!.isStale { try tellAccount() }
        return gate.review(
            planned,
            context: RiskContext(
                time: time, date: facts!.today, strategy: facts!.strategy(of: planned.decision),
                confidence: confidence, entryApproved: entry?.terms.quantity))
    }

    /// Whether an order is one of those that a decision finds open; exits go with their entry, children with their parent.
    private func isOlder(_ order: OrderRecord, than time: Timestamp) -> Bool {
        order.createdAt < time && order.parent == nil && order.childNumber == nil
    }

    // MARK: - What happens to orders and positions

    /// An order ended with a rest that is not expected any more; asked only where limits are judged.
    mutating func forgetRest(of order: OrderRecord) {
        // What a child leaves is its parent's still.
        guard let now = facts?.now, order.childNumber == nil else { return }
        let rest = order.terms.side == .buy ? -order.remaining : order.remaining
        let isOfSeveral = strategies != nil && (book.slot(of: order.number).map(self.isOfSeveral) ?? false)
        gate.expect(
            change: order.parent == nil ? rest : .zero, of: order.terms.instrument,
            strategy: isOfSeveral ? nil : facts!.strategy(of: order.decision), ended: isOlder(order, than: now) ? 1 : 0)
        if isOfSeveral { mistrustGate() }
    }

    /// A fill was booked.
    ///
    /// - Parameter ended: the order, where the fill was its last.
    mutating func noteFill(
        _ change: Quantity, of instrument: InstrumentID, at price: Price, commission: Money, decision: DecisionID?,
        parts: [StrategyPart] = [], ended: OrderRecord?
    ) {
        guard let now = facts?.now else { return }
        // What is held may be sold now, whatever else is open.
        facts!.isStale = true
        let strategy = decision.flatMap { facts!.strategy(of: $0) }
        if let ended, isOlder(ended, than: now) {
            gate.expect(change: .zero, of: instrument, strategy: strategy, ended: 1)
        }
        for part in parts {
            noteStrategyFill(
                part.change, of: instrument, at: price, commission: part.commission, strategy: part.member.strategy)
        }
        guard parts.isEmpty, let strategy else { return }
        noteStrategyFill(change, of: instrument, at: price, commission: commission, strategy: strategy)
    }

    /// What a strategy got, for its own record.
    mutating func noteStrategyFill(
        _ change: Quantity, of instrument: InstrumentID, at price: Price, commission: Money, strategy: Int32
    ) {
        guard facts != nil, strategy >= 0 else { return }
        let index = Int(instrument.index)
        if strategies == nil { facts!.held[Int(strategy)][index] = facts!.held[Int(strategy)][index] + change }
        gate.book(change, of: instrument, at: price, commission: commission, strategy: strategy)
    }

    /// A broker's execution was booked, or is on record; what is left of its order is known at the next review.
    mutating func noteFill(
        _ execution: AccountExecution, _ decision: DecisionID?, parts: [StrategyPart] = [], commission: Money
    ) {
        noteFill(
            execution.side == .buy ? execution.quantity : -execution.quantity, of: execution.instrument,
            at: execution.price, commission: commission, decision: decision, parts: parts, ended: nil)
    }

    /// A position changed in a way that the gate takes up at the next review.
    mutating func mistrustGate() { facts?.isStale = true }

    // MARK: - Records

    /// Tells of each limit that let an order pass without its data; once, for every order says so in its own record.
    mutating func alertOfOpenLimits(
        _ verdict: RiskVerdict, _ number: OrderNumber, at time: Timestamp, _ output: inout EngineOutput
    ) {
        guard !verdict.passedOpen.isEmpty, facts != nil else { return }
        for limit in facts!.openLimits.formUnion(verdict.passedOpen).names {
            output.journal.broker.notifications.append(
                NotificationRecord(
                    time: time, severity: .critical, code: "risk_failed_open",
                    message: "\(limit.rawValue) lets orders PASS without its data; risk_decisions says which",
                    order: number,
                    isOncePerRun: true))
        }
    }

    /// Adds to a record which limit bound, and why.
    func explain(_ verdict: RiskVerdict, _ planned: PlannedOrder, _ record: inout RiskRecord) {
        record.stop = verdict.stop
        record.target = verdict.target
        guard verdict.limit != nil || !verdict.passedOpen.isEmpty, let facts else { return }
        record.limit = (verdict.limit ?? verdict.passedOpen.names.first)?.rawValue
        record.observed = verdict.observed
        record.allowed = verdict.allowed
        record.explanation = verdict.sentence(
            ticker: ticker(planned.terms.instrument), requested: planned.terms.quantity,
            groups: facts.setup.limits.groups.map(\.name))
    }
}
