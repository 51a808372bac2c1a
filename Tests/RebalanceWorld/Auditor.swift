import GatewaySimulator
import TradingModel

/// Compares the gateway's own record with the journal; it knows nothing else.
public struct Auditor {
    let orders: [GatewayOrderRecord]
    let executions: [GatewayExecutionRecord]
    let positions: [String: Quantity]
    let cash: Money
    let facts: JournalFacts
    var findings: [String] = []

    /// - Parameter facts: everything on record.
    public init(_ gateway: SimulatedGateway, _ facts: JournalFacts) {
        orders = gateway.orderRecords
        executions = gateway.executionRecords
        positions = Dictionary(uniqueKeysWithValues: gateway.positionRecords.map { ($0.ticker, $0.quantity) })
        cash = gateway.cash
        self.facts = facts
    }

    /// What must hold whenever the process is between two inputs, even if it is dead.
    public mutating func checkAlways() -> [String] {
        checkNothingTwice()
        checkTrades()
        checkEvents()
        checkOrders()
        checkParents()
        checkBooks()
        return findings
    }

    /// What must hold beside that once everything has settled and the books were reconciled.
    ///
    /// - Parameter since: executions before this are older than what the gateway would tell.
    public mutating func checkSettled(since: Timestamp) -> [String] {
        checkExecutions(since: since)
        checkAccount()
        checkEnds()
        checkReasons()
        return findings
    }

    mutating func check(_ isTrue: Bool, _ finding: @autoclosure () -> String) {
        if !isTrue { findings.append(finding()) }
    }

    // MARK: - Always

    private mutating func checkNothingTwice() {
        let own = orders.filter { $0.clientID == World.clientID }
        for (key, same) in Dictionary(grouping: own, by: \.orderRef).sorted(by: { $0.key < $1.key }) {
            check(same.count == 1, "the gateway has order \(key) \(same.count) times")
            check(facts.orders.contains { $0.key == key }, "the gateway has order \(key), the journal has not")
        }
        let denied = Set(facts.orders.filter { $0.status == "DENIED" }.map(\.key))
        for order in own { check(!denied.contains(order.orderRef), "order \(order.orderRef) was denied and has left") }
        let ids = facts.trades.map(\.executionID)
        check(Set(ids).count == ids.count, "an execution is on record twice")
    }

    private mutating func checkTrades() {
        let known = Dictionary(uniqueKeysWithValues: executions.map { ($0.executionID, $0) })
        let rows = Dictionary(uniqueKeysWithValues: facts.trades.map { ($0.row, $0) })
        let keys = Dictionary(uniqueKeysWithValues: facts.orders.map { ($0.row, $0.key) })
        for trade in facts.trades {
            if trade.rule == BrokerFillRule.reversal.rawValue {
                checkReversal(trade, rows)
                continue
            }
            guard let execution = known[trade.executionID] else {
                findings.append("trade \(trade.executionID) never happened")
                continue
            }
            check(
                trade.ticker == execution.ticker && trade.side == execution.side
                    && trade.quantity == execution.quantity && trade.price == execution.price,
                "trade \(trade) is not execution \(execution)")
            let ownReference = execution.clientID == World.clientID ? execution.orderRef : ""
            check(
                trade.order.flatMap { keys[$0] } ?? "" == ownReference,
                "execution \(trade.executionID) of \(execution.orderRef) is booked for \(trade.order ?? 0)")
        }
    }

    private mutating func checkReversal(_ trade: JournalFacts.Trade, _ rows: [Int64: JournalFacts.Trade]) {
        guard let original = trade.supersedes.flatMap({ rows[$0] }) else {
            findings.append("reversal \(trade.executionID) is of nothing")
            return
        }
        check(
            trade.executionID == original.executionID + "-reversed" && trade.side == original.side.opposite
                && trade.quantity == original.quantity && trade.price == original.price
                && trade.ticker == original.ticker && trade.order == original.order,
            "reversal \(trade) is not that of \(original)")
    }

    private mutating func checkEvents() {
        let facts = facts
        let orders = Dictionary(uniqueKeysWithValues: facts.orders.map { ($0.row, $0) })
        for (row, events) in Dictionary(grouping: facts.events, by: \.order).sorted(by: { $0.key < $1.key }) {
            var last: String?
            for event in events {
                check(
                    event.from == last,
                    "order \(row): \(event.kind) comes from \(event.from ?? "-"), not \(last ?? "-")")
                check(
                    LegalMoves.allow(event),
                    "order \(row): \(event.from ?? "-") \(event.kind) \(event.to) is no legal move")
                last = event.to
            }
            check(
                orders[row]?.status == last,
                "order \(row) is \(orders[row]?.status ?? "-"), its events say \(last ?? "-")")
        }
        for order in facts.orders where !facts.events.contains(where: { $0.order == order.row }) {
            findings.append("order \(order.row) has no event")
        }
    }

