import TradingModel

/// Writes `orders.venue_order_id`.
struct VenueLinkWriter {
    private let context: JournalContext
    private let statement: Statement

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        statement = try context.connection.prepare("UPDATE orders SET venue_order_id = ?2 WHERE order_id = ?1")
    }

    /// Throws `MissingRow` where there is no such order.
    func write(_ link: VenueLinkRecord) throws {
        let id = context.ids.id(link.order.value)
        statement.bind(1, id)
        try statement.bind(2, link.venueOrderID)
        try statement.run()
        guard context.connection.changes == 1 else { throw MissingRow(table: "orders", id: id) }
    }
}
