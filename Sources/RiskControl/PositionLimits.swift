import TradingModel

/// What a position in one instrument may be.
public struct PositionLimits: Sendable, Equatable {
    public var maxQuantity: Quantity?
    public var maxNotional: Money?
    /// Of equity.
    public var maxShare: Share?

    public init(maxQuantity: Quantity? = nil, maxNotional: Money? = nil, maxShare: Share? = nil) {
        self.maxQuantity = maxQuantity
        self.maxNotional = maxNotional
        self.maxShare = maxShare
    }
}

/// What is different for one symbol.
public struct SymbolLimits: Sendable, Equatable {
    public var position: PositionLimits
    /// Whether the symbol may be borrowed, so sold short; nil takes `allowShort`.
    public var borrow: Bool?

    public init(position: PositionLimits = PositionLimits(), borrow: Bool? = nil) {
        self.position = position
        self.borrow = borrow
    }
}

/// What the instruments of one group may be together.
public struct GroupLimit: Sendable, Equatable {
    public var name: String
    public var tickers: [String]
    /// Σ |position value|, of equity.
    public var maxShare: Share?
    /// |Σ position value|, of equity.
    public var maxNetShare: Share?

    public init(name: String, tickers: [String], maxShare: Share? = nil, maxNetShare: Share? = nil) {
        self.name = name
        self.tickers = tickers
        self.maxShare = maxShare
        self.maxNetShare = maxNetShare
    }
}

/// An order's share of the average daily volume.
public struct VolumeLimit: Sendable, Equatable {
    public var maxShare: Share
    /// The average is over so many of the instrument's last days, or over all where there are fewer.
    public var days: Int

    public init(maxShare: Share, days: Int) {
        self.maxShare = maxShare
        self.days = days
    }
}

/// What one strategy may hold; its positions are those attributed to it.
public struct StrategyLimits: Sendable, Equatable {
    /// Σ |position value|, of equity.
    public var maxShare: Share?
    /// Σ |position value|.
    public var maxNotional: Money?
    /// The strategy's own value at risk, of equity.
    public var maxRiskShare: Share?

    public init(maxShare: Share? = nil, maxNotional: Money? = nil, maxRiskShare: Share? = nil) {
        self.maxShare = maxShare
        self.maxNotional = maxNotional
        self.maxRiskShare = maxRiskShare
    }
}

/// What opening and enlarging positions may use of the buying power that the snapshot states.
public struct BuyingPowerLimit: Sendable, Equatable {
    /// The part of it that may be used.
    public var maxShare: Share
    /// Whether what is closed at the same time frees what it is worth.
    public var includesProceeds: Bool

    public init(maxShare: Share, includesProceeds: Bool = false) {
        self.maxShare = maxShare
        self.includesProceeds = includesProceeds
    }
}

/// How far from the reference price a position's stop and target are.
public struct PriceBands: Sendable, Equatable {
    public var stop: Share?
    public var target: Share?

    public init(stop: Share? = nil, target: Share? = nil) {
        self.stop = stop
        self.target = target
    }
}
