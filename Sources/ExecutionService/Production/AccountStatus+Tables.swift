import Reporting
import Storage
import TradingModel

extension AccountStatus {
    var runTable: AccountStatusTable<AccountRun> {
        AccountStatusTable(
            rows: runs,
            columns: [
                .init("run_id") { .text($0.runID) }, .init("venue") { .text($0.venue) },
                .init("status") { .text($0.status.rawValue) }, .init(time: "started_at") { $0.startedAt },
                .init(time: "finished_at") { $0.finishedAt },
                .init("writer") { .text($0.writer?.presence.rawValue) },
                .init("writer_pid") { .integer($0.writer?.pid) }, .init("writer_host") { .text($0.writer?.host) },
                .init("heartbeat_at") { .text($0.writer?.heartbeatAt) }, .init("error") { .text($0.error) },
            ])
    }

    var openOrderTable: AccountStatusTable<OpenOrder> {
        let now = checkedAt
        return AccountStatusTable(
            rows: openOrders,
            columns: [
                .init("order_id") { .integer($0.orderID) },
                .init("order_key", for: .programs) { .text($0.orderKey) },
                .init("run_id", for: .programs) { .text($0.runID) }, .init("ticker") { .text($0.ticker) },
                .init("direction") { .text($0.direction) }, .init("order_type") { .text($0.orderType) },
                .init("size") { .exact($0.size) }, .init("filled_size") { .exact($0.filled) },
                .init("limit_price") { .exact($0.limitPrice) }, .init("stop_price") { .exact($0.stopPrice) },
                .init("status") { .text($0.status) }, .init("venue_order_id") { .text($0.venueOrderID) },
                .init("age", for: .people) { .text(AgeText.describe(ms: now.ms - $0.createdAt.ms)) },
                .init("age_ms", for: .programs) { .integer(now.ms - $0.createdAt.ms) },
                .init(time: "created_at", for: .programs) { $0.createdAt },
                .init(time: "updated_at", for: .programs) { $0.updatedAt },
            ])
    }

    var positionTable: AccountStatusTable<AccountPosition> {
        AccountStatusTable(
            rows: positions,
            columns: [
                .init("ticker") { .text($0.ticker) }, .init("size") { .exact($0.size) },
                .init("average_cost") { .exact($0.averageCost) }, .init("realized_pnl") { .exact($0.realized) },
                .init(time: "updated_at") { $0.updatedAt }, .init("broker_size") { .exact($0.broker?.size) },
                .init("broker_average_cost", for: .programs) { .exact($0.broker?.averageCost) },
                .init(time: "broker_reported_at") { $0.broker?.at },
            ])
    }

    var cashTable: AccountStatusTable<CashBalance> {
        AccountStatusTable(
            rows: cash,
            columns: [.init("currency") { .text($0.currency) }, .init("balance") { .exact($0.balance) }])
    }

    var positionBreakTable: AccountStatusTable<PositionBreak> {
        AccountStatusTable(
            rows: positionBreaks,
            columns: [
                .init("what") { .text($0.what) }, .init("ticker") { .text($0.ticker) },
                .init("found") { .exact($0.found) }, .init("expected") { .exact($0.expected) },
                .init("run_id") { .text($0.runID) },
            ])
    }

    var cashBreakTable: AccountStatusTable<CashBreak> {
        AccountStatusTable(
            rows: cashBreaks,
            columns: [
                .init("what") { .text($0.what) }, .init("run_id") { .text($0.runID) },
                .init("trade_id") { .integer($0.tradeID) }, .init("found") { .exact($0.found) },
                .init("expected") { .exact($0.expected) },
            ])
    }

    var breakerTable: AccountStatusTable<VenueBreaker> {
        AccountStatusTable(
            rows: breakers,
            columns: [
                .init("venue") { .text($0.venue) }, .init("state") { .text($0.state.rawValue) },
                .init(time: "changed_at") { $0.record?.changedAt }, .init(time: "open_until") { $0.record?.openUntil },
            ])
    }

    var deadLetterTable: AccountStatusTable<DeadLetterStore.Letter> {
        AccountStatusTable(
            rows: deadLetters,
            columns: [
                .init("order_id") { .integer($0.orderID) },
                .init("order_key", for: .programs) { .text($0.orderKey) },
                .init("attempt", for: .programs) { .integer($0.attempt) }, .init("ticker") { .text($0.ticker) },
                .init("direction") { .text($0.direction) }, .init("size") { .exact($0.size) },
                .init("filled_size") { .exact($0.filled) }, .init("order_status") { .text($0.orderStatus) },
                .init("reason") { .text($0.reason.rawValue) }, .init(time: "created_at") { $0.createdAt },
                .init("detail") { .text($0.detail) },
            ])
    }

    var gateTable: AccountStatusTable<LiveGate.Condition> {
        AccountStatusTable(
            rows: liveGate?.conditions ?? [],
            columns: [
                .init("condition") { .text($0.name.rawValue) }, .init("state") { .text($0.state.word) },
                .init("sentence") { .text($0.sentence) },
            ])
    }
}

extension UndeliveredNotifications {
    var table: AccountStatusTable<Notification> {
        AccountStatusTable(
            rows: newest,
            columns: [
                .init("notification_id", for: .programs) { .integer($0.id) },
                .init(time: "created_at") { $0.createdAt }, .init("severity") { .text($0.severity) },
                .init("code") { .text($0.code) }, .init("message") { .text($0.message) },
                .init("run_id", for: .programs) { .text($0.runID) },
            ])
    }
}

extension LiveGate.Condition.State {
    fileprivate var word: String {
        switch self {
        case .met: "met"
        case .notMet: "not_met"
        case .notYetKnown: "not_yet_known"
        }
    }
}

/// How long ago something was, for people.
enum AgeText {
    /// The two greatest units of a length of time, such as `3m 12s`; less than a second is `0s`.
    ///
    /// A clock that was put back makes something of the future of what was written before; that has a minus.
    static func describe(ms: Int64) -> String {
        let seconds = ms.magnitude / 1_000
        let units: [(name: String, s: UInt64)] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]
        let first = units.firstIndex { seconds >= $0.s } ?? 3
        var rest = seconds
        let parts = units[first...].prefix(2).map { unit in
            defer { rest %= unit.s }
            return "\(rest / unit.s)\(unit.name)"
        }
        return (ms <= -1_000 ? "-" : "") + parts.joined(separator: " ")
    }
}
