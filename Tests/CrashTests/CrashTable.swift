import Foundation
import Synchronization

/// Counts the kills that happened, for whoever reads the output of the tests.
enum CrashTable {
    private static let rows = Mutex<[String]>([])

    static func add(_ name: String, _ tally: CrashCampaign.Tally, since start: Date) {
        let figures = [tally.kills, tally.rebalances, tally.executions, tally.cancelledOrders].map {
            String(format: "%7d", $0)
        }.joined()
        let seconds = String(format: "%7.1f", Date().timeIntervalSince(start))
        let row = name.padding(toLength: 40, withPad: " ", startingAt: 0) + figures + seconds
        rows.withLock { $0.append(row) }
    }

    static func print() {
        let rows = rows.withLock { rows in
            defer { rows = [] }
            return rows
        }
        let header = "killed".padding(toLength: 40, withPad: " ", startingAt: 0) + "  kills   runs  fills cancels     s"
        Swift.print((["", header] + rows).joined(separator: "\n"))
    }
}
