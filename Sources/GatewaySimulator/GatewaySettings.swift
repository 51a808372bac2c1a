import BrokerAdapters
import TradingModel

/// How a simulated gateway presents itself.
public struct GatewaySettings: Sendable, Equatable {
    /// What the gateway's clock shows.
    public enum Clock: Sendable, Equatable {
        /// The end of the last bar.
        case simulated
        /// The time the edge tells.
        case wall
    }

    /// The one account of the login.
    public var account: String
    public var currency: Currency
    /// What the account starts with.
    public var cash: Money
    /// The newest protocol version that it claims to know.
    public var newestVersion: TWSVersion
    public var clock: Clock
    public var margins: GatewayMargins
    /// Messages a second that are let through without error 100; nil lets all through.
    public var messagesPerSecond: Int?
    /// Sessions whose executions and completed orders can be asked for, the running one included; nil is all of them.
    public var sessionsKept: Int?
    /// The first order id that is offered to a client.
    public var firstOrderID: Int32
    /// Zones that clients may name in times, beside the gateway's own.
    public var zones: [String: LocalTime]

    public init(account: String = "DU123", cash: Money = Money(e6: 1_000_000 * Money.scale)) {
        self.account = account
        self.cash = cash
        currency = .usd
        newestVersion = .newest
        clock = .simulated
        margins = GatewayMargins()
        messagesPerSecond = nil
        sessionsKept = nil
        firstOrderID = 1
        zones = [:]
    }
}
