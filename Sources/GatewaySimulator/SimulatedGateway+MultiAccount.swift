import BrokerAdapters
import TradingModel

/// The requests for several accounts (74 to 77), which the codec has no tables for; there is one account here.
extension SimulatedGateway {
    private static let positionsMulti: Int32 = 74
    private static let cancelPositionsMulti: Int32 = 75
    private static let updatesMulti: Int32 = 76
    private static let cancelUpdatesMulti: Int32 = 77

    /// False for a message that nobody here knows.
    mutating func performMultiRequest(_ message: Int32, _ fields: [String], _ place: Int) throws -> Bool {
        let id = connections[place].id
        switch message {
        case Self.updatesMulti:
            guard let requestID = Self.requestID(fields) else { return true }
            for value in try accountValues() {
                let texts = ["1", requestID, settings.account, "", value.key, value.value, value.currency]
                send(.unknown(id: 73, fields: texts), to: id)
            }
            send(.unknown(id: 74, fields: ["1", requestID]), to: id)
        case Self.positionsMulti:
            guard let requestID = Self.requestID(fields) else { return true }
            for index in account.holdings.indices where account.holdings[index].position.quantity != .zero {
                send(.unknown(id: 71, fields: positionFields(InstrumentID(index), requestID)), to: id)
            }
            send(.unknown(id: 72, fields: ["1", requestID]), to: id)
        case Self.cancelPositionsMulti, Self.cancelUpdatesMulti: break
        default: sendError(GatewayRefusal(505, "Unknown message id \(message)"), about: nil, to: id)
        }
        return true
    }

    private static func requestID(_ fields: [String]) -> String? {
        guard fields.count > 1, Int32(fields[1]) != nil else { return nil }
        return fields[1]
    }

    private func positionFields(_ instrument: InstrumentID, _ requestID: String) -> [String] {
        let contract = contracts.contract(instrument)
        return [
            "1", requestID, settings.account, "\(contracts.conID(instrument))", contract.symbol, "STK", "", "0.0", "",
            "",
            "", contract.currency, contract.localSymbol, contract.tradingClass,
            "\(account.holdings[Int(instrument.index)].position.quantity)",
            "\(account.averageCost(instrument) ?? Price(e8: 0))", "",
        ]
    }
}
