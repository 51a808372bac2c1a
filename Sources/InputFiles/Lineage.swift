import TradingModel

/// On whose behalf something is decided: one decision of the upstream pipeline, as a file states it.
public struct FileDecision: Sendable, Hashable {
    /// When it was decided.
    public var asOf: DecisionTime
    /// Nil where the file gives none.
    public var decisionID: String?
    /// Nil where the file gives none.
    public var strategyID: String?
    /// Nil where the file gives none.
    public var profileVersionID: String?
    /// Nil where the file gives none.
    public var regimeID: String?
    /// Nil where the file gives none.
    public var universeID: String?
    /// The line on which it appears first.
    public var firstLine: Int
}

/// The columns of a decision's lineage, the same in target and order files.
enum LineageColumns {
    static let columns: [TableSchema.Column] = [
        .init(name: "decision_id", aliases: ["decision"]),
        .init(name: "strategy_id", aliases: ["strategy"]),
        .init(name: "profile_version_id", aliases: ["profile_version"]),
        .init(name: "regime_id", aliases: ["regime"]),
        .init(name: "universe_id", aliases: ["universe"]),
    ]
}

/// Gathers the distinct decisions of a file and numbers them.
struct DecisionTable {
    private struct Key: Hashable {
        var asOf: DecisionTime
        /// Numbers of the five ids; 0 is none.
        var ids: SIMD8<Int32>

        /// The time and two of the ids tell nearly all decisions apart.
        func hash(into hasher: inout Hasher) {
            hasher.combine(asOf.instant.ms)
            hasher.combine(UInt64(UInt32(bitPattern: ids[0])) << 32 | UInt64(UInt32(bitPattern: ids[1])))
        }
    }

    /// The place of `decision_id` in the schema; the other ids follow it.
    private let firstColumn: Int
    /// One table for each of the five ids, since each column repeats its own value.
    private var texts = [StringTable](repeating: StringTable(), count: 5)
    private var numbers: [Key: Int32] = [:]
    private var numberOfID: [Int32: Int32] = [:]
    private var lastKey: Key?
    private var lastNumber: Int32 = -1
    private(set) var decisions: [FileDecision] = []

    init(firstColumn: Int) {
        self.firstColumn = firstColumn
    }

    /// The number of the row's decision; nil, with a note, when its id already stands for another one.
    mutating func number(of asOf: DecisionTime, in records: inout RecordReader) -> Int32? {
        var ids = SIMD8<Int32>(repeating: 0)
        for place in 0..<5 {
            let text = records.text(firstColumn + place)
            if !text.isEmpty { ids[place] = texts[place].index(of: text) + 1 }
        }
        let key = Key(asOf: asOf, ids: ids)
        if key == lastKey { return lastNumber }
        guard let number = numbers[key] ?? add(key, &records) else { return nil }
        lastKey = key
        lastNumber = number
        return number
    }

    private mutating func add(_ key: Key, _ records: inout RecordReader) -> Int32? {
        if key.ids[0] > 0, let earlier = numberOfID[key.ids[0]] {
            noteConflict(key, decisions[Int(earlier)], &records)
            return nil
        }
        let number = Int32(decisions.count)
        decisions.append(
            FileDecision(
                asOf: key.asOf, decisionID: name(0, key), strategyID: name(1, key), profileVersionID: name(2, key),
                regimeID: name(3, key), universeID: name(4, key), firstLine: records.line))
        numbers[key] = number
        if key.ids[0] > 0 { numberOfID[key.ids[0]] = number }
        return number
    }

    private func name(_ place: Int, _ key: Key) -> String? {
        key.ids[place] == 0 ? nil : texts[place][key.ids[place] - 1]
    }

    private func noteConflict(_ key: Key, _ earlier: FileDecision, _ records: inout RecordReader) {
        let pairs = [
            ("strategy_id", earlier.strategyID, name(1, key)),
            ("profile_version_id", earlier.profileVersionID, name(2, key)),
            ("regime_id", earlier.regimeID, name(3, key)), ("universe_id", earlier.universeID, name(4, key)),
        ]
        let difference = pairs.first { $0.1 != $0.2 }.map { "\($0.0) \"\($0.1 ?? "")\"" } ?? "another as_of"
        records.note(
            firstColumn, "has \(difference) on line \(earlier.firstLine)",
            accepted: "all rows of one decision have the same as_of and ids")
    }
}
