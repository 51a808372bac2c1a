import TradingModel

/// How the account's equity is shared out over strategies.
public struct CapitalMap: Sendable, Equatable {
    /// The share of equity that each strategy id gets.
    public var shares: [String: Share]
    /// No strategy gets more than this.
    public var maxShare: Share?
    /// No strategy gets less than this, also one that the map does not name.
    public var floor: Share?

    public init(shares: [String: Share], maxShare: Share? = nil, floor: Share? = nil) {
        self.shares = shares
        self.maxShare = maxShare
        self.floor = floor
    }
}
