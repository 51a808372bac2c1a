import TradingModel

/// A switch that is on, or a turn of one: a row of `kill_switches` or `kill_switch_events`.
public struct KillSwitchRecord: Sendable, Equatable {
    /// `ALL`, `ACCOUNT`, `VENUE`, `STRATEGY` or `TICKER`.
    public var scope: String
    /// What of its scope is meant; empty for `ALL`.
    public var name: String
    /// `ACTIVE`, `REDUCING` or `HALTED`.
    public var level: String
    public var reason: String
    /// Who turned it.
    public var who: String
    public var cancelsOpen: Bool
    public var flattens: Bool
    /// When it was turned, as the database has it.
    public var since: String

    public init(
        scope: String, name: String, level: String, reason: String, who: String, cancelsOpen: Bool = false,
        flattens: Bool = false, since: String = ""
    ) {
        self.scope = scope
        self.name = name
        self.level = level
        self.reason = reason
        self.who = who
        self.cancelsOpen = cancelsOpen
        self.flattens = flattens
        self.since = since
    }

    static let columns = "scope, name, level, reason, who, cancel_open, flatten, since"

    /// A row of these columns.
    init(_ row: Statement) {
        scope = row.text(0) ?? ""
        name = row.text(1) ?? ""
        level = row.text(2) ?? ""
        reason = row.text(3) ?? ""
        who = row.text(4) ?? ""
        cancelsOpen = row.int64(5) != 0
        flattens = row.int64(6) != 0
        since = row.text(7) ?? ""
    }
}
