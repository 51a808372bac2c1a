import Foundation
import Reporting
import Storage
import TradingModel

extension AccountStatusReport {
    /// The report for people, in lines.
    public var text: String {
        let sections = accounts.map(\.text) + [databaseText].compactMap { $0 }
        return (["\(database) at \(checkedAt)\n\(switchText)"] + sections).joined(separator: "\n\n")
    }

    private var switchText: String {
        killSwitches.isEmpty
            ? "Kill switches: none"
            : (["Kill switches: \(killSwitches.count)"] + killSwitches.map { "  ! \($0)" }).joined(separator: "\n")
    }

    private var databaseText: String? {
        if accounts.isEmpty, notificationsWithoutRun.count == 0 {
            return "Nothing was traded in PRODUCTION from this database yet."
        }
        guard notificationsWithoutRun.count > 0 else { return nil }
        return (concerns.lines + notificationsWithoutRun.lines(of: "no run")).joined(
            separator: "\n")
    }
}

extension AccountStatus {
    fileprivate var text: String {
        var lines = ["Account \(account): \(isWell ? "all is well" : "NEEDS ATTENTION")"]
        lines += concerns.lines
        lines += ["Lock: \(lock.text)", "Cash: \(cashText)"]
        lines += section("Positions", positionTable)
        lines += section("Open orders", openOrderTable)
        lines += section("Position breaks", positionBreakTable) + section("Cash breaks", cashBreakTable)
        lines += breakerLines + section("Dead letters", deadLetterTable)
        lines += section("Last runs", runTable)
        lines += notifications.lines(of: account)
        lines += timingLines
        lines += gateLines
        return lines.joined(separator: "\n")
    }

    private var cashText: String {
        let amounts = cash.map { "\(DecimalText.format($0.balance.e6, scale: 6)) \($0.currency)" }
        return amounts.isEmpty ? "not known yet" : amounts.joined(separator: ", ")
    }

    private func section<Row>(_ title: String, _ table: AccountStatusTable<Row>) -> [String] {
        table.rows.isEmpty ? ["\(title): none"] : ["\(title): \(table.rows.count)", table.indentedText]
    }

    /// A line where every breaker is closed, as nearly always.
    private var breakerLines: [String] {
        breakers.allSatisfy { $0.state == .closed }
            ? ["Circuit breakers: closed"] : ["Circuit breakers:", breakerTable.indentedText]
    }

    private var timingLines: [String] {
        guard let runID = timings.lastSendingRunID else { return ["Timings: nothing was sent yet"] }
        let rows = [(runID, timings.lastSendingRun), ("all runs", timings.allRuns)].flatMap { name, summary in
            TimingInterval.allCases.map { (name: name, interval: $0, figures: summary[$0]) }
        }
        let table = AccountStatusTable(
            rows: rows,
            columns: [
                .init("orders_of") { .text($0.name) }, .init("interval") { .text($0.interval.rawValue) },
                .init("orders") { .integer(Int64($0.figures.count)) }, .init("p50_ms") { .integer($0.figures.p50_ms) },
                .init("p95_ms") { .integer($0.figures.p95_ms) }, .init("p99_ms") { .integer($0.figures.p99_ms) },
            ])
        return ["Timings:", table.indentedText]
    }

    private var gateLines: [String] {
        guard let liveGate else { return [] }
        let verdict =
            liveGate.refusals.isEmpty ? "nothing closes it but what only the broker can tell" : "CLOSED"
        return [
            "Live gate, as `apply --mode production --live --account \(account)` would find it from here: \(verdict)",
            gateTable.indentedText,
        ]
    }
}

extension AccountStatusTable {
    /// Two spaces before every line, without the last one, which counts the rows.
    fileprivate var indentedText: String {
        text.split(separator: "\n").dropLast().map { "  \($0)" }.joined(separator: "\n")
    }
}

extension [AccountStatus.Concern] {
    fileprivate var lines: [String] { map { "  ! \($0.code.rawValue): \($0.sentence)" } }
}

extension UndeliveredNotifications {
    fileprivate func lines(of owner: String) -> [String] {
        guard count > 0 else { return ["Undelivered notifications: none"] }
        let extent = count > newest.count ? ", the newest \(newest.count)" : ""
        return [
            "Undelivered notifications of \(owner): \(count), \(criticalCount) critical\(extent)", table.indentedText,
        ]
    }
}

extension AccountLock.State {
    fileprivate var text: String {
        switch self {
        case .free: "free"
        case .held(_, let holder?):
            "held by process \(holder.pid) on \(holder.host) since \(holder.since) (\(holder.command))"
        case .held(let pid, nil): "held by process \(pid)"
        case .notKnown(let holder?, let why):
            "not known: \(why); the last holder was process \(holder.pid) on \(holder.host) since \(holder.since) (\(holder.command))"
        case .notKnown(nil, let why): "not known: \(why)"
        }
    }
}
