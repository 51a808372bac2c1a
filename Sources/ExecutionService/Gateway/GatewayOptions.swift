import TradingModel

/// What a simulated gateway is started with.
public struct GatewayOptions: Sendable {
    /// How fast the bars go by.
    public enum Pace: Sendable, Equatable {
        /// As fast as possible, once a client is there.
        case fast
        /// So many times real time, once a client is there.
        case speed(Double)
        /// When a control command says so.
        case stepped
        /// A whole bar once an order is working and no client has sent anything for so long, in milliseconds.
        case whenOrdered(quiet_ms: Int64)
    }

    /// A historical database or a CSV file.
    public var bars: String
    /// Nil where the bars are of one interval.
    public var interval: String?
    public var instruments: String?
    public var corporateActions: String?
    /// Its `simulation`, `account`, `planning.lot_size` and `time_zone` count.
    public var configuration: String?
    /// The first and the last date that is played; what is before is history for those who ask.
    public var from: String?
    public var to: String?
    public var pace = Pace.fast
    public var host = "127.0.0.1"
    /// 0 takes a free one.
    public var port: UInt16 = 4002
    /// Nil has no control port, unless the bars are stepped: then any free one is taken.
    public var controlPort: UInt16?
    public var account = "DU123"
    /// Nil is the configuration's.
    public var cash: Money?
    /// Whether the clock shows the time of the world outside instead of that of the bars.
    public var showsWallTime = false
    /// Messages a second beyond which error 100 is sent; nil never sends it.
    public var messagesPerSecond: Int?
    /// The share of what is held that the account needs as initial margin, from 0.01 to 1 in units of 10⁻⁹; half of it to go on.
    public var initialMarginE9: Int64?
    /// Days whose executions and completed orders can be asked for, the running one included; nil is all of them.
    public var daysKept: Int?
    /// A file of faults, one a line: the number of bars played before it, and its words.
    public var faults: String?

    public init(bars: String) { self.bars = bars }
}
