import InputFiles
import OrderRouting
import TradingModel

/// The decisions of a plan in the order of time, ready for the engine.
struct DecisionSchedule {
    /// Everything decided at one time.
    struct Entry {
        var time: DecisionTime
        var batches: [TargetBatch]
        var orders: [OwnOrder]
    }

    private(set) var entries: [Entry] = []
    /// By `DecisionID`.
    let decisions: [Decision]

    init(_ plan: ExecutionPlan, runID: String) {
        self.init(plan.input, plan.configuration, runID: runID)
    }

    init(_ input: ExecutionPlan.Input, _ configuration: Configuration, runID: String) {
        decisions = Self.name(input.decisions, runID, configuration.localTime)
        switch input {
        case .targets(let sheet): addBatches(sheet, configuration.orders)
        case .orders(let sheet): addOrders(sheet)
        case .intents(let rows): add(rows.orders)
        }
        // At one instant a date comes first: it was decided when the day before was over.
        entries.sort { left, right in
            left.time.instant == right.time.instant
                ? left.time.isDate && !right.time.isDate : left.time.instant < right.time.instant
        }
    }

    /// The same schedule without what is decided after a time.
    func upTo(_ time: DecisionTime) -> DecisionSchedule {
        var part = self
        part.entries.removeAll { $0.time.instant > time.instant }
        return part
    }

    /// A decision without an id gets one from the run and its time, so that it is the run's own.
    static func name(_ decisions: [FileDecision], _ runID: String, _ localTime: LocalTime) -> [Decision] {
        var uses: [DecisionTime: Int] = [:]
        func ownID(_ time: DecisionTime) -> String {
            let use = uses[time, default: 0] + 1
            uses[time] = use
            let base = "\(runID):\(time.text(in: localTime))"
            return use == 1 ? base : "\(base):\(use)"
        }
        return decisions.map { decision in
            Decision(
                decisionID: decision.decisionID ?? ownID(decision.asOf),
                decidedAt: decision.asOf.instant,
                strategyID: decision.strategyID, profileVersionID: decision.profileVersionID,
                regimeID: decision.regimeID,
                universeID: decision.universeID)
        }
    }

    private mutating func addBatches(_ sheet: TargetSheet, _ defaults: OrderDefaults) {
        var places: [DecisionTime: Int] = [:]
        var batchPlaces = [Int](repeating: -1, count: sheet.decisions.count)
        for row in sheet.rows {
            let decision = Int(row.decisionIndex)
            let time = sheet.decisions[decision].asOf
            let request = TargetRequest(
                row: Int64(row.queueRow), instrument: InstrumentID(Int(row.tickerIndex)), size: row.size,
                referencePrice: row.referencePrice, type: row.limitPrice.map { .limit($0) } ?? .market,
                timeInForce: row.timeInForce ?? defaults.timeInForce, algorithm: row.algorithm)
            let place = places[time] ?? entries.count
            if place == entries.count {
                places[time] = place
                entries.append(Entry(time: time, batches: [], orders: []))
            }
            if batchPlaces[decision] < 0 {
                batchPlaces[decision] = entries[place].batches.count
                entries[place].batches.append(TargetBatch(decision: DecisionID(decision), targets: []))
            }
            entries[place].batches[batchPlaces[decision]].targets.append(request)
        }
    }

    private mutating func addOrders(_ sheet: OrderSheet) {
        add(
            sheet.rows.lazy.enumerated().map { index, row in
                let order = OwnOrder(
                    row: Int64(index), decision: DecisionID(Int(row.decisionIndex)),
                    terms: OrderTerms(
                        instrument: InstrumentID(Int(row.tickerIndex)), side: row.side, quantity: row.quantity,
                        type: row.type, timeInForce: row.timeInForce),
                    cancelAt: row.cancelAt, parentRow: row.parentRow.map(Int64.init), ocaGroup: row.ocaGroup,
                    isGroupOfBracketOnly: row.ocaGroup.map { sheet.ocaGroups[Int($0)] == nil } ?? false,
                    algorithm: row.algorithm, followsLevel: row.followsLevel)
                return (row.asOf, order)
            })
    }

    /// Orders of the user's own, with the times they were decided.
    private mutating func add(_ orders: some Sequence<(time: DecisionTime, order: OwnOrder)>) {
        var places: [DecisionTime: Int] = [:]
        for (time, order) in orders {
            let place = places[time] ?? entries.count
            if place == entries.count {
                places[time] = place
                entries.append(Entry(time: time, batches: [], orders: []))
            }
            entries[place].orders.append(order)
        }
    }
}

extension DecisionTime {
    /// The time as a file has it: the date whose end it is, or the instant.
    func text(in localTime: LocalTime) -> String {
        isDate ? localTime.date(of: instant.adding(ms: -1)).description : instant.description
    }
}
