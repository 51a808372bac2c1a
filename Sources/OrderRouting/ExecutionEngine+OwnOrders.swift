import OrderPlanning
import RiskControl
import TradingModel

/// Orders that users bring themselves.
extension ExecutionEngine {
    /// Places orders, entries of brackets before their exits.
    mutating func place(
        _ orders: [OwnOrder], at time: DecisionTime, _ lastCloses: [Price?], _ output: inout EngineOutput
    ) throws {
        statistics.decisions += Int64(Set(orders.map(\.decision)).count)
        var entries: [Int64: OrderNumber] = [:]
        for order in orders where order.parentRow == nil {
            guard !order.hasExpired(at: time) else {
                expiredIntents.append(order.row)
                continue
            }
            entries[order.row] = try place(order, parent: nil, at: time, lastCloses, &output)
        }
        for order in orders {
            guard let parentRow = order.parentRow else { continue }
            guard let parent = entries[parentRow] else { throw MissingParent(row: order.row, parentRow: parentRow) }
            _ = try place(order, parent: parent, at: time, lastCloses, &output)
        }
    }

    private mutating func place(
        _ order: OwnOrder, parent: OrderNumber?, at time: DecisionTime, _ lastCloses: [Price?],
        _ output: inout EngineOutput
    ) throws -> OrderNumber {
        let index = Int(order.terms.instrument.index)
        let terms = try terms(of: order, at: time, lastCloses[index])
        let delta = terms.signedQuantity
        // An exit is for what its entry will have bought or sold.
        let held = order.parentRow == nil ? positions[index].quantity : -delta
        var planned = PlannedOrder(
            decision: order.decision, leg: 0, action: OrderAction(held: held, delta: delta),
            terms: terms, phase: 1, referencePrice: lastCloses[index])
        if order.followsLevel { planned.terms.type = type(of: planned) }
        let placement = OrderPlacement(
            row: order.row, cancelAt: order.cancelAt.map(router.arrival(of:)), cancelReason: order.cancelReason,
            parent: parent, ocaGroup: order.ocaGroup, isGroupOfBracketOnly: order.isGroupOfBracketOnly,
            cashRule: .unchecked, algorithm: order.algorithm)
        return try send(
            planned, inputRow: Int32(order.row), confidence: order.confidence, at: time, placement, &output)
    }

    /// A notional becomes the quantity that it pays for at the order's limit, else at its stop, else at the last close; toward zero
    /// to the lot, so that a buy at that price never costs more.
    private func terms(of order: OwnOrder, at time: DecisionTime, _ lastClose: Price?) throws -> OrderTerms {
        guard let notional = order.notional else { return order.terms }
        let instrument = instruments[Int(order.terms.instrument.index)]
        let price = order.terms.type.limitPrice ?? order.terms.type.stopPrice ?? lastClose
        let quantity: Quantity?
        do {
            quantity = try OrderPlanner.quantity(for: .notional(notional), equity: .zero, price: price)
        } catch {
            throw ArithmeticOverflow("the quantity of an intent in \(instrument.ticker)")
        }
        guard let quantity else { throw MissingPrice(ticker: instrument.ticker, time: time.instant) }
        var terms = order.terms
        terms.quantity = quantity
        return terms
    }
}

extension OwnOrder {
    /// Whether it is an intent whose time is over.
    fileprivate func hasExpired(at time: DecisionTime) -> Bool {
        isIntent && (cancelAt.map { $0.instant <= time.instant } ?? false)
    }
}

/// The exit of a bracket whose entry is not placed with it; alone it would open what it is to close.
public struct MissingParent: Error, Equatable, Sendable, CustomStringConvertible {
    public let row: Int64
    public let parentRow: Int64

    public init(row: Int64, parentRow: Int64) {
        self.row = row
        self.parentRow = parentRow
    }

    public var description: String {
        "the order in row \(row) has its entry in row \(parentRow), where none is decided at the same time"
    }
}
