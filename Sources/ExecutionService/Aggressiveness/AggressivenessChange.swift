import RiskControl
import Storage
import TradingModel

/// A level as somebody sets it.
public struct AggressivenessChange: Sendable, Equatable {
    /// What it is of.
    public enum Scope: Sendable, Hashable {
        case all
        case strategy(String)
        case ticker(String)

        /// As an operator reads it.
        public var description: String {
            switch self {
            case .all: "everything"
            case .strategy(let name): "strategy \(name)"
            case .ticker(let name): "ticker \(name)"
            }
        }
    }

    public var scope: Scope
    public var level: AggressivenessLevel
    public var reason: String
    /// Who sets it.
    public var setBy: String

    public init(scope: Scope, level: AggressivenessLevel, reason: String, setBy: String) {
        self.scope = scope
        self.level = level
        self.reason = reason
        self.setBy = setBy
    }

    /// Puts the level in force in a database. Throws what opening and writing it throws.
    ///
    /// - Returns: whether its strategy or ticker is on record there, so that the level concerns something.
    @discardableResult
    public func record(in path: String, at time: Timestamp) throws -> Bool {
        let database = try Database.openForWriting(path, durability: .full)
        let row = row(at: time)
        try AggressivenessStore(database).set(row)
        return try KillSwitchStore(database).isKnown(row.scope, row.name ?? "")
    }

    private func row(at time: Timestamp) -> AggressivenessRow {
        let (scope, name): (String, String?) =
            switch self.scope {
            case .all: ("ALL", nil)
            case .strategy(let name): ("STRATEGY", name)
            case .ticker(let name): ("TICKER", name)
            }
        return AggressivenessRow(
            scope: scope, name: name, level: level.code, reason: reason, setBy: setBy, setAt: time.description)
    }
}
