import InputFiles
import OrderRouting
import Storage
import TradingModel

/// The intents of a plan, by row of their sheet: as the journal takes them, and as orders.
struct IntentRows: Sendable {
    let sheet: IntentSheet
    /// By row.
    let records: [IntentRecord]

    init(_ sheet: IntentSheet) throws(DigestFailure) {
        self.sheet = sheet
        let digest = try SHA256Digest()
        records = try sheet.rows.map { row throws(DigestFailure) in
            for field in row.intent.digestedContent { try digest.update("\(field.name)=\(field.value ?? "")") }
            return IntentRecord(
                intent: row.intent, account: row.account, decision: DecisionID(Int(row.decisionIndex)),
                contentDigest: try digest.finishAsHexadecimal())
        }
    }

    /// What the intents that trade are to the engine, in the order of the file.
    var orders: [(time: DecisionTime, order: OwnOrder)] {
        sheet.rows.enumerated().compactMap { index, row in
            row.order(in: Int64(index)).map { (row.decidedAt, $0) }
        }
    }

    /// The rows that hold.
    var holds: [Int] { sheet.rows.indices.filter { sheet.rows[$0].intent.side == nil } }

    /// The intents that made no order: those that hold, but for `skipped` ones, and those that had expired.
    func withoutOrder(
        _ engine: ExecutionEngine, besides skipped: Set<Int> = [], receivedAt: (OrderIntent) -> Timestamp
    ) -> [IntentWithoutOrder] {
        let held = holds.filter { !skipped.contains($0) }.map { ($0, IntentWithoutOrder.Cause.hold) }
        let expired = engine.expiredIntents.map { (Int($0), IntentWithoutOrder.Cause.expired) }
        return (held + expired).map { row, cause in
            IntentWithoutOrder(row: Int32(row), cause: cause, receivedAt: receivedAt(records[row].intent))
        }
    }
}

extension IntentSheet.Row {
    /// The order that an intent asks for; nil where it holds.
    fileprivate func order(in row: Int64) -> OwnOrder? {
        guard let side = intent.side, let type = intent.type, let timeInForce = intent.timeInForce else { return nil }
        return OwnOrder(
            row: row, decision: DecisionID(Int(decisionIndex)),
            terms: OrderTerms(
                instrument: InstrumentID(Int(tickerIndex)), side: side, quantity: intent.quantity ?? .zero, type: type,
                timeInForce: timeInForce),
            cancelAt: expiresAt, notional: intent.notional, confidence: intent.confidence, isIntent: true,
            algorithm: intent.algorithm)
    }

    /// Whether its quantity can only be made at a close.
    var needsClose: Bool {
        intent.notional != nil && intent.type?.limitPrice == nil && intent.type?.stopPrice == nil
    }
}

extension IntentSheet {
    /// What an operator should know of lines that say again what was said; nil where there are none.
    func repetitionNote(_ name: String) -> String? {
        guard let first = repetitions.first else { return nil }
        let count = repetitions.count == 1 ? "1 line" : "\(repetitions.count) lines"
        return
            "\(count) of \(name) (first: line \(first.line), intent \(first.intentID), as on line \(first.firstLine)) say again "
            + "what an earlier line says, and are left out"
    }
}

extension ExecutionPlan.Input {
    /// The intents of an intents file; nil for targets and orders.
    var intents: IntentRows? { if case .intents(let rows) = self { rows } else { nil } }
}

/// How often intents made no order, in a sentence without its point; nil where all did.
func holdNote(_ count: Int) -> String? {
    switch count {
    case 0: nil
    case 1: "1 intent holds, and makes no order"
    default: "\(count) intents hold, and make no order"
    }
}
