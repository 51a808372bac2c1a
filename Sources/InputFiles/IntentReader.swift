import TradingModel

/// One reading of one file of intents.
struct IntentReader: ~Copyable {
    private enum Action {
        case trade(Side)
        case hold
    }

    private static let actions: [(name: String, word: Action)] = [
        ("BUY", .trade(.buy)), ("SELL", .trade(.sell)), ("HOLD", .hold), ("B", .trade(.buy)), ("S", .trade(.sell)),
        ("H", .hold),
    ]
    private static let largestID = 128

    var records: RecordReader
    private var times: DecisionTimeReader
    let defaults: OrderDefaults
    private var tickers = StringTable()
    private var decisions = DecisionTable(firstColumn: IntentColumn.decision)
    private var rows: [IntentSheet.Row] = []
    private var repetitions: [IntentSheet.Repetition] = []
    /// The row of each intent.
    private var known: [String: Int] = [:]

    init(file: InputFile, localTime: LocalTime, defaults: OrderDefaults) throws(InputError) {
        records = try RecordReader(file: file, schema: IntentFile.schema)
        times = DecisionTimeReader(localTime: localTime)
        self.defaults = defaults
    }

    mutating func readAll() throws(InputError) -> IntentSheet {
        while try records.next() {
            let problemsBefore = records.problems.count
            guard let row = readRow(), records.problems.count == problemsBefore else { continue }
            take(row)
        }
        try records.finish()
        return IntentSheet(
            tickers: tickers.strings, decisions: decisions.decisions, rows: rows, repetitions: repetitions,
            midnightInstants: times.midnightInstants, firstMidnightLine: times.firstMidnightLine)
    }

    private mutating func readRow() -> IntentSheet.Row? {
        let id = readID()
        let decidedAt = times.required(IntentColumn.decidedAt, &records)
        let ticker = records.ticker(IntentColumn.ticker, in: &tickers)
        let action = records.word(IntentColumn.side, IntentReader.actions)
        if action == nil { records.requireFilled(IntentColumn.side, accepted: "give BUY, SELL or HOLD") }
        let confidence = readConfidence()
        let expiresAt = times.optional(IntentColumn.expiresAt, &records)
        let account = records.string(IntentColumn.account)
        var side: Side?
        if case .trade(let given) = action { side = given }
        // Without a side nobody knows whether a size belongs there.
        let size = action == nil ? nil : readSize(side)
        let type = readType(isTraded: side != nil)
        let timeInForce = readTimeInForce(type, isTraded: side != nil)
        let algorithm = readAlgorithm(type, timeInForce, isTraded: side != nil)
        guard let id, let decidedAt, let ticker, action != nil,
            let decision = decisions.number(of: decidedAt, in: &records)
        else { return nil }
        let lineage = decisions.decisions[Int(decision)]
        return IntentSheet.Row(
            line: Int32(clamping: records.line),
            intent: OrderIntent(
                intentID: id, ticker: tickers[ticker], side: side, size: size, type: type, timeInForce: timeInForce,
                algorithm: algorithm, confidenceE9: confidence, expiresAt: expiresAt?.instant,
                decidedAt: decidedAt.instant,
                strategyID: lineage.strategyID, decisionID: lineage.decisionID,
                profileVersionID: lineage.profileVersionID, regimeID: lineage.regimeID, universeID: lineage.universeID),
            account: account.isEmpty ? nil : account, tickerIndex: ticker, decisionIndex: decision,
            decidedAt: decidedAt, expiresAt: expiresAt)
    }

    private mutating func readID() -> String? {
        let text = records.text(IntentColumn.intentID)
        let accepted = "give the intent's own name, in one line of at most \(IntentReader.largestID) bytes"
        guard !text.isEmpty else {
            records.note(IntentColumn.intentID, "is empty", accepted: accepted)
            return nil
        }
        guard text.count <= IntentReader.largestID, text.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            records.note(
                IntentColumn.intentID, "has control characters or more than \(IntentReader.largestID) bytes",
                accepted: accepted)
            return nil
        }
        return records.string(IntentColumn.intentID)
    }

    private mutating func readConfidence() -> Int64? {
        guard let e9 = records.decimal(IntentColumn.confidence, scale: 9, example: "0.75") else { return nil }
        guard (0...1_000_000_000).contains(e9) else {
            records.note(IntentColumn.confidence, "is not between 0 and 1", accepted: "give a share such as 0.75")
            return nil
        }
        return e9
    }

    // MARK: - Repetitions

    /// Senders repeat themselves; an id that stands for two intents is a mistake.
    private mutating func take(_ row: IntentSheet.Row) {
        guard let place = known[row.intent.intentID] else {
            known[row.intent.intentID] = rows.count
            rows.append(row)
            return
        }
        let first = rows[place]
        guard let (name, earlier, given) = IntentReader.difference(first, row) else {
            repetitions.append(
                .init(line: Int(row.line), intentID: row.intent.intentID, firstLine: Int(first.line)))
            return
        }
        records.note(
            IntentColumn.intentID,
            "has \(name) \(InputProblem.quoted(given ?? "")) here and \(InputProblem.quoted(earlier ?? "")) on line \(first.line) (\(StatusReason.duplicateIntent.rawValue))",
            accepted: "an id stands for one intent: give every intent its own")
    }

    private static func difference(
        _ first: IntentSheet.Row, _ second: IntentSheet.Row
    ) -> (name: String, first: String?, second: String?)? {
        if let one = first.account, let other = second.account, one != other { return ("account", one, other) }
        for (one, other) in zip(first.intent.content, second.intent.content) where one != other {
            return (one.name, one.value, other.value)
        }
        return nil
    }
}
