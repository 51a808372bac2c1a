import RiskControl
import Storage

extension KillSwitchBoard.Switch {
    /// A row of the database; words that this program does not know halt everything.
    init(_ record: KillSwitchRecord) {
        let kind = KillSwitchScope.Kind(rawValue: record.scope)
        let scope = kind.flatMap { KillSwitchScope($0, name: record.name) }
        let level = KillSwitchLevel(rawValue: record.level)
        let subject = record.name.isEmpty ? record.scope : "\(record.scope) \(record.name)"
        let isKnown = scope != nil && level != nil
        self.init(
            isKnown ? scope ?? .all : .all, isKnown ? level ?? .halted : .halted,
            "\(subject) is \(record.level) since \(record.since) by \(record.who): \(record.reason)"
                + (isKnown ? "" : "; this program does not know these words, so everything halts"),
            cancelsOpen: record.cancelsOpen, flattens: record.flattens)
    }
}

/// The kill switches of a database, looked at once.
enum DatabaseSwitches {
    /// The switches that are on, also in a database that is still to be brought to this version's schema; none in one to be made.
    ///
    /// Throws `DatabaseRefusal` and `DatabaseError` where they cannot be read; whoever sends has to end then.
    static func look(_ path: String) throws -> [KillSwitchBoard.Switch] {
        do {
            let store = KillSwitchStore(try Database.openForReading(path, acceptsOlder: true))
            return try store.switches().map(KillSwitchBoard.Switch.init)
        } catch DatabaseRefusal.missing, DatabaseRefusal.empty {
            return []
        }
    }
}
