import RiskControl
import Storage

/// Looks at every kill switch while a session goes on: variables, files, and the database.
final class SwitchLookout {
    private let environment: ExecutionEnvironment
    private let watch: KillSwitchWatch
    /// Whether the session closes positions because a switch asks for it; that switch lets reductions leave then.
    private let isFlattening: Bool

    init(_ environment: ExecutionEnvironment, _ watch: KillSwitchWatch, isFlattening: Bool) {
        self.environment = environment
        self.watch = watch
        self.isFlattening = isFlattening
    }

    /// What is on. Throws `DatabaseError` where the database cannot say; nothing may be sent then.
    func look() throws(DatabaseError) -> KillSwitchBoard {
        let board = KillSwitchBoard(environment.switches() + (try watch.look()).map(KillSwitchBoard.Switch.init))
        return isFlattening ? board.forFlattening : board
    }

    /// Does something while nobody can turn a switch of the database, where the board is still the one given.
    ///
    /// Whoever halts waits for its end: what was not sent before the halt is on record is not sent after it. Throws `DatabaseError` where
    /// another writer does not finish in time, before anything is done, and what `body` throws.
    ///
    /// - Returns: the board as it is now.
    func whileUnchanged(_ board: KillSwitchBoard, _ body: () throws -> Void) throws -> KillSwitchBoard {
        try watch.withoutOtherWriters {
            let now = try look()
            if now == board { try body() }
            return now
        }
    }
}
