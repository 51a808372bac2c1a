import Dispatch
import Foundation
import Networking
import Storage
import Synchronization
import TradingModel

/// What is done beside a session with the broker, on a thread and a connection of its own, so that no order waits for it:
/// alerts are delivered, and the run shows that it lives.
final class SessionCompanion: Sendable {
    /// What it needs to know.
    struct Settings: Sendable {
        var database: String
        var account: String
        var runNumber: Int64
        var alerts: AlertsConfiguration
        var environment: [String: String]
    }

    /// What came of it, for the log.
    struct Outcome: Sendable, Equatable {
        var delivered = 0
        /// The last trouble; nil where there was none or all is well again.
        var trouble: String?
    }

    static let heartbeat_ms: Int64 = 15_000
    /// How long the end of a session waits for alerts.
    private static let lastDelivery_ms: Int64 = 30_000
    private static let look_ms: Int64 = 500
    private static let tick_us: useconds_t = 50_000

    private let settings: Settings
    /// Until when the session counts as alive, on the clock that never goes back.
    private let aliveUntil_ms = Atomic<Int64>(0)
    private let isEnding = Atomic<Bool>(false)
    private let leavesRest = Atomic<Bool>(false)
    private let hasEnded = DispatchSemaphore(value: 0)
    private let outcome = Mutex(Outcome())

    init(_ settings: Settings) {
        self.settings = settings
        Thread.detachNewThread { [self] in
            serve()
            hasEnded.signal()
        }
    }

    /// The session goes on, and will for so long without another word.
    func beat(for span_ms: Int64 = 5_000) {
        aliveUntil_ms.store(SystemClock.monotonic_ms + span_ms, ordering: .relaxed)
    }

    /// Delivers what is left, for a while, and ends.
    ///
    /// - Parameter atOnce: leaves what is left to the next session, and waits for no hook that runs.
    func end(atOnce: Bool = false) -> Outcome {
        leavesRest.store(atOnce, ordering: .sequentiallyConsistent)
        isEnding.store(true, ordering: .sequentiallyConsistent)
        if !atOnce { hasEnded.wait() }
        return outcome.withLock { $0 }
    }

    // MARK: - On its own thread

    private func serve() {
        do {
            // A mark that is lost with the machine's power is an alert that is delivered again.
            let database = try Database.openForWriting(settings.database, durability: .normal, busyTimeout_ms: 2_000)
            let hook = AlertDelivery.hook(settings.alerts, environment: settings.environment)
            let delivery = hook.map {
                AlertDelivery(
                    database, path: settings.database, settings.alerts, account: settings.account,
                    secrets: SecretRedactor(settings.environment), hook: $0)
            }
            watch(RunStore(database), delivery)
            if !leavesRest.load(ordering: .sequentiallyConsistent) { finish(delivery) }
        } catch {
            outcome.withLock { $0.trouble = "\(error)" }
        }
    }

    private func watch(_ runs: RunStore, _ delivery: AlertDelivery?) {
        var nextBeat_ms = SystemClock.monotonic_ms + Self.heartbeat_ms
        var nextLook_ms = SystemClock.monotonic_ms
        while !isEnding.load(ordering: .relaxed) {
            usleep(Self.tick_us)
            let now_ms = SystemClock.monotonic_ms
            if now_ms >= nextBeat_ms, aliveUntil_ms.load(ordering: .relaxed) >= now_ms {
                nextBeat_ms = now_ms + Self.heartbeat_ms
                attempt { try runs.beat(runNumber: settings.runNumber) }
            }
            if let delivery, now_ms >= nextLook_ms {
                attempt { _ = try delivery.deliverDue { !isEnding.load(ordering: .relaxed) } }
                nextLook_ms = SystemClock.monotonic_ms + Self.look_ms
            }
        }
    }

    private func finish(_ delivery: AlertDelivery?) {
        guard let delivery else { return }
        let giveUp_ms = SystemClock.monotonic_ms + Self.lastDelivery_ms
        attempt { _ = try delivery.deliverDue(isLast: true) { SystemClock.monotonic_ms < giveUp_ms } }
        outcome.withLock {
            $0.delivered = delivery.delivered
            $0.trouble = $0.trouble ?? delivery.lastError
        }
    }

    private func attempt(_ body: () throws -> Void) {
        do {
            try body()
            outcome.withLock { $0.trouble = nil }
        } catch {
            outcome.withLock { $0.trouble = "\(error)" }
        }
    }
}
