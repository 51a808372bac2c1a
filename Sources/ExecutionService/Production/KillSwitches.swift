/// Whether one kill switch stops orders.
public enum KillSwitch: Sendable, Equatable {
    case off
    /// Stops orders; the reason is a sentence without its point.
    case on(reason: String)
    /// It cannot be told, so it stops orders too; why is a sentence without its point.
    case unreadable(why: String)

    /// What stops orders; nil when nothing does.
    var objection: String? {
        switch self {
        case .off: nil
        case .on(let reason): reason
        case .unreadable(let why): why
        }
    }
}

/// All kill switches as they were last seen.
public struct KillSwitches: Sendable, Equatable {
    /// `EXECUTION_HALTED`.
    public var environment: KillSwitch
    /// The file that `EXECUTION_HALTED_FILE` names.
    public var file: KillSwitch
    /// The halt in the database.
    public var database: KillSwitch

    /// A switch that was not looked at counts as one that cannot be read.
    public init(
        environment: KillSwitch = .unreadable(why: "EXECUTION_HALTED has not been looked at"),
        file: KillSwitch = .unreadable(why: "EXECUTION_HALTED_FILE has not been looked at"),
        database: KillSwitch = .unreadable(why: "the halt in the database has not been looked at")
    ) {
        self.environment = environment
        self.file = file
        self.database = database
    }

    /// What stops orders, each a sentence without its point; empty when every switch is readable and off.
    public var objections: [String] { [environment, file, database].compactMap(\.objection) }
}
