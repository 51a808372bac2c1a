import GatewaySimulator
import TradingModel

/// Intents by what users gave and what the gateway has.
extension Auditor {
    /// Each id is one order at most, and that of an intent that was given under it.
    public mutating func checkIntents(_ book: IntentBook) -> [String] {
        for order in orders where order.clientID == World.clientID {
            guard let id = WorldIntent.id(ofKey: order.orderRef) else { continue }
            let given = book.given[id, default: []]
            check(given.contains { $0.explains(order) }, "order \(order) is not intent \(id): \(given.map(\.intent))")
            check(!book.refused.contains(id), "intent \(id) is of a file that was refused, and was sent")
            check(
                facts.intents.contains { $0.id == id && $0.status == "ORDERED" && $0.key == WorldIntent.key(of: id) },
                "intent \(id) was sent and is not on record")
        }
        checkRecorded(book)
        return findings
    }

    private mutating func checkRecorded(_ book: IntentBook) {
        let facts = facts
        check(Set(facts.intents.map(\.id)).count == facts.intents.count, "an intent is on record twice")
        for intent in facts.intents {
            let given = book.given[intent.id, default: []].first { $0.contentDigest == intent.contentDigest }
            guard let given else {
                findings.append("intent \(intent.id) is on record with words that nobody gave")
                continue
            }
            check(
                (given.intent.side == nil) == (intent.status == "HOLD"), "intent \(intent.id) is \(intent.status)")
            check(intent.status != "EXPIRED" || given.intent.expiresAt != nil, "intent \(intent.id) never expires")
        }
    }

    /// Everything that was asked for in a file that came to its end is on record.
    public mutating func checkConcluded(_ book: IntentBook) -> [String] {
        let recorded = Set(facts.intents.map(\.id))
        let missing = book.concluded.subtracting(recorded).sorted()
        check(missing.isEmpty, "intents of files that came to their end are not on record: \(missing)")
        return findings
    }
}

extension WorldIntent {
    /// Whether an order of the gateway may be its order, which a limit may have cut.
    fileprivate func explains(_ order: GatewayOrderRecord) -> Bool {
        guard order.side == intent.side, order.ticker == intent.ticker, order.limit == intent.type?.limitPrice,
            intent.expiresAt.map({ $0 > givenAt }) ?? true
        else { return false }
        switch intent.size {
        case .quantity(let quantity): return order.quantity <= quantity
        case .notional(let notional):
            guard let price = intent.type?.limitPrice ?? intent.type?.stopPrice else { return true }
            return price * order.quantity <= ExactValue(notional)
        case nil: return false
        }
    }
}
