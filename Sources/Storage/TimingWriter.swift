import TradingModel

/// Writes `order_timings`: the first time of each stage counts, and of the fills the last one too.
final class TimingWriter {
    private typealias Stages = [Timestamp?]

    private let context: JournalContext
    private let statement: Statement
    private let texts = TimingRecord.Stage.allCases.map { _ in TimestampText() }
    private static let places = Dictionary(
        TimingRecord.Stage.allCases.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        let columns = TimingRecord.Stage.allCases.map { $0.rawValue + "_at" }
        let values = zip(TimingRecord.Stage.allCases, columns).map { stage, column in
            // Of a time and none, `max` makes none.
            stage == .lastFill
                ? "coalesce(max(\(column), excluded.\(column)), \(column), excluded.\(column))"
                : "coalesce(\(column), excluded.\(column))"
        }
        statement = try context.connection.prepare(
            """
            INSERT INTO order_timings (order_id, \(columns.joined(separator: ", "))) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT DO UPDATE SET \(zip(columns, values).map { "\($0) = \($1)" }.joined(separator: ", "))
            """)
    }

    /// Writes the timings of a batch, a row for each order.
    func write(_ timings: [TimingRecord]) throws(DatabaseError) {
        var orders: [OrderNumber] = []
        var stages: [OrderNumber: Stages] = [:]
        for timing in timings {
            if stages[timing.order] == nil { orders.append(timing.order) }
            note(timing, in: &stages[timing.order, default: texts.map { _ in nil }])
        }
        for order in orders { try write(order, stages[order] ?? []) }
    }

    private func note(_ timing: TimingRecord, in stages: inout Stages) {
        guard let place = TimingWriter.places[timing.stage] else { return }
        let known = stages[place] ?? timing.time
        stages[place] = timing.stage == .lastFill ? max(known, timing.time) : known
    }

    private func write(_ order: OrderNumber, _ stages: Stages) throws(DatabaseError) {
        statement.bind(1, context.ids.id(order.value))
        for (place, time) in stages.enumerated() {
            let parameter = Int32(place) + 2
            guard let time else {
                statement.bindNull(parameter)
                continue
            }
            texts[place].set(time)
            statement.bind(parameter, texts[place].pooled)
        }
        try statement.run()
    }
}
