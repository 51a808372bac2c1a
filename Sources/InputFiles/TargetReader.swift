import TradingModel

/// The columns of a target file, by their place in its schema.
private enum Column {
    static let asOf = 0
    static let ticker = 1
    static let weight = 2
    static let quantity = 3
    static let notional = 4
    static let referencePrice = 5
    static let limitPrice = 6
    static let timeInForce = 7
    static let algorithm = 8
    static let algorithmParameters = 9
    static let decision = 10
}

/// One reading of one file of targets.
struct TargetReader: ~Copyable {
    private var records: RecordReader
    private var times: DecisionTimeReader
    private let defaults: OrderDefaults
    private let isOfStrategies: Bool
    private var tickers = StringTable()
    private var decisions = DecisionTable(firstColumn: Column.decision)
    private var rows: [TargetSheet.Row] = []

    init(
        file: InputFile, localTime: LocalTime, defaults: OrderDefaults, isOfStrategies: Bool
    ) throws(InputError) {
        self.isOfStrategies = isOfStrategies
        records = try RecordReader(file: file, schema: TargetFile.schema)
        times = DecisionTimeReader(localTime: localTime)
        self.defaults = defaults
    }

    mutating func readAll() throws(InputError) -> TargetSheet {
        try requireSizeColumn()
        while try records.next() {
            let problemsBefore = records.problems.count
            guard let row = readRow(), records.problems.count == problemsBefore else { continue }
            rows.append(row)
        }
        sortByTime()
        if !isOfStrategies { refuseDuplicates() }
        try records.finish()
        return TargetSheet(
            tickers: tickers.strings, decisions: decisions.decisions, rows: rows,
            midnightInstants: times.midnightInstants, firstMidnightLine: times.firstMidnightLine)
    }

    /// Without any of the three columns every row would be wrong in the same way.
    private mutating func requireSizeColumn() throws(InputError) {
        let sizes = [Column.weight, Column.quantity, Column.notional]
        guard !sizes.contains(where: { records.hasColumn($0) }) else { return }
        throw records.problems.fatal(
            line: records.line, field: "column", value: "target_weight", problem: "is missing from the header",
            accepted: "give one of target_weight, target_quantity, target_notional")
    }

    private mutating func readRow() -> TargetSheet.Row? {
        let asOf = times.required(Column.asOf, &records)
        let ticker = records.ticker(Column.ticker, in: &tickers)
        let size = readSize()
        let referencePrice = records.price(Column.referencePrice)
        let limitPrice = records.price(Column.limitPrice)
        let timeInForce = readTimeInForce()
        let algorithm = records.algorithm(
            Column.algorithm, parameters: Column.algorithmParameters, byDefault: defaults.algorithm)
        records.refuse(
            algorithm, of: Column.algorithm, with: limitPrice.map { .limit($0) } ?? .market,
            timeInForce ?? defaults.timeInForce)
        if limitPrice == nil, defaults.type == .limit {
            records.requireFilled(
                Column.limitPrice, accepted: "orders.type is LIMIT: give a limit price for every target")
        }
        guard let asOf, let ticker, let size, let decision = decisions.number(of: asOf, in: &records) else {
            return nil
        }
        return TargetSheet.Row(
            line: Int32(clamping: records.line), tickerIndex: ticker, decisionIndex: decision, size: size,
            referencePrice: referencePrice, limitPrice: limitPrice, timeInForce: timeInForce,
            queueRow: Int32(clamping: records.rowCount), algorithm: algorithm)
    }

    private mutating func readSize() -> TargetSize? {
        let isWeight = !records.text(Column.weight).isEmpty
        let isQuantity = !records.text(Column.quantity).isEmpty
        let isNotional = !records.text(Column.notional).isEmpty
        switch (isWeight, isQuantity, isNotional) {
        case (true, false, false):
            return records.decimal(Column.weight, scale: 12, example: "0.25").map(TargetSize.weight(e12:))
        case (false, true, false):
            return records.decimal(Column.quantity, scale: 8, example: "100").map { .quantity(Quantity(e8: $0)) }
        case (false, false, true):
            return records.decimal(Column.notional, scale: 6, example: "25000").map { .notional(Money(e6: $0)) }
        default:
            noteSizes(
                isWeight ? Column.weight : isQuantity ? Column.quantity : nil,
                and: isNotional ? Column.notional : Column.quantity)
            return nil
        }
    }

    private mutating func noteSizes(_ first: Int?, and second: Int) {
        let accepted = "give exactly one of target_weight, target_quantity, target_notional"
        guard let first else {
            let ticker = records.string(Column.ticker)
            records.problems.add(
                line: records.line, field: "ticker", value: ticker, problem: "has no target size", accepted: accepted)
            return
        }
        let name = records.schema.columns[second].name
        let value = InputProblem.quoted(records.string(second))
        records.note(first, "is given together with \(name) \(value)", accepted: accepted)
    }

    private mutating func readTimeInForce() -> TimeInForce? {
        let text = records.text(Column.timeInForce)
        if text.count == 3, text.elementsEqual("GTD".utf8) || text.elementsEqual("gtd".utf8) {
            records.note(
                Column.timeInForce, "needs a date, which a target does not have",
                accepted: "give one of DAY, GTC, IOC, FOK, OPG, CLS, or bring an orders file with good_till")
            return nil
        }
        return records.word(Column.timeInForce, undatedTimesInForce)
    }

    private mutating func sortByTime() {
        let instants = decisions.decisions.map(\.asOf.instant)
        func key(_ row: TargetSheet.Row) -> (Timestamp, Int32) { (instants[Int(row.decisionIndex)], row.queueRow) }
        let isSorted = zip(rows, rows.dropFirst()).allSatisfy { key($0) < key($1) }
        if !isSorted { rows.sort { key($0) < key($1) } }
    }

    /// One account holds one position of a ticker, so it has one target at a time, whoever decides it.
    private mutating func refuseDuplicates() {
        var lastRow = [Int](repeating: -1, count: tickers.count)
        let instants = decisions.decisions.map(\.asOf.instant)
        for (place, row) in rows.enumerated() {
            let ticker = Int(row.tickerIndex)
            let earlier = lastRow[ticker]
            lastRow[ticker] = place
            guard earlier >= 0, instants[Int(rows[earlier].decisionIndex)] == instants[Int(row.decisionIndex)] else {
                continue
            }
            records.problems.add(
                line: Int(row.line), field: "ticker", value: tickers[row.tickerIndex],
                problem: "has a target for the same as_of on line \(rows[earlier].line)",
                accepted: "one account holds one position: give one target for each ticker and as_of")
        }
    }
}
