import OrderRouting
import TradingModel

/// What a batch of the journal tells the operator of orders, in lines.
struct OrderNews {
    /// A line, and the order that it is about.
    struct Line {
        var text: String
        var order: OrderNumber?
    }

    private let engine: ExecutionEngine

    /// - Parameter engine: as it is after what the batch records.
    init(_ engine: ExecutionEngine) { self.engine = engine }

    /// What is sent, what ended, what nobody answers about, and what others traded.
    func lines(of batch: JournalBatch) -> [Line] {
        sending(batch.events).map { Line(text: $0) }
            + batch.events.compactMap { event in line(of: event).map { Line(text: $0, order: event.order) } }
            + batch.broker.trades.compactMap { trade in line(of: trade).map { Line(text: $0) } }
    }

    private func sending(_ events: [OrderEventRecord]) -> [String] {
        let sent = events.filter { $0.kind == .moved(.submit) }.compactMap { engine.order($0.order) }
            .filter { !$0.isWorkedHere }
        guard !sent.isEmpty else { return [] }
        let sells = sent.count { $0.terms.side == .sell }
        return ["sending orders: \(sells) to sell, \(sent.count - sells) to buy"]
    }

    /// Refusals are notifications, which are told as such.
    private func line(of event: OrderEventRecord) -> String? {
        guard let order = engine.order(event.order) else { return nil }
        if event.kind == .moved(.loseTrack) { return "\(name(of: order)): no answer; the broker is asked for it" }
        if case .modified(let limit) = event.kind { return "\(name(of: order)): its limit is \(limit) now" }
        guard event.to.isTerminal, event.from?.isTerminal != true else { return nil }
        switch event.to {
        case .filled: return "\(name(of: order)): filled at \(order.averagePrice.map { "\($0)" } ?? "no price")"
        case .cancelled(.carried): return nil
        case .cancelled(let reason) where reason != .dryRun, .expired(let reason):
            return "\(name(of: order)): \(event.to.code.lowercased()) (\(reason.rawValue)), \(order.filled) filled"
        default: return nil
        }
    }

    private func line(of trade: BrokerTradeRecord) -> String? {
        // Corrections are notifications.
        guard trade.order == nil, trade.supersedes == nil else { return nil }
        return
            "traded by another hand: \(trade.side.code) \(trade.quantity) \(ticker(trade.instrument)) at \(trade.price)"
    }

    private func name(of order: OrderRecord) -> String {
        "\(order.terms.side.code) \(order.terms.quantity) \(ticker(order.terms.instrument))"
    }

    private func ticker(_ instrument: InstrumentID) -> String { engine.instruments[Int(instrument.index)].ticker }
}
