import Foundation

extension RunReport {
    /// The report for people, in lines.
    public var text: String {
        var lines = [
            "\(mode.capitalized) run \(runID): \(alreadyCompleted ? "complete already, nothing changed" : "complete")"
        ]
        var rows: [(String, String)] = [
            (
                "Decisions",
                count(decisions) + (targets > 0 ? ", \(count(targets)) \(targets == 1 ? "target" : "targets")" : "")
            ),
            ("Orders", "\(count(orders)), \(count(filledOrders)) filled whole, \(count(partlyFilledOrders)) in part"),
            ("Fills", count(fills) + (ambiguousFills > 0 ? ", \(count(ambiguousFills)) on ambiguous bars" : "")),
            ("Traded", period),
            ("Turnover", money(turnover)),
            ("Costs", money(commission + slippage + borrow)),
            ("  commission", money(commission)),
            ("  slippage", money(slippage)),
            ("  borrow", money(borrow)),
            ("Dividends", money(dividends)),
            ("Cash", "\(money(finalCash)), lowest \(money(lowestCash))"),
            ("Equity", "\(money(finalEquity)) from \(money(initialCash))\(change)"),
        ]
        if let cutOrders {
            let place = rows.firstIndex { $0.0 == "Fills" } ?? rows.endIndex
            let orders = "\(count(cutOrders)) \(cutOrders == 1 ? "order" : "orders")"
            rows.insert(("Cut", "\(orders), by limits (`execution gap --run-id \(runID)` has each)"), at: place)
        }
        lines += rows.map { "  " + $0.padding(toLength: 14, withPad: " ", startingAt: 0) + $1 }
        lines += unfilledLines
        lines += warnings.map { "Note: \($0)." }
        return lines.joined(separator: "\n")
    }

    private var unfilledLines: [String] {
        guard !unfilled.isEmpty else { return ["  Nothing stayed unfilled."] }
        return ["  Unfilled, by reason (`execution orders --run-id \(runID)` has each):"]
            + unfilled.map { shortfall in
                let why = [shortfall.reason, shortfall.limitedBy.map { "held back by \($0)" }].compactMap { $0 }
                let reason = why.isEmpty ? "" : ": " + why.joined(separator: ", ")
                return "    \(count(shortfall.orders)) \(shortfall.status.lowercased())\(reason)"
            }
    }

    private var period: String {
        guard let firstFill, let lastFill else { return "nothing" }
        return "\(firstFill.prefix(10)) to \(lastFill.prefix(10))"
    }

    private var change: String {
        guard initialCash > 0 else { return "" }
        let percent = NSDecimalNumber(decimal: (finalEquity / initialCash - 1) * 100).doubleValue
        return String(format: " (%+.2f %%)", percent)
    }

    private func money(_ amount: Decimal) -> String { "\(amount.inCents) \(currency)" }

    private func count(_ value: Int64) -> String { String(value).grouped }
}
