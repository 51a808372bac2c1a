/// The broker's id of one execution.
///
/// A correction has the same id except for the part after the last dot.
public struct ExecutionID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let text: String

    public init(_ text: String) { self.text = text }

    /// What all versions of one execution share; the whole text where there is no dot.
    public var root: String {
        guard let dot = text.lastIndex(of: ".") else { return text }
        return String(text[..<dot])
    }

    /// The number after the last dot; 0 where there is none.
    public var version: Int64 {
        guard let dot = text.lastIndex(of: "."), let number = Int64(text[text.index(after: dot)...]) else { return 0 }
        return number
    }

    public static func < (left: ExecutionID, right: ExecutionID) -> Bool { left.text < right.text }

    public var description: String { text }
}

/// Whose order an execution belongs to.
public enum ExecutionOwner: Sendable, Hashable {
    case own(OrderKey)
    /// Another client's or made by hand; it changes positions without an order of ours.
    case foreign(clientID: Int32?, permanentID: Int64?, reference: String)
}

/// Whether an execution added liquidity or took it.
public enum ExecutionLiquidity: Sendable, Hashable {
    case added
    case removed
    case routedOut
}

/// What was traded, in the broker's words, for instruments that are in no list of ours.
public struct BrokerContractName: Sendable, Hashable {
    public var contractID: Int64?
    public var symbol: String
    public var kind: String
    public var currency: String
    public var localSymbol: String

    public init(contractID: Int64?, symbol: String, kind: String, currency: String, localSymbol: String) {
        self.contractID = contractID
        self.symbol = symbol
        self.kind = kind
        self.currency = currency
        self.localSymbol = localSymbol
    }
}

/// One execution as a broker reports it.
public struct BrokerExecution: Sendable, Equatable {
    public var id: ExecutionID
    public var owner: ExecutionOwner
    public var permanentID: Int64?
    public var account: String
    /// Nil where the contract is none of those that were resolved.
    public var instrument: InstrumentID?
    public var contract: BrokerContractName
    public var side: Side
    /// Positive.
    public var quantity: Quantity
    public var price: Price
    public var liquidity: ExecutionLiquidity?
    public var exchange: String
    /// The broker's time; nil where its zone is not known.
    public var time: Timestamp?
    public var receivedAt: Timestamp

    public init(
        id: ExecutionID, owner: ExecutionOwner, permanentID: Int64?, account: String, instrument: InstrumentID?,
        contract: BrokerContractName, side: Side, quantity: Quantity, price: Price, liquidity: ExecutionLiquidity?,
        exchange: String, time: Timestamp?, receivedAt: Timestamp
    ) {
        self.id = id
        self.owner = owner
        self.permanentID = permanentID
        self.account = account
        self.instrument = instrument
        self.contract = contract
        self.side = side
        self.quantity = quantity
        self.price = price
        self.liquidity = liquidity
        self.exchange = exchange
        self.time = time
        self.receivedAt = receivedAt
    }
}

/// What one execution cost.
public struct BrokerCommission: Sendable, Hashable {
    public var execution: ExecutionID
    /// Negative is a rebate.
    public var amount: Money
    public var currency: String
    public var realizedProfit: Money?

    public init(execution: ExecutionID, amount: Money, currency: String, realizedProfit: Money?) {
        self.execution = execution
        self.amount = amount
        self.currency = currency
        self.realizedProfit = realizedProfit
    }
}
