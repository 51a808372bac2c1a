import Reporting
import TradingModel

extension AccountStatusReport {
    /// Everything as JSON, keys in one order, without a final newline; times are UTC, `_ms` are milliseconds.
    public var json: String {
        JSONValue.object([
            .init("database", .text(database)), .init("checked_at", .text(checkedAt.description)),
            .init("is_well", .boolean(isWell)), .init("concerns", concerns.json),
            .init("kill_switches", .list(killSwitches.map { .text($0) })),
            .init("accounts", .list(accounts.map(\.json))),
            .init("notifications_without_run", notificationsWithoutRun.json),
        ]).text
    }
}

extension AccountStatus {
    fileprivate var json: JSONValue {
        .object([
            .init("account", .text(account)), .init("is_well", .boolean(isWell)), .init("concerns", concerns.json),
            .init("lock", lock.json), .init("live_gate", liveGate.map(json) ?? .text(nil)),
            .init("runs", runTable.json), .init("open_orders", openOrderTable.json),
            .init("positions", positionTable.json), .init("cash", cashTable.json),
            .init("position_break_count", .integer(Int64(positionBreaks.count))),
            .init("position_breaks", positionBreakTable.json),
            .init("cash_break_count", .integer(Int64(cashBreaks.count))),
            .init("cash_breaks", cashBreakTable.json), .init("breakers", breakerTable.json),
            .init("dead_letter_count", .integer(Int64(deadLetters.count))),
            .init("dead_letters", deadLetterTable.json), .init("notifications", notifications.json),
            .init("timings", timings.json),
        ])
    }

    private func json(_ gate: LiveGate) -> JSONValue {
        .object([
            .init("is_refused", .boolean(!gate.refusals.isEmpty)), .init("conditions", gateTable.json),
        ])
    }
}

extension [AccountStatus.Concern] {
    fileprivate var json: JSONValue {
        .list(
            map { concern in
                .object([
                    .init("code", .text(concern.code.rawValue)), .init("count", .integer(concern.count)),
                    .init("sentence", .text(concern.sentence)),
                ])
            })
    }
}

extension AccountLock.State {
    fileprivate var json: JSONValue {
        switch self {
        case .free: json("free", pid: nil, nil, why: nil)
        case .held(let pid, let holder): json("held", pid: pid, holder, why: nil)
        case .notKnown(let last, let why): json("not_known", pid: last?.pid, last, why: why)
        }
    }

    private func json(_ state: String, pid: Int64?, _ holder: AccountLock.Holder?, why: String?) -> JSONValue {
        .object([
            .init("state", .text(state)), .init("pid", .integer(pid)), .init("host", .text(holder?.host)),
            .init("since", .text(holder?.since)), .init("command", .text(holder?.command)), .init("why", .text(why)),
        ])
    }
}

extension UndeliveredNotifications {
    fileprivate var json: JSONValue {
        .object([
            .init("undelivered_count", .integer(count)), .init("critical_count", .integer(criticalCount)),
            .init("newest", table.json),
        ])
    }
}

extension AccountTimings {
    fileprivate var json: JSONValue {
        .object([
            .init("last_run_id", .text(lastSendingRunID)), .init("last_run", lastSendingRun.json),
            .init("all_runs", allRuns.json),
        ])
    }
}

extension TimingSummary {
    fileprivate var json: JSONValue {
        .object(
            TimingInterval.allCases.map { interval in
                let figures = self[interval]
                return .init(
                    interval.rawValue,
                    .object([
                        .init("count", .integer(Int64(figures.count))), .init("p50_ms", .integer(figures.p50_ms)),
                        .init("p95_ms", .integer(figures.p95_ms)), .init("p99_ms", .integer(figures.p99_ms)),
                    ]))
            })
    }
}
