import InputFiles
import OrderRouting
import Storage
import TradingModel

/// The intents of a session with a broker, and which of them its account has acted on before.
struct SessionIntents {
    private static let namesShown = 5

    let rows: IntentRows
    /// The path they are from.
    let fileName: String
    /// Intents that other runs have acted on, by row.
    private(set) var skipped: [Int: StoredIntent] = [:]

    init(rows: IntentRows, fileName: String) {
        self.rows = rows
        self.fileName = fileName
    }

    /// Finds what is on record of the account.
    ///
    /// Throws `InputError` with every intent whose id stands for another one there. The run's own are left to it: it goes on with
    /// them.
    mutating func compare(with database: Database, account: String, runID: String) throws {
        let store = try IntentStore(database, account: account)
        var problems = ProblemLog(file: fileName == "-" ? "standard input" : fileName)
        for (index, row) in rows.sheet.rows.enumerated() {
            guard let stored = try store.intent(row.intent.intentID) else { continue }
            switch stored.standing(of: rows.records[index], in: runID) {
            case .otherContent: note(row, stored, &problems)
            case .ofOtherRun: skipped[index] = stored
            case .ofSameRun: break
            }
        }
        try problems.throwIfAny()
    }

    private func note(_ row: IntentSheet.Row, _ stored: StoredIntent, _ problems: inout ProblemLog) {
        let given = row.intent.content
        let difference = zip(stored.intent.content, given).first { $0 != $1 }
        let (recorded, other) = (difference?.0.value ?? "none", difference?.1.value ?? "none")
        problems.add(
            line: Int(row.line), field: "intent_id", value: row.intent.intentID,
            problem:
                "has \(difference?.1.name ?? "content") \(other) here and \(recorded) on record, first seen by run \(stored.runID) at \(stored.receivedAt) (\(StatusReason.duplicateIntent.rawValue))",
            accepted: "an id stands for one intent: give another id, or what is on record")
    }

    /// What is left out, each a sentence without its point.
    var notes: [String] {
        let first = skipped.sorted { $0.key < $1.key }.prefix(SessionIntents.namesShown)
        guard !first.isEmpty else { return [] }
        let names = first.map { row, stored in
            "\(stored.intent.intentID) (line \(rows.sheet.rows[row].line), run \(stored.runID), \(stored.receivedAt))"
        }
        let more = skipped.count > first.count ? " and \(skipped.count - first.count) more" : ""
        return [
            "intents that are on record with the same content, and are skipped: \(skipped.count) of \(rows.records.count): "
                + names.joined(separator: ", ") + more
        ]
    }

    /// The intents that made no order in the session.
    func withoutOrder(_ engine: ExecutionEngine, _ header: RunHeader) -> [IntentWithoutOrder] {
        rows.withoutOrder(engine, besides: Set(skipped.keys)) { _ in header.startedAt }
    }
}
