/// How much a kill switch lets leave.
public enum KillSwitchLevel: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Everything.
    case active = "ACTIVE"
    /// Only orders that reduce or close a position.
    case reducing = "REDUCING"
    /// Nothing but cancels.
    case halted = "HALTED"

    private var rank: Int {
        switch self {
        case .active: 0
        case .reducing: 1
        case .halted: 2
        }
    }

    /// The stronger level is the greater one.
    public static func < (left: KillSwitchLevel, right: KillSwitchLevel) -> Bool { left.rank < right.rank }
}
