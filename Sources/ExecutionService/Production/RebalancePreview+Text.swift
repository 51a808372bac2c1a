import Foundation
import TradingModel

extension RebalancePreview {
    /// The plan for people, in lines.
    public var text: String {
        var lines = ["\(isLive ? "Orders" : "Orders of a dry run, none is sent,") for \(account), run \(runID):"]
        lines += orders.map { "  \(line(of: $0))" }
        if orders.isEmpty { lines.append("  none") }
        let cut = orders.compactMap { explanations[$0.number] }
        if !cut.isEmpty { lines += ["Limits at work:"] + cut.map { "  \($0)" } }
        if !denied.isEmpty {
            lines.append("Refused by the risk gate:")
            for order in denied {
                lines.append("  \(line(of: order)) (\(reason(order)))")
                if let why = explanations[order.number] { lines.append("    \(why)") }
            }
        }
        if expiredIntents > 0 { lines.append("Intents that have expired and make no order: \(expiredIntents)") }
        if !working.isEmpty {
            lines += ["Sent by an earlier process of the run, and open:"] + working.map { "  \(line(of: $0))" }
        }
        lines.append("Cash \(Decimal(cash).inCents) \(currency)")
        return lines.joined(separator: "\n")
    }

    private func line(of order: OrderRecord) -> String {
        let index = Int(order.terms.instrument.index)
        let price = order.arrivalPrice.map { ", last price \($0)" } ?? ""
        let limit = order.terms.type.limitPrice.map { " \($0)" } ?? ""
        return "\(order.terms.side.code) \(order.terms.quantity) \(tickers[index]) \(order.terms.type.code)\(limit) "
            + "\(order.terms.timeInForce.code)\(algorithm(order))\(price), held \(positions[index])"
    }

    private func algorithm(_ order: OrderRecord) -> String {
        order.algorithm.map { " by \($0.name) (\($0.parametersText))" } ?? ""
    }

    private func reason(_ order: OrderRecord) -> String { order.state.reason?.rawValue ?? "" }
}
