import MarketSimulation
import TradingModel

/// Reads a run's events as a stranger would and says what cannot be.
///
/// It knows the scenario and the events, and nothing of the simulator's insides.
struct SimulationAudit {
    let scenario: SimulationScenario
    let outcome: ScenarioOutcome
    let orders: [String: ScenarioOrder]
    let bars: [String: [Timestamp: Bar]]

    private(set) var findings: [String] = []
    private var cash: Money
    private var lowestCash: Money
    private var positions: [String: Quantity] = [:]
    private var states: [String: OrderState] = [:]
    private var terms: [String: OrderTerms] = [:]
    private var filled: [String: Quantity] = [:]
    private var executions: [String: Int32] = [:]
    private(set) var usedOfBar: [String: [Timestamp: Quantity]] = [:]
    /// What a group may still fill, and what exits may still take of their entry, in shares of today.
    private var groupRoom: [String: Quantity] = [:]
    private var familyRoom: [String: Quantity] = [:]
    /// The session in which a DAY order has filled.
    private var sessions: [String: CalendarDate] = [:]
    private var reportedOpen: Set<String> = []
    private var lastFill: (bar: Timestamp, time: Timestamp)?

    init(_ scenario: SimulationScenario, _ outcome: ScenarioOutcome) {
        self.scenario = scenario
        self.outcome = outcome
        orders = Dictionary(uniqueKeysWithValues: scenario.orders.map { ($0.label, $0) })
        bars = Dictionary(grouping: scenario.bars, by: \.ticker).mapValues { bars in
            Dictionary(uniqueKeysWithValues: bars.map { ($0.bar.start, $0.bar) })
        }
        cash = scenario.cash
        lowestCash = scenario.cash
        for order in scenario.orders {
            states[order.label] = .submitted
            filled[order.label] = .zero
            familyRoom[order.label] = .zero
        }
    }

    mutating func run() throws {
        for event in outcome.events { try read(event) }
        expect(cash == outcome.cash, "cash is \(outcome.cash), its movements give \(cash)")
        expect(lowestCash == outcome.lowestCash, "the lowest cash is \(outcome.lowestCash), not \(lowestCash)")
        for (ticker, position) in outcome.positions {
            let sum = positions[ticker] ?? .zero
            expect(position == sum, "\(ticker) is \(position), fills and splits give \(sum)")
        }
        for (label, state) in states where state == .working {
            expect(reportedOpen.contains(label), "\(label) neither ended nor is reported open")
        }
        findings += missedFills()
    }

    private mutating func expect(_ condition: Bool, _ finding: String) {
        if !condition { findings.append(finding) }
    }

    private mutating func read(_ event: VenueEvent) throws {
        switch event {
        case .accepted(let number, _):
            move(outcome.label(number), .accept)
            openGroup(of: outcome.label(number))
        case .rejected(let number, let reason, _): move(outcome.label(number), .reject(reason))
        case .cancelled(let number, let reason, _, _): move(outcome.label(number), .cancel(reason))
        case .expired(let number, let reason, _, _): move(outcome.label(number), .expire(reason))
        case .filled(let fill): try read(fill)
        case .resized(let number, let newTerms, let reported, _, _): resize(outcome.label(number), newTerms, reported)
        case .split(let instrument, let ratioE9, let exact, let kept, _):
            readSplit(outcome.ticker(instrument), ratioE9, exact, kept)
        case .modified, .modifyRefused: findings.append("\(event): nobody asked for a change")
        case .cash(_, _, let amount, _): move(cash: amount)
        case .open(let number, _):
            let label = outcome.label(number)
            expect(states[label] == .working, "\(label) is reported open and is \(states[label]?.code ?? "unknown")")
            reportedOpen.insert(label)
        }
    }

    private mutating func move(cash amount: Money) {
        cash = cash + amount
        lowestCash = min(lowestCash, cash)
    }

    /// Every event has to be a legal move of an order that has not ended.
    private mutating func move(_ label: String, _ transition: OrderTransition) {
        let state = states[label] ?? .planned
        expect(!state.isTerminal, "\(label) is \(state.code) and gets \(transition.kind)")
        do { states[label] = try state.after(transition) } catch { findings.append("\(label): \(error)") }
    }

