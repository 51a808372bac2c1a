import TradingModel

/// An order as the gateway's own record has it, whatever its client was told.
public struct GatewayOrderRecord: Equatable, Sendable {
    /// The gateway's own number, which stays while ids of clients may repeat.
    public let permID: Int64
    /// 0 is the user at the gateway.
    public let clientID: Int32
    public let orderID: Int32
    /// What the client calls it now.
    public let orderRef: String
    public let account: String
    public let ticker: String
    public let side: Side
    /// In the shares of now: after a split, what had filled in those of then and what was left in those of now.
    public let quantity: Quantity
    public let filled: Quantity
    /// Where its limit is; nil where it has none.
    public let limit: Price?
    /// The protocol's word, such as `Submitted`, `Filled` or `Cancelled`.
    public let status: String
    /// Corrections aside.
    public let executionCount: Int32
    /// The broker's algorithm that was asked for and its parameters, `Adaptive adaptivePriority=Normal`; empty for none.
    public let algorithm: String
}

/// An execution as the gateway's own record has it.
public struct GatewayExecutionRecord: Equatable, Sendable {
    public let executionID: String
    public let permID: Int64
    public let clientID: Int32
    public let orderID: Int32
    /// What the client called its order then.
    public let orderRef: String
    public let account: String
    public let ticker: String
    public let side: Side
    /// Positive.
    public let quantity: Quantity
    public let price: Price
    public let commission: Money
    public let time: Timestamp
    /// Whether a later record stands in its place: the same id up to the last dot, with a higher number behind it.
    public let isCorrected: Bool
}

/// What the account holds of a ticker.
public struct GatewayPositionRecord: Equatable, Sendable {
    public let account: String
    public let ticker: String
    /// Negative is short.
    public let quantity: Quantity
    /// What a unit cost, commissions included.
    public let averageCost: Price
}

/// What an auditor may read: the venue's truth, without asking over a connection.
extension SimulatedGateway {
    /// Every order there ever was, in the order they were placed.
    public var orderRecords: [GatewayOrderRecord] {
        orders.map { order in
            GatewayOrderRecord(
                permID: order.permID, clientID: order.clientID, orderID: order.orderID,
                orderRef: order.order.orderRef, account: settings.account, ticker: ticker(order.instrument),
                side: order.terms.side, quantity: order.terms.quantity, filled: order.filled,
                limit: order.terms.type.limitPrice, status: order.status.rawValue, executionCount: order.executions,
                algorithm: ([order.order.algoStrategy] + order.order.algoParameters.map { "\($0.tag)=\($0.value)" })
                    .filter { !$0.isEmpty }.joined(separator: " "))
        }
    }

    /// Every execution there ever was, in the order they came, corrected ones too.
    public var executionRecords: [GatewayExecutionRecord] {
        executions.map { execution in
            let order = orders[execution.orderIndex]
            return GatewayExecutionRecord(
                executionID: execution.details.executionID, permID: order.permID, clientID: order.clientID,
                orderID: order.orderID, orderRef: execution.details.orderRef, account: settings.account,
                ticker: ticker(order.instrument), side: order.terms.side, quantity: execution.details.shares,
                price: execution.details.price, commission: execution.commission.commission ?? .zero,
                time: execution.time, isCorrected: execution.isCorrected)
        }
    }

    /// What is held, by instrument.
    public var positionRecords: [GatewayPositionRecord] {
        heldInstruments.map { instrument in
            GatewayPositionRecord(
                account: settings.account, ticker: ticker(instrument),
                quantity: account.holdings[Int(instrument.index)].position.quantity,
                averageCost: account.averageCost(instrument) ?? Price(e8: 0))
        }
    }

    /// The one account of the login.
    public var accountID: String { settings.account }

    /// The account's cash, and what it is counted in.
    public var cash: Money { market.cash }
    public var currency: Currency { settings.currency }

    /// Orders at the market, those that wait for their parent and for their time included.
    public var workingOrderCount: Int { workingOrders }

    private func ticker(_ instrument: InstrumentID) -> String {
        contracts.instruments[Int(instrument.index)].ticker
    }
}
