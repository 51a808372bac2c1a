import TradingModel

/// Writes `order_timings`: the first time of each stage counts, and of the fills the last one too.
final class TimingWriter {
    private let context: JournalContext
    private let statements: [TimingRecord.Stage: Statement]
    private let time = TimestampText()

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        var statements: [TimingRecord.Stage: Statement] = [:]
        for stage in TimingRecord.Stage.allCases {
            let column = stage.rawValue + "_at"
            let value =
                stage == .lastFill
                ? "max(coalesce(\(column), ''), excluded.\(column))" : "coalesce(\(column), excluded.\(column))"
            let statement = try context.connection.prepare(
                """
                INSERT INTO order_timings (order_id, \(column)) VALUES (?1, ?2)
                ON CONFLICT DO UPDATE SET \(column) = \(value)
                """)
            statement.bind(2, time.pooled)
            statements[stage] = statement
        }
        self.statements = statements
    }

    func write(_ timing: TimingRecord) throws(DatabaseError) {
        guard let statement = statements[timing.stage] else { return }
        time.set(timing.time)
        statement.bind(1, context.ids.id(timing.order.value))
        try statement.run()
    }
}