    private mutating func resize(_ label: String, _ newTerms: OrderTerms, _ reported: Quantity) {
        expect(states[label] == .working, "\(label) is resized and is \(states[label]?.code ?? "unknown")")
        expect(reported == filled[label], "\(label) is said to have filled \(reported)")
        expect(
            newTerms.quantity > reported, "\(label) is resized to \(newTerms.quantity) of which \(reported) is filled")
        terms[label] = newTerms
    }

    /// From its first member on, a group has room for the quantity of one.
    private mutating func openGroup(of label: String) {
        guard let order = orders[label], let group = order.group, groupRoom[group] == nil else { return }
        groupRoom[group] = order.quantity
    }

    // MARK: - Fills

    private mutating func read(_ fill: Fill) throws {
        let label = outcome.label(fill.order)
        guard let order = orders[label] else { return findings.append("a fill of the unknown order \(label)") }
        readOrder(of: fill, order)
        readBar(of: fill, order)
        readRooms(of: fill, order)
        expect(fill.slippage >= .zero, "\(label) gained by slippage")
        move(cash: try fill.cashFlow() - fill.commission)
        let signed = Quantity(e8: fill.quantity.e8 * fill.side.sign)
        positions[order.ticker] = (positions[order.ticker] ?? .zero) + signed
        if order.cashRule != .unchecked {
            expect(cash >= .zero, "\(label) was to stay within the cash and left \(cash)")
        }
    }

    private mutating func readOrder(of fill: Fill, _ order: ScenarioOrder) {
        let label = order.label
        let sum = (filled[label] ?? .zero) + fill.quantity
        let quantity = terms[label]?.quantity ?? order.quantity
        filled[label] = sum
        executions[label, default: 0] += 1
        expect(fill.quantity > .zero && fill.side == order.side, "\(label) filled \(fill.quantity)")
        expect(sum <= quantity, "\(label) filled \(sum) of \(quantity)")
        expect(fill.executionIndex == executions[label], "\(label) numbers a fill \(fill.executionIndex)")
        if order.timeInForce == .fillOrKill {
            expect(fill.quantity == quantity, "\(label) is FOK and filled \(fill.quantity) of \(quantity)")
        }
        move(label, .fill(isComplete: sum == quantity))
        guard scenario.rules.preset != .zipline, let limit = (terms[label]?.type ?? order.type).limitPrice else {
            return
        }
        let isWorse = fill.side == .buy ? fill.price > limit : fill.price < limit
        expect(!isWorse, "\(label) has the limit \(limit) and filled at \(fill.price)")
    }

    private mutating func readBar(of fill: Fill, _ order: ScenarioOrder) {
        guard let bar = bars[order.ticker]?[fill.barStart] else {
            return findings.append("\(order.label) filled on a bar that is not there")
        }
        let isWithoutCap = scenario.rules.preset == .backtrader && scenario.rules.volumeLimitE9 == nil
        expect(bar.hasTrades || isWithoutCap, "\(order.label) filled on an empty bar")
        readTime(of: fill, order)
        let used = (usedOfBar[order.ticker]?[fill.barStart] ?? .zero) + fill.quantity
        usedOfBar[order.ticker, default: [:]][fill.barStart] = used
        if scenario.rules.preset != .backtrader, let limitE9 = scenario.rules.volumeLimitE9, let volume = bar.volume {
            let cap = Int128(volume.e8) * Int128(limitE9) / 1_000_000_000
            expect(Int128(used.e8) <= cap, "\(used) of \(order.ticker) filled on a bar of \(volume)")
        }
        readPrice(of: fill, order, bar)
    }

    /// The price is the one that the rule names, where nothing slips.
    private mutating func readPrice(of fill: Fill, _ order: ScenarioOrder, _ bar: Bar) {
        guard scenario.rules.slippage == .none, scenario.rules.preset == nil else { return }
        let isRight =
            switch fill.rule.rawValue {
            case let rule where rule.hasSuffix("open") || rule == "opening":
                fill.price == bar.open && fill.time == bar.start
            case let rule where rule.hasSuffix("close") || rule == "closing":
                fill.price == bar.close && fill.time > bar.start
            default: bar.low <= fill.price && fill.price <= bar.high && fill.time > bar.start
            }
        expect(isRight, "\(order.label) filled at \(fill.price) by \(fill.rule.rawValue) at \(fill.time) on \(bar)")
    }

