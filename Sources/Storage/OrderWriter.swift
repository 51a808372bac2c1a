import TradingModel

/// Writes `orders`: inserts new ones, and updates what can change of those that are there.
final class OrderWriter {
    private let context: JournalContext
    private let insertion: Statement
    private let update: Statement
    private let createdAt = TimestampText()
    private let updatedAt = TimestampText()
    /// Whether the last insertion was of a parent or a child; only then is there anything to take back.
    private var boundRole = true

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        insertion = try context.connection.prepare(
            """
            INSERT INTO orders (order_id, size_e8, limit_price_e8, stop_price_e8, trail_amount_e8, limit_offset_e8, status,
                filled_size_e8, average_price_e8, status_reason, limited_by, updated_at, created_at, order_key, order_ref,
                run_id, decision_id, ticker, action, direction, order_type, trail_fraction_e9, time_in_force, good_till,
                arrival_price_e8, parent_order_id, oca_group, input_row, leg, algorithm, algorithm_parameters,
                algorithm_started_at, child_number)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
                ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33)
            """)
        update = try context.connection.prepare(
            """
            UPDATE orders SET size_e8 = ?2, limit_price_e8 = ?3, stop_price_e8 = ?4, trail_amount_e8 = ?5,
                limit_offset_e8 = ?6, status = ?7, filled_size_e8 = ?8, average_price_e8 = ?9, status_reason = ?10,
                limited_by = ?11, updated_at = ?12, algorithm_started_at = ?13
            WHERE order_id = ?1
            """)
        insertion.bind(12, updatedAt.pooled)
        insertion.bind(13, createdAt.pooled)
        insertion.bind(16, context.runID)
        update.bind(12, updatedAt.pooled)
    }

    func insert(_ order: OrderRecord, key: String) throws(DatabaseError) {
        bindState(of: order, to: insertion)
        createdAt.set(order.createdAt)
        try insertion.bind(14, key)
        try insertion.bind(15, order.inputRow.flatMap { context.names.orderRef($0) })
        insertion.bind(17, context.lineage(order.decision).decisionID)
        insertion.bind(18, context.ticker(order.terms.instrument))
        insertion.bind(19, context.codes.action(order.action))
        insertion.bind(20, context.codes.side(order.terms.side))
        insertion.bind(21, context.pool.intern(order.terms.type.code))
        insertion.bind(22, order.terms.type.trailFractionE9)
        insertion.bind(23, context.pool.intern(order.terms.timeInForce.code))
        try bindGoodTill(of: order)
        insertion.bind(25, order.arrivalPrice?.e8)
        insertion.bind(26, (order.parent ?? order.algorithmParent).map { context.ids.id($0.value) })
        try insertion.bind(27, order.ocaGroup.map { context.names.ocaGroups[Int($0)] })
        insertion.bind(28, order.inputRow.map(Int64.init))
        insertion.bind(29, Int64(order.leg))
        try bindRole(of: order)
        try insertion.run()
    }

    func update(_ order: OrderRecord) throws(DatabaseError) {
        bindState(of: order, to: update)
        try update.bind(13, order.algorithmStart?.description)
        try update.run()
    }

    private func bindRole(of order: OrderRecord) throws(DatabaseError) {
        guard order.role != nil || boundRole else { return }
        boundRole = order.role != nil
        try insertion.bind(30, order.algorithm?.name)
        try insertion.bind(31, order.algorithm?.parametersText)
        try insertion.bind(32, order.algorithmStart?.description)
        insertion.bind(33, order.childNumber.map(Int64.init))
    }

    /// What the two statements have in common, at the same indices.
    private func bindState(of order: OrderRecord, to statement: Statement) {
        let type = order.terms.type
        updatedAt.set(order.updatedAt)
        statement.bind(1, context.ids.id(order.number.value))
        statement.bind(2, order.terms.quantity.e8)
        statement.bind(3, type.limitPrice?.e8)
        statement.bind(4, type.stopPrice?.e8)
        statement.bind(5, type.trailAmount?.e8)
        statement.bind(6, type.limitOffset?.e8)
        statement.bind(7, context.codes.state(order.state))
        statement.bind(8, order.filled.e8)
        statement.bind(9, order.averagePrice?.e8)
        statement.bind(10, context.codes.reason(order.state.reason))
        statement.bind(11, context.codes.limitation(order.limitedBy))
    }

    private func bindGoodTill(of order: OrderRecord) throws(DatabaseError) {
        if case .goodTilDate(let instant) = order.terms.timeInForce {
            try insertion.bind(24, instant.description)
        } else {
            insertion.bindNull(24)
        }
    }
}

extension OrderType {
    /// The distance of a trailing stop, where it is a price.
    fileprivate var trailAmount: Price? {
        guard case .amount(let amount)? = trail else { return nil }
        return amount
    }

    /// The distance of a trailing stop, where it is a share of the price.
    fileprivate var trailFractionE9: Int64? {
        guard case .fraction(let e9)? = trail else { return nil }
        return e9
    }

    fileprivate var limitOffset: Price? {
        guard case .trailingStopLimit(_, _, let offset) = self else { return nil }
        return offset
    }

    private var trail: TrailDistance? {
        switch self {
        case .trailingStop(let trail, _), .trailingStopLimit(let trail, _, _): trail
        default: nil
        }
    }
}
