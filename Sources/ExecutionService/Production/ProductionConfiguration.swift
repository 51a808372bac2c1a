import TradingModel

/// Where the brokers are, and as whom to log in.
public struct BrokersConfiguration: Sendable, Equatable {
    /// The gateway of Interactive Brokers, or its trader workstation.
    public var ibkr = IBKRConfiguration()

    /// The defaults.
    public init() {}
}

/// How the gateway of Interactive Brokers is reached.
public struct IBKRConfiguration: Sendable, Equatable {
    /// An IPv4 address or the name of a host.
    public var host = "127.0.0.1"
    /// Where the gateway listens.
    public var port: UInt16 = 4002
    /// One connection an id; orders belong to the id that placed them.
    public var clientID: Int32 = 17
    /// The account that is traded; live orders need it here.
    public var account: AccountID?
    /// At most so many messages leave in a second, together with answers to the gateway's own questions; nil is no limit.
    public var messagesPerSecond: Int64? = 49

    /// The defaults.
    public init() {}
}

/// The permit to send orders to an account.
public struct LiveConfiguration: Sendable, Equatable {
    /// Whether orders may be sent at all.
    public var permit = false
    /// The only account that the permit is for.
    public var account: AccountID?

    /// The defaults: no permit.
    public init() {}
}

/// How a production rebalance goes on and ends.
public struct ProductionConfiguration: Sendable, Equatable {
    /// What the rejection of one order means for the others.
    public enum OnReject: String, Sendable, CaseIterable {
        /// They go on.
        case `continue`
        /// Nothing more is sent.
        case stop
    }

    /// After this, what is still open is cancelled.
    public var timeout = TimeSpan.minutes(30)
    /// How long the broker may take to confirm an order or a cancel.
    public var confirmationTimeout = TimeSpan.seconds(30)
    /// How long an order without an answer has to be absent everywhere before it may be sent again.
    public var quietPeriod = TimeSpan.seconds(10)
    /// Older prices are not planned with.
    public var priceMaxAge = TimeSpan.minutes(15)
    /// Share of a buy's estimated cost that is reserved on top of it, in units of 10⁻⁹.
    public var cashBufferE9: Int64 = 20_000_000
    /// What a rejected order means for the others.
    public var onReject = OnReject.continue
    /// Whether an interrupted batch job cancels what is open.
    public var cancelOnExit = true
    /// How long the end of a run waits for commissions that are not reported yet.
    public var commissionWait = TimeSpan.seconds(10)
    /// How often a lasting trouble is told again.
    public var alertEvery = TimeSpan.minutes(5)
    /// What the broker is asked before an order leaves.
    public var whatIf = WhatIfConfiguration()
    /// Stops sends while the broker fails.
    public var breaker = BreakerConfiguration()

    /// The defaults.
    public init() {}
}
