import RiskControl
import Storage

/// Looks about once a second at the levels that are in force, through a connection of its own that only reads.
final class AggressivenessWatch {
    static let interval_ms: Int64 = 1_000

    private let store: AggressivenessStore
    private var lastLook_ms: Int64?
    private var last = AggressivenessLevels()
    private var trouble = RepeatedTrouble()
    private let tell: (_ line: String) -> Void

    /// - Parameter tell: is told when the table cannot be read; the last levels that could be read then go on.
    init(_ path: String, tell: @escaping (_ line: String) -> Void) throws {
        store = AggressivenessStore(try Database.openForReading(path))
        self.tell = tell
    }

    /// The levels, if they are others than at the last look; nil where nothing changed, or it is not time to look again.
    func look(at uptime_ms: Int64) -> AggressivenessLevels? {
        if let lastLook_ms, uptime_ms - lastLook_ms < AggressivenessWatch.interval_ms { return nil }
        lastLook_ms = uptime_ms
        do {
            let levels = AggressivenessLevels(try store.inForce())
            trouble.end()
            guard levels != last else { return nil }
            last = levels
            return levels
        } catch {
            if trouble.isTold("\(error)", at: uptime_ms) {
                tell("the levels of aggressiveness cannot be read, the last ones go on: \(error)")
            }
            return nil
        }
    }
}
