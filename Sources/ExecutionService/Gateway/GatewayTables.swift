import GatewaySimulator
import TradingModel

/// The rows of the tables that the control port tells: columns with tabs between them, in the order of GATEWAY.md; new ones
/// come last.
extension GatewayOrderRecord {
    var row: String {
        tabbed(
            orderRef, permID, clientID, status, quantity, filled, orderID, account, ticker, side.code, executionCount)
    }
}

extension GatewayExecutionRecord {
    var row: String {
        tabbed(
            executionID, orderRef, clientID, permID, account, ticker, side.code, quantity, price, commission, time,
            orderID, isCorrected ? 1 : 0)
    }
}

extension GatewayPositionRecord {
    var row: String { tabbed(account, ticker, quantity, averageCost) }
}

extension SimulatedGateway {
    var cashRow: String { tabbed(accountID, currency, cash) }
}

private func tabbed(_ columns: any CustomStringConvertible...) -> String {
    columns.map { escaped($0.description) }.joined(separator: "\t")
}

/// Tabs and ends of lines, which a client may put into its reference, as `\t`, `\n` and `\r`, and a backslash as two.
private func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 32 || $0 == UInt8(ascii: "\\") }) else { return text }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
        switch scalar {
        case "\t": result += "\\t"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\\": result += "\\\\"
        default: result.unicodeScalars.append(scalar)
        }
    }
}