    /// No fill comes from a bar that starts before the decision, except under `same_close`.
    private mutating func readTime(of fill: Fill, _ order: ScenarioOrder) {
        let end = scenario.interval.end(of: fill.barStart, in: .utc)
        if fill.rule == .sameClose {
            let isItsBar =
                fill.barStart < order.decided.instant && (order.decided.instant <= end || order.decided.isDate)
            expect(isItsBar, "\(order.label) took the close of a bar that is not its own")
        } else {
            let latency_ms = order.decided.isDate ? 0 : scenario.rules.latency_ms
            let arrival = order.decided.instant.adding(ms: latency_ms)
            expect(fill.barStart >= arrival, "\(order.label) filled on a bar that starts before it arrives")
        }
        expect(
            fill.time == fill.barStart || fill.time == end, "\(order.label) filled at a time that is none of its bar's")
        if let last = lastFill, scenario.rules.preset == nil {
            expect(
                (last.bar, last.time) <= (fill.barStart, fill.time), "\(order.label) filled before the fill before it")
        }
        lastFill = (fill.barStart, fill.time)
        readLife(of: fill, order)
    }

    /// No fill after a cancel or an expiry, one fill of what is tested once, one session for a DAY order.
    private mutating func readLife(of fill: Fill, _ order: ScenarioOrder) {
        guard scenario.rules.preset == nil else { return }
        if case .goodTilDate(let instant) = order.timeInForce {
            expect(fill.barStart < instant, "\(order.label) filled after its good-till date")
        }
        if let cancelAt = order.cancelAt {
            let latency_ms = cancelAt.isDate ? 0 : scenario.rules.latency_ms
            expect(fill.barStart < cancelAt.instant.adding(ms: latency_ms), "\(order.label) filled after its cancel")
        }
        let session = LocalTime.utc.date(of: fill.barStart)
        switch order.timeInForce {
        case .immediateOrCancel, .fillOrKill, .atTheOpening, .atTheClose:
            expect(fill.executionIndex == 1, "\(order.label) is tested once and filled again")
        case .day where order.cashRule == .unchecked && fill.rule != .sameClose:
            expect(sessions[order.label] ?? session == session, "\(order.label) is DAY and filled in two sessions")
            sessions[order.label] = session
        default: break
        }
    }

    /// OCA groups never overfill, and exits never exceed what their entry has filled.
    private mutating func readRooms(of fill: Fill, _ order: ScenarioOrder) {
        familyRoom[order.label] = (familyRoom[order.label] ?? .zero) + fill.quantity
        guard scenario.rules.preset != .backtrader else { return }
        if let group = order.group {
            let room = (groupRoom[group] ?? .zero) - fill.quantity
            groupRoom[group] = room
            expect(room >= .zero, "\(order.label) fills its group \(group) beyond its quantity")
        }
        if let parent = order.parent {
            let room = (familyRoom[parent] ?? .zero) - fill.quantity
            familyRoom[parent] = room
            expect(room >= .zero, "\(order.label) exits more than \(parent) entered")
        }
    }

    // MARK: - Splits

    private mutating func readSplit(_ ticker: String, _ ratioE9: Int64, _ exact: Quantity, _ kept: Quantity) {
        let old = positions[ticker] ?? .zero
        expect(exact == scaled(old, ratioE9), "a split makes \(exact) of \(old) \(ticker)")
        expect(kept.magnitude <= exact.magnitude, "a split keeps \(kept) of \(exact) \(ticker)")
        positions[ticker] = kept
        let orders = scenario.orders.filter { $0.ticker == ticker }
        for order in orders { familyRoom[order.label] = familyRoom[order.label].map { scaled($0, ratioE9) } }
        for group in Set(orders.compactMap(\.group)) { groupRoom[group] = groupRoom[group].map { scaled($0, ratioE9) } }
    }

    private func scaled(_ quantity: Quantity, _ ratioE9: Int64) -> Quantity {
        Quantity(e8: Int64(Int128(quantity.e8) * Int128(ratioE9) / 1_000_000_000))
    }
}
