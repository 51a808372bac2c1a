/// Which way a trade moves the position.
public enum Side: UInt8, Sendable, Hashable {
    case buy
    case sell

    /// `BUY` or `SELL`, as files and tables spell it.
    public var code: String { self == .buy ? "BUY" : "SELL" }
    @inlinable public var opposite: Side { self == .buy ? .sell : .buy }
    /// +1 for a buy, −1 for a sell.
    @inlinable public var sign: Int64 { self == .buy ? 1 : -1 }
}

/// How far a trailing level stays behind the market.
public enum TrailDistance: Sendable, Hashable {
    /// A distance in price.
    case amount(Price)
    /// A share of the price, in units of 10⁻⁹: 5 % is 50,000,000.
    case fraction(e9: Int64)

    func mapPrice<Failure: Error>(_ change: (Price) throws(Failure) -> Price) throws(Failure) -> TrailDistance {
        switch self {
        case .amount(let amount): .amount(try change(amount))
        case .fraction: self
        }
    }
}

/// What an order asks for, with the prices that belong to it.
public enum OrderType: Sendable, Hashable {
    case market
    case limit(Price)
    case stop(Price)
    case stopLimit(stop: Price, limit: Price)
    /// `initialStop` is the first level; nil starts at the trail from the market.
    case trailingStop(TrailDistance, initialStop: Price?)
    /// Once elected, a limit order `limitOffset` beyond the level it was elected at.
    case trailingStopLimit(TrailDistance, initialStop: Price?, limitOffset: Price)

    /// `MARKET`, `STOP_LIMIT`, …, as files and tables spell it.
    public var code: String {
        switch self {
        case .market: "MARKET"
        case .limit: "LIMIT"
        case .stop: "STOP"
        case .stopLimit: "STOP_LIMIT"
        case .trailingStop: "TRAILING_STOP"
        case .trailingStopLimit: "TRAILING_STOP_LIMIT"
        }
    }

    /// Every code, in the order of the documentation.
    public static let codes = ["MARKET", "LIMIT", "STOP", "STOP_LIMIT", "TRAILING_STOP", "TRAILING_STOP_LIMIT"]

    /// The limit price, where one is fixed when the order is made.
    public var limitPrice: Price? {
        switch self {
        case .limit(let limit), .stopLimit(_, let limit): limit
        default: nil
        }
    }

    /// The stop price, where one is fixed when the order is made.
    public var stopPrice: Price? {
        switch self {
        case .stop(let stop), .stopLimit(let stop, _): stop
        case .trailingStop(_, let initial), .trailingStopLimit(_, let initial, _): initial
        default: nil
        }
    }

    /// The same type with every price and distance in price changed.
    public func mapPrices<Failure: Error>(_ change: (Price) throws(Failure) -> Price) throws(Failure) -> OrderType {
        switch self {
        case .market: return .market
        case .limit(let limit): return .limit(try change(limit))
        case .stop(let stop): return .stop(try change(stop))
        case .stopLimit(let stop, let limit): return .stopLimit(stop: try change(stop), limit: try change(limit))
        case .trailingStop(let trail, let stop):
            return .trailingStop(try trail.mapPrice(change), initialStop: try stop.map(change))
        case .trailingStopLimit(let trail, let stop, let offset):
            return .trailingStopLimit(
                try trail.mapPrice(change), initialStop: try stop.map(change), limitOffset: try change(offset))
        }
    }

    /// Whether the order waits for a stop level.
    public var isStop: Bool {
        switch self {
        case .market, .limit: false
        default: true
        }
    }
}

extension OrderType {
    /// The type with a limit that is off the tick moved away from aggression: a buy down, a sell up.
    public func roundingLimit(toTick tick: Price?, _ side: Side) -> OrderType {
        let rounding: Rounding = side == .buy ? .down : .up
        return switch self {
        case .limit(let limit): .limit(limit.rounded(toTick: tick, rounding))
        case .stopLimit(let stop, let limit): .stopLimit(stop: stop, limit: limit.rounded(toTick: tick, rounding))
        default: self
        }
    }
}

/// How long an order lives.
public enum TimeInForce: Sendable, Hashable {
    case day
    case goodTilCancelled
    /// Until before the first bar that starts at or after the instant.
    case goodTilDate(Timestamp)
    case immediateOrCancel
    case fillOrKill
    case atTheOpening
    case atTheClose

    /// `DAY`, `GTC`, …, as files and tables spell it.
    public var code: String {
        switch self {
        case .day: "DAY"
        case .goodTilCancelled: "GTC"
        case .goodTilDate: "GTD"
        case .immediateOrCancel: "IOC"
        case .fillOrKill: "FOK"
        case .atTheOpening: "OPG"
        case .atTheClose: "CLS"
        }
    }

    /// Every code, in the order of the documentation.
    public static let codes = ["DAY", "GTC", "GTD", "IOC", "FOK", "OPG", "CLS"]
}

/// What an order is: instrument, side, quantity, type and time in force.
public struct OrderTerms: Sendable, Hashable {
    public var instrument: InstrumentID
    public var side: Side
    /// Positive.
    public var quantity: Quantity
    public var type: OrderType
    public var timeInForce: TimeInForce

    @inlinable
    public init(instrument: InstrumentID, side: Side, quantity: Quantity, type: OrderType, timeInForce: TimeInForce) {
        self.instrument = instrument
        self.side = side
        self.quantity = quantity
        self.type = type
        self.timeInForce = timeInForce
    }

    /// The quantity as it changes the position: negative for a sell.
    @inlinable public var signedQuantity: Quantity { side == .buy ? quantity : -quantity }
}

/// What an order does to the position.
public enum OrderAction: UInt8, Sendable, Hashable, CaseIterable {
    case openLong
    case openShort
    case increase
    case reduce
    case close

    /// `OPEN_LONG`, …, as tables spell it.
    public var code: String {
        switch self {
        case .openLong: "OPEN_LONG"
        case .openShort: "OPEN_SHORT"
        case .increase: "INCREASE"
        case .reduce: "REDUCE"
        case .close: "CLOSE"
        }
    }
}

/// The place of an order in its run, from 1 on; for an order of an earlier run its row id, which is never below `firstRowID`.
public struct OrderNumber: Hashable, Comparable, Sendable {
    /// Ids of rows are at least this, places in a run are below it.
    public static let firstRowID: Int64 = 1_000_000_000

    public let value: Int64

    /// Whether it is the row id of an order of an earlier run.
    @inlinable public var isOfEarlierRun: Bool { value >= OrderNumber.firstRowID }

    @inlinable public init(_ value: Int64) { self.value = value }
    @inlinable public static func < (left: OrderNumber, right: OrderNumber) -> Bool { left.value < right.value }
}

/// The place of a decision in the run's list of decisions.
public struct DecisionID: Hashable, Comparable, Sendable {
    public let index: Int32

    @inlinable public init(_ index: Int) { self.index = Int32(index) }
    @inlinable public static func < (left: DecisionID, right: DecisionID) -> Bool { left.index < right.index }
}
