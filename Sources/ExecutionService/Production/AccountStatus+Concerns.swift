import Reporting
import Storage

extension AccountStatus {
    /// Something that needs somebody's attention.
    public struct Concern: Sendable, Equatable {
        /// The names that scripts know; they do not change.
        public enum Code: String, Sendable, CaseIterable {
            case unfinishedRun = "unfinished_run"
            case unknownOrders = "unknown_orders"
            case positionBreaks = "position_breaks"
            case cashBreaks = "cash_breaks"
            case breakerOpen = "breaker_open"
            case deadLetters = "dead_letters"
            case criticalNotifications = "critical_notifications"
        }

        public let code: Code
        /// How many there are of it.
        public let count: Int64
        /// What is the matter and what to do, without its point.
        public let sentence: String
    }

    /// Everything that needs somebody's attention; empty when all is well.
    public var concerns: [Concern] {
        let unknownCount = Int64(openOrders.count { $0.status == "UNKNOWN" })
        let counted = [
            Concern(
                code: .unknownOrders, count: unknownCount,
                sentence:
                    "orders without an answer, which may be at the broker: \(unknownCount); the command of their run asks for them"
            ),
            Concern(
                code: .positionBreaks, count: Int64(positionBreaks.count),
                sentence:
                    "positions that contradict the journal or the broker: \(positionBreaks.count); `execution reconcile` compares again"
            ),
            Concern(
                code: .cashBreaks, count: Int64(cashBreaks.count),
                sentence:
                    "amounts of cash that contradict the journal: \(cashBreaks.count); `execution verify` says more"
            ),
            .breakers(breakers.filter { $0.state == .open }),
            Concern(
                code: .deadLetters, count: Int64(deadLetters.count),
                sentence:
                    "orders that somebody has to decide about: \(deadLetters.count); `execution dead-letters list`"),
            .criticalNotifications(notifications),
        ]
        return runs.filter { $0.status == .interrupted && !$0.isDryRun }.map(Concern.unfinished)
            + counted.filter { $0.count > 0 }
    }

    /// Whether nothing needs anybody's attention.
    public var isWell: Bool { concerns.isEmpty }
}

extension AccountStatus.Concern {
    fileprivate static func unfinished(_ run: AccountRun) -> AccountStatus.Concern {
        let writer = run.writer.map { ": process \($0.pid) on \($0.host), last heard of at \($0.heartbeatAt)" } ?? ""
        return AccountStatus.Concern(
            code: .unfinishedRun, count: 1,
            sentence: "run \(run.runID) is not finished and its writer is gone\(writer); the same command completes it")
    }

    fileprivate static func breakers(_ open: [VenueBreaker]) -> AccountStatus.Concern {
        let venues = open.map { breaker in
            let until = breaker.record?.openUntil.map { ", nothing new is sent there before \($0)" } ?? ""
            return "\(breaker.venue)\(until)"
        }
        return AccountStatus.Concern(
            code: .breakerOpen, count: Int64(open.count),
            sentence: "circuit breakers that are open: \(venues.joined(separator: "; ")); breaker_events says why")
    }

    static func criticalNotifications(_ notifications: UndeliveredNotifications) -> AccountStatus.Concern {
        AccountStatus.Concern(
            code: .criticalNotifications, count: notifications.criticalCount,
            sentence: "critical notifications that are not delivered: \(notifications.criticalCount)")
    }
}