    private mutating func checkOrders() {
        let trades = Dictionary(grouping: facts.trades.filter { $0.order != nil }, by: \.order)
        for order in facts.orders {
            let filled = trades[order.row, default: []].reduce(Quantity.zero) {
                $0 + ($1.side == order.side ? $1.quantity : -$1.quantity)
            }
            if order.isParent {
                check(filled == .zero, "order \(order.key) is carried out by children and has trades of its own")
            } else {
                check(filled == order.filled, "order \(order.key) has filled \(order.filled), its trades say \(filled)")
            }
            check(order.filled <= order.quantity, "order \(order.key) has filled more than it is")
            let needsReason = ["DENIED", "CANCELLED", "EXPIRED", "REJECTED"].contains(order.status)
            check(!needsReason || order.reason != nil, "order \(order.key) is \(order.status) for no reason")
        }
    }

    private mutating func checkParents() {
        let children = Dictionary(grouping: facts.orders.filter { $0.parent != nil }, by: \.parent)
        for parent in facts.orders where parent.isParent {
            let own = children[parent.row, default: []]
            let filled = own.reduce(Quantity.zero) { $0 + $1.filled }
            check(
                filled == parent.filled, "order \(parent.key) has filled \(parent.filled), its children \(filled)")
            for child in own {
                check(
                    child.run == parent.run && child.ticker == parent.ticker && child.side == parent.side
                        && child.quantity <= parent.quantity, "order \(child.key) is no part of \(parent.key)")
            }
            checkOrdered(parent, own)
        }
        let parents = Set(facts.orders.filter(\.isParent).map(\.row))
        check(children.keys.allSatisfy { $0.map(parents.contains) ?? true }, "a child has no parent")
    }

    /// Whenever a child was ordered, it and what had filled were no more than the parent, and no other child was open.
    private mutating func checkOrdered(_ parent: JournalFacts.Order, _ children: [JournalFacts.Order]) {
        let rows = Set(children.map(\.row))
        let sizes = Dictionary(uniqueKeysWithValues: children.map { ($0.row, $0.quantity) })
        var filled: [Int64: Quantity] = [:]
        var open: Set<Int64> = []
        for event in facts.events where rows.contains(event.order) {
            switch event.kind {
            case "CREATED":
                let all = filled.values.reduce(Quantity.zero, +)
                check(open.isEmpty, "order \(event.order) was made while another part of \(parent.key) was open")
                check(
                    all + (sizes[event.order] ?? .zero) <= parent.quantity,
                    "order \(event.order) with what had filled is more than \(parent.key)")
                open.insert(event.order)
            case "FILL": filled[event.order, default: .zero] += event.quantity ?? .zero
            default: break
            }
            let isOver = ["DENIED", "FILLED", "CANCELLED", "EXPIRED", "REJECTED"].contains(event.to)
            if isOver { open.remove(event.order) } else { open.insert(event.order) }
        }
    }

    private mutating func checkBooks() {
        let facts = facts
        let booked = facts.cash.reduce(Money.zero) { $0 + $1.amount }
        check(booked == facts.balance, "the balance is \(facts.balance), its entries say \(booked)")
        var sums: [String: Quantity] = [:]
        for trade in facts.trades {
            sums[trade.ticker, default: .zero] += trade.side == .buy ? trade.quantity : -trade.quantity
        }
        for entry in facts.adjustments { sums[entry.ticker, default: .zero] += entry.change }
        sums = sums.filter { $0.value != .zero }
        check(sums == facts.positions, "positions are \(facts.positions), trades say \(sums)")
    }

    // MARK: - Settled

    private mutating func checkExecutions(since: Timestamp) {
        let booked = Dictionary(uniqueKeysWithValues: facts.trades.map { ($0.executionID, $0) })
        for execution in executions where execution.time >= since {
            guard !execution.isCorrected else {
                let (original, reversal) = (booked[execution.executionID], booked[execution.executionID + "-reversed"])
                check(
                    (original == nil) == (reversal == nil),
                    "execution \(execution.executionID) was corrected, and is not taken back")
                continue
            }
            guard let trade = booked[execution.executionID] else {
                findings.append("execution \(execution.executionID) of \(execution.orderRef) is not booked")
                continue
            }
            check(
                trade.commission == execution.commission,
                "execution \(execution.executionID) cost \(execution.commission), booked is \(trade.commission)")
        }
    }

