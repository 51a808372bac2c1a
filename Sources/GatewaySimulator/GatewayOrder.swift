import BrokerAdapters
import TradingModel

/// An order as the gateway knows it, in the client's words and with what became of it.
struct GatewayOrder {
    enum State: Equatable {
        /// Not transmitted: it lives in the gateway only.
        case held
        case working
        case filled
        case cancelled
        /// Refused by the market.
        case refused
    }

    let number: OrderNumber
    let clientID: Int32
    let orderID: Int32
    let permID: Int64
    let instrument: InstrumentID
    var order: TWSOrder
    var terms: OrderTerms
    var parent: OrderNumber?
    /// The group of its own or of its bracket.
    var group: Int32?
    var isGroupOfBracketOnly = false
    /// Whether the parent has yet to fill.
    var waitsForParent = false
    var state = State.held
    var filled: Quantity = .zero
    /// What the fills cost together.
    var value: ExactValue = .zero
    var lastFillPrice: Price?
    var commission: Money = .zero
    var executions: Int32 = 0
    /// Whether a cancel is on its way to the market.
    var isCancelAsked = false
    /// When it ended, and in which session.
    var ended: Timestamp?
    var endedSession: CalendarDate?
    var completedStatus = ""

    var isOpen: Bool { state == .held || state == .working }
    var remaining: Quantity { max(.zero, terms.quantity - filled) }

    /// Rounded to the nearest 10⁻⁸; nil before the first fill.
    var averagePrice: Price? {
        guard filled > .zero else { return nil }
        return Int64(exactly: divide(value.e16, by: Int128(filled.e8), rounding: .nearest)).map(Price.init(e8:))
    }
}

/// What a client calls an order: its id and its own.
struct OrderName: Hashable {
    var clientID: Int32
    var orderID: Int32
}

extension GatewayOrder {
    var name: OrderName { OrderName(clientID: clientID, orderID: orderID) }

    /// The word in openOrder, orderStatus and completedOrder.
    var status: TWSOrderStatusName {
        switch state {
        case .held: .apiPending
        case .working where isCancelAsked: .pendingCancel
        case .working where filled > .zero: .submitted
        case .working where waitsForParent || terms.type.isStop || terms.type == .market: .preSubmitted
        case .working: .submitted
        case .filled: .filled
        case .cancelled: .cancelled
        case .refused: .inactive
        }
    }

    var whyHeld: String {
        guard state == .working, filled == .zero else { return "" }
        switch (waitsForParent, terms.type.isStop) {
        case (true, true): return "child,trigger"
        case (true, false): return "child"
        case (false, true): return "trigger"
        case (false, false): return ""
        }
    }
}
