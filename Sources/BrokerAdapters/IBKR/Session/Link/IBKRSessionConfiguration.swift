import TradingModel

/// What a session connects as, and its times and limits.
public struct IBKRSessionConfiguration: Sendable, Equatable {
    /// Has to be among the accounts that the gateway manages.
    public var account: String
    public var clientID: Int32
    public var port: UInt16
    /// How long the gateway may take to open the connection, and again for each step until the session is started.
    public var stepTimeout_ms: Int64 = 5_000
    /// Silence after which the gateway is asked for its time, and again until the connection is given up.
    public var heartbeat_ms: Int64 = 5_000
    public var queryTimeout_ms: Int64 = 10_000
    /// How long a failed question waits until it is asked again.
    public var queryRetry_ms: Int64 = 2_000
    /// Executions are asked for this often even when all is well.
    public var executionPoll_ms: Int64 = 30_000
    /// How long the gateway may be without its broker until the connection to it is made anew.
    public var connectivityPatience_ms: Int64 = 300_000
    /// How often a client id in use is tried again; an old connection may linger after a network loss.
    public var clientIDRetries = 20
    public var backoff = IBKRBackoffRules()
    /// Nil sends everything at once.
    public var pacing: IBKRPacingRules? = IBKRPacingRules()
    /// Order ids are put on record in blocks of this size.
    public var identifierBlock: Int32 = 256
    /// The values that are asked for in the account summary.
    public var summaryTags = "NetLiquidation,TotalCashValue,SettledCash,AvailableFunds,BuyingPower,ExcessLiquidity"

    public init(account: String, clientID: Int32, port: UInt16) {
        self.account = account
        self.clientID = clientID
        self.port = port
    }
}

/// What time it is, and what chance says: the session has neither of its own.
public struct IBKRMoment: Sendable, Equatable {
    /// Of a clock that never goes back.
    public var uptime_ms: Int64
    /// The time of day.
    public var time: Timestamp
    /// Any number; it spreads the times of reconnects.
    public var random: UInt64

    public init(uptime_ms: Int64, time: Timestamp, random: UInt64 = 0) {
        self.uptime_ms = uptime_ms
        self.time = time
        self.random = random
    }
}