    private mutating func checkAccount() {
        let (facts, positions, cash) = (facts, positions, cash)
        check(positions == facts.positions, "positions are \(positions), booked are \(facts.positions)")
        check(cash == facts.balance, "cash is \(cash), booked is \(facts.balance)")
        let moved = facts.cash.filter { $0.kind == CashKind.reconciled.rawValue }
        check(moved.isEmpty, "cash was reconciled that nobody moved: \(moved.map(\.amount))")
        check(!facts.adjustments.contains { $0.kind == "RECONCILED" }, "positions were reconciled by an operator")
    }

    private mutating func checkEnds() {
        let own = Dictionary(
            orders.filter { $0.clientID == World.clientID }.map { ($0.orderRef, $0) },
            uniquingKeysWith: { first, _ in first })
        for order in facts.orders {
            check(
                !["PLANNED", "SUBMITTED", "WORKING", "UNKNOWN"].contains(order.status),
                "order \(order.key) is still \(order.status)")
            check(
                order.isParent || order.filled == own[order.key]?.filled ?? .zero,
                "order \(order.key) has filled \(order.filled), the gateway says \(own[order.key]?.filled ?? .zero)")
        }
        for order in own.values.sorted(by: { $0.permID < $1.permID })
        where !["Filled", "Cancelled", "Inactive"].contains(order.status) {
            findings.append("order \(order.orderRef) is \(order.status) at the gateway")
        }
    }

    /// Every share between a target and what was ordered for it has a reason.
    private mutating func checkReasons() {
        let parents = Dictionary(
            uniqueKeysWithValues: facts.orders.compactMap { order in order.parent.map { (order.row, $0) } })
        for target in facts.targets {
            let planned = target.held + target.open + target.planned
            check(
                planned == target.computed || target.reason != nil,
                "target \(target.decision) \(target.ticker) is \(target.computed), planned for \(planned) for no reason"
            )
            let orders = facts.orders.filter {
                $0.parent == nil && $0.run == target.run && $0.decision == target.decision && $0.ticker == target.ticker
            }
            let ordered = orders.reduce(Quantity.zero) { $0 + ($1.side == .buy ? $1.quantity : -$1.quantity) }
            let isCut = orders.contains { order in
                facts.risks.contains { $0.order == order.row && $0.approved < $0.requested && $0.reason != nil }
            }
            let isOverfilled = facts.events.contains { event in
                event.kind == "RESIZED" && orders.contains { $0.row == event.order || $0.row == parents[event.order] }
            }
            check(
                ordered == target.planned || isCut || isOverfilled,
                "target \(target.decision) \(target.ticker): \(target.planned) planned, \(ordered) ordered")
        }
    }
}

/// The moves of the life cycle, by the words of the tables.
enum LegalMoves {
    private static let states: [OrderState] = [
        .denied(.belowLot), .planned, .submitted, .working, .unknown, .filled, .cancelled(.stopped),
        .expired(.dayEnded), .rejected(.brokerRejected),
    ]
    private static let transitions: [OrderTransition] = [
        .submit, .deny(.insufficientMargin), .accept, .reject(.brokerRejected), .fill(isComplete: true),
        .fill(isComplete: false),
        .cancel(.stopped), .expire(.dayEnded), .loseTrack, .withdraw, .correct(isComplete: true),
        .correct(isComplete: false),
    ]

    private static let moves: Set<String> = {
        var moves: Set<String> = []
        for state in states {
            for transition in transitions {
                if let next = try? state.after(transition) {
                    moves.insert("\(state.code) \(transition.kind) \(next.code)")
                }
            }
        }
        return moves
    }()

    static func allow(_ event: JournalFacts.Event) -> Bool {
        guard let from = event.from else { return event.kind == "CREATED" && ["PLANNED", "DENIED"].contains(event.to) }
        switch event.kind {
        case "CANCEL_REQUESTED", "RESIZED", "WARNING", "MODIFY_REQUESTED", "MODIFIED", "MODIFY_REFUSED":
            return from == event.to
        default: return moves.contains("\(from) \(event.kind) \(event.to)")
        }
    }
}
