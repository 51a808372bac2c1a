import Foundation
import TradingModel

extension RebalanceReport {
    /// The report for people, in lines.
    public var text: String {
        var lines = ["Production run \(runID): \(headline)"]
        lines += rows.map { "  " + $0.padding(toLength: 14, withPad: " ", startingAt: 0) + $1 }
        lines += unfilledLines
        lines += breaks.map { "  BREAK \($0)" }
        lines += remarks.map { "  \($0)" }
        return lines.joined(separator: "\n")
    }

    private var rows: [(String, String)] {
        let isDryRun = venue == RebalanceVenue.dryRun.rawValue
        var rows = [("Account", "\(account)\(isDryRun ? ", dry run: nothing was sent" : "")")]
        if orders > 0 {
            let open = openOrders > 0 ? ", \(openOrders) still open" : ""
            let unsent = unsentOrders.map { $0 > 0 ? ", \($0) not sent" : "" } ?? ""
            rows += [
                ("Orders", "\(orders), \(filledOrders) filled whole\(open)\(unsent)"), ("Bought", money(bought)),
                ("Sold", money(sold)), ("Commission", money(commission)),
            ]
        } else {
            rows.append(("Orders", "none"))
        }
        // A session that came to nothing may not know the account.
        if ending != .brokerTrouble, ending != .refused { rows.append(("Cash", money(cash))) }
        return rows
    }

    private var headline: String {
        if alreadyCompleted {
            return switch ending {
            case .stopped: "was stopped, nothing changed"
            case .halted: "was halted, nothing changed"
            default: "complete already, nothing changed"
            }
        }
        return switch ending {
        case .completed: breaks.isEmpty ? "complete" : "complete, with unexplained positions"
        case .unfinished: "NOT finished"
        case .refused: "refused, nothing was sent"
        case .declined: "declined, nothing was sent"
        case .stopped: "stopped"
        case .halted: "HALTED by a kill switch"
        case .brokerTrouble: "the broker is in trouble"
        }
    }

    private var unfilledLines: [String] {
        guard !unfilled.isEmpty else {
            return orders > 0 && openOrders + (unsentOrders ?? 0) == 0 ? ["  Nothing stayed unfilled."] : []
        }
        return ["  Unfilled, by reason (`execution orders --run-id \(runID)` has each):"]
            + unfilled.map { "    \($0.orders) \($0.status.lowercased())\($0.reason.map { ": \($0)" } ?? "")" }
    }

    private func money(_ amount: Decimal) -> String { "\(amount.inCents) \(currency)" }
}
