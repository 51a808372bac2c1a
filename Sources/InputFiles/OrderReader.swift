import TradingModel

/// One reading of one file of orders.
struct OrderReader: ~Copyable {
    var records: RecordReader
    var times: DecisionTimeReader
    let defaults: OrderDefaults
    var tickers = StringTable()
    var decisions = DecisionTable(firstColumn: OrderColumn.decision)
    var rows: [OrderSheet.Row] = []
    /// Beside `rows`: what the rows say about each other.
    var links: [OrderLink] = []
    var references = StringTable()
    /// By number of the reference, which order it names; nil for one that only a child gave so far.
    var namedOrders: [NamedOrder?] = []

    init(file: InputFile, localTime: LocalTime, defaults: OrderDefaults) throws(InputError) {
        records = try RecordReader(file: file, schema: OrderFile.schema)
        times = DecisionTimeReader(localTime: localTime)
        self.defaults = defaults
    }

    mutating func readAll() throws(InputError) -> OrderSheet {
        while try records.next() {
            let problemsBefore = records.problems.count
            guard let row = readRow(), records.problems.count == problemsBefore else { continue }
            rows.append(row)
            links.append(readLink())
        }
        // Rows that are missing here would make their children look orphaned.
        try records.finish()
        var graph = OrderGraph(file: records.file.name, rows: rows, links: links, tickers: tickers.strings)
        let groups = graph.connect(namedOrders: namedOrders)
        try graph.problems.throwIfAny()
        return OrderSheet(
            tickers: tickers.strings, decisions: decisions.decisions, rows: graph.rows, ocaGroups: groups,
            midnightInstants: times.midnightInstants, firstMidnightLine: times.firstMidnightLine)
    }

    private static let sides: [(name: String, word: Side)] = [
        ("BUY", .buy), ("SELL", .sell), ("B", .buy), ("S", .sell),
    ]

    private mutating func readRow() -> OrderSheet.Row? {
        let asOf = times.required(OrderColumn.asOf, &records)
        let ticker = records.ticker(OrderColumn.ticker, in: &tickers)
        let side = records.word(OrderColumn.side, OrderReader.sides)
        if side == nil { records.requireFilled(OrderColumn.side, accepted: "give BUY or SELL") }
        let quantity = records.positiveQuantity(OrderColumn.quantity)
        if quantity == nil { records.requireFilled(OrderColumn.quantity, accepted: "give a number above zero") }
        noteRepeatedReference()
        let type = readType()
        let timeInForce = readTimeInForce(asOf: asOf, type: type)
        let cancelAt = readLaterTime(OrderColumn.cancelAt, than: asOf)
        let algorithm = records.algorithm(
            OrderColumn.algorithm, parameters: OrderColumn.algorithmParameters, byDefault: defaults.algorithm)
        if let type, let timeInForce { records.refuse(algorithm, of: OrderColumn.algorithm, with: type, timeInForce) }
        let followsLevel = readFollowsLevel(type, algorithm)
        guard let asOf, let ticker, let side, let quantity, let type, let timeInForce,
            let decision = decisions.number(of: asOf, in: &records)
        else { return nil }
        let orderRef = records.string(OrderColumn.orderRef)
        return OrderSheet.Row(
            line: Int32(clamping: records.line), queueRow: Int32(clamping: records.rowCount), asOf: asOf,
            orderRef: orderRef.isEmpty ? nil : orderRef, tickerIndex: ticker, side: side, quantity: quantity,
            type: type,
            timeInForce: timeInForce, cancelAt: cancelAt, followsLevel: followsLevel, parentRow: nil, ocaGroup: nil,
            decisionIndex: decision, algorithm: algorithm)
    }

    /// Stops and exits wait for levels of their own, and an algorithm has a pace of its own.
    private mutating func readFollowsLevel(_ type: OrderType?, _ algorithm: AlgorithmTerms?) -> Bool {
        guard records.word(OrderColumn.followsLevel, [("true", true), ("false", false)]) == true else { return false }
        if let type, type.isStop {
            records.note(
                OrderColumn.followsLevel, "cannot be true for an order of type \(type.code)",
                accepted: "only MARKET and LIMIT orders are priced by the level; leave it empty")
        }
        if algorithm != nil {
            records.note(
                OrderColumn.followsLevel, "cannot be true for an order that an algorithm works",
                accepted: "leave it empty")
        }
        if !records.text(OrderColumn.parentRef).isEmpty {
            records.note(
                OrderColumn.followsLevel, "cannot be true for the exit of a bracket", accepted: "leave it empty")
        }
        return true
    }

    private mutating func noteRepeatedReference() {
        let text = records.text(OrderColumn.orderRef)
        guard !text.isEmpty else { return }
        let reference = Int(references.index(of: text))
        while namedOrders.count <= reference { namedOrders.append(nil) }
        if let earlier = namedOrders[reference] {
            records.note(
                OrderColumn.orderRef, "names another order on line \(earlier.line) too",
                accepted: "give every order its own name")
        } else {
            namedOrders[reference] = NamedOrder(row: rows.count, line: records.line)
        }
    }

    private mutating func readLink() -> OrderLink {
        let parent = records.text(OrderColumn.parentRef)
        let group = records.text(OrderColumn.ocaGroup)
        return OrderLink(
            parent: parent.isEmpty ? nil : references.index(of: parent),
            parentName: parent.isEmpty ? nil : records.string(OrderColumn.parentRef),
            group: group.isEmpty ? nil : records.string(OrderColumn.ocaGroup))
    }

    /// A time after the decision; nil when the field is empty or, with a note, no such time.
    mutating func readLaterTime(_ column: Int, than asOf: DecisionTime?) -> DecisionTime? {
        guard let time = times.optional(column, &records) else { return nil }
        if let asOf, time.instant <= asOf.instant {
            let isEnd = time.isDate && asOf.isDate ? " (a date means its end, for both)" : ""
            records.note(column, "is not after as_of\(isEnd)", accepted: "give a later date or time")
            return nil
        }
        return time
    }
}

/// An order that has a reference.
struct NamedOrder {
    /// Its place among the rows, if it is not refused.
    var row: Int
    var line: Int
}

/// What an order says about other orders of its file.
struct OrderLink {
    /// Number of the parent's reference.
    var parent: Int32?
    var parentName: String?
    var group: String?
}
