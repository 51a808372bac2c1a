import OrderRouting
import Storage
import TradingModel

/// An intent as the users of a world give it, whichever files bring it.
public struct WorldIntent: Sendable {
    public var intent: OrderIntent
    public var decision: Decision
    /// When a file first brought it.
    public var givenAt: Timestamp

    /// What stands for all that it says, as wide as a SHA-256.
    var contentDigest: String {
        let text = intent.content.map { "\($0.name)=\($0.value ?? "")" }.joined(separator: "\n")
        return (UInt64(0)..<4).map { salt in
            // FNV-1a, 64 bits.
            let sum = "\(salt)\(text)".utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
            return String(repeating: "0", count: sum.leadingZeroBitCount / 4) + String(sum, radix: 16)
        }.joined()
    }

    /// The key of its order, the same in whichever run.
    static func key(of id: String, child: Int32? = nil) -> String { "I\(id)" + (child.map { "C\($0)" } ?? "") }

    /// The id of the intent that an order with this key is of; nil for other orders.
    static func id(ofKey key: String) -> String? {
        guard key.hasPrefix("Ii") else { return nil }
        return key.dropFirst().split(separator: "C").first.map(String.init)
    }
}

extension IntentRecord {
    /// The order that it asks for; nil where it holds.
    func order(in row: Int, instrument: InstrumentID) -> OwnOrder? {
        guard let side = intent.side, let type = intent.type, let timeInForce = intent.timeInForce else { return nil }
        let terms = OrderTerms(
            instrument: instrument, side: side, quantity: intent.quantity ?? .zero, type: type,
            timeInForce: timeInForce)
        return OwnOrder(
            row: Int64(row), decision: decision, terms: terms,
            cancelAt: intent.expiresAt.map { DecisionTime(instant: $0, isDate: false) }, notional: intent.notional,
            confidence: intent.confidence, isIntent: true)
    }
}

/// Intents that a command brings.
extension World {
    /// What becomes of intents before anything is begun: those that stand for others, and those that were acted on already.
    func compare(
        _ intents: [IntentRecord], in runID: String
    ) throws -> (refused: [String], skipped: Set<Int>) {
        guard !intents.isEmpty else { return ([], []) }
        let recorded = try journal.intents(intents.map(\.intent.intentID))
        var refused: [String] = []
        var skipped: Set<Int> = []
        for (row, given) in intents.enumerated() {
            switch recorded[given.intent.intentID]?.standing(of: given, in: runID) {
            case .otherContent: refused.append(given.intent.intentID)
            case .ofOtherRun: skipped.insert(row)
            case .ofSameRun, nil: break
            }
        }
        return (refused, skipped)
    }

    /// The intents of the process that made no order.
    func intentsWithoutOrder(_ engine: ExecutionEngine) -> [IntentWithoutOrder] {
        guard let process else { return [] }
        let rows = process.command.plan.intents
        let held = rows.indices.filter { rows[$0].intent.side == nil && !process.skipped.contains($0) }
            .map { IntentWithoutOrder(row: Int32($0), cause: .hold, receivedAt: time) }
        return held
            + engine.expiredIntents.map {
                IntentWithoutOrder(row: Int32($0), cause: .expired, receivedAt: time)
            }
    }

    // MARK: - The auditor

    /// How long what was made in time may take to leave: a commit that waits, and the pace of the venue.
    private static let longestDeparture_ms: Int64 = 8_000

    /// What is not wanted any more does not leave.
    mutating func auditExpiry(of key: String) {
        guard let id = WorldIntent.id(ofKey: key),
            let intent = process?.command.plan.intents.first(where: { $0.intent.intentID == id })?.intent,
            let expiresAt = intent.expiresAt, time > expiresAt.adding(ms: World.longestDeparture_ms)
        else { return }
        violations.append("\(key) left at \(time), though its intent had expired at \(expiresAt)")
    }
}
