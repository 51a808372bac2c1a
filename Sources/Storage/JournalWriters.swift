import TradingModel

/// The writers of the tables that every run has.
struct JournalWriters {
    let context: JournalContext
    let targets: TargetWriter
    let orders: OrderWriter
    let intents: IntentWriter
    let risks: RiskWriter
    let events: OrderEventWriter
    let cash: CashWriter
    let positions: PositionWriter
    let run: RunRowWriter

    init(_ connection: Connection, _ handle: RunHandle, _ names: RunNames) throws(DatabaseError) {
        context = JournalContext(connection: connection, handle: handle, names: names)
        targets = try TargetWriter(context)
        orders = try OrderWriter(context)
        intents = try IntentWriter(context, handle.header)
        risks = try RiskWriter(context)
        events = try OrderEventWriter(context)
        cash = try CashWriter(context)
        positions = try PositionWriter(context)
        run = try RunRowWriter(connection, runNumber: handle.runNumber)
    }

    /// Inserts a new order, and the intent that it is made of.
    func insert(_ order: OrderRecord, key: String) throws(DatabaseError) {
        try orders.insert(order, key: key)
        try intents.write(for: order)
    }
}

extension Array {
    /// The elements with the numbers of their rows within the run.
    func numbered(after count: Int64) -> some Sequence<(Element, Int64)> {
        lazy.enumerated().map { ($0.element, count + Int64($0.offset) + 1) }
    }
}
