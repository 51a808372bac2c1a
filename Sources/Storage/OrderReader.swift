import TradingModel

/// Reads orders as their journal wrote them, all but the value of their fills, which their trades have.
struct OrderReader {
    /// The columns, in the order of `record`.
    static let columns = """
        o.order_id, o.order_key, o.decision_id, o.input_row, o.leg, o.action, o.ticker, o.direction, o.size_e8, o.order_type,
        o.limit_price_e8, o.stop_price_e8, o.trail_amount_e8, o.trail_fraction_e9, o.limit_offset_e8, o.time_in_force,
        o.good_till, o.status, o.status_reason, o.filled_size_e8, o.arrival_price_e8, o.created_at, o.updated_at,
        o.limited_by, o.parent_order_id, o.oca_group, o.algorithm, o.algorithm_parameters, o.algorithm_started_at,
        o.child_number
        """

    /// How many there are.
    static let columnCount: Int32 = 30

    let statement: Statement
    let numbers: RecordNumbers
    private let actions = Dictionary(uniqueKeysWithValues: OrderAction.allCases.map { ($0.code, $0) })

    init(_ statement: Statement, _ numbers: RecordNumbers) {
        self.statement = statement
        self.numbers = numbers
    }

    /// The row id of the current row.
    var rowID: Int64 { statement.int64(0) }

    /// The key of the current row.
    var key: String { statement.text(1) ?? "" }

    /// The order of the current row; throws `UnreadableRow` for what no order can be.
    func record(_ names: inout RecordNames) throws -> OrderRecord {
        let decision = try names.decision(statement.text(2) ?? "")
        let role = try role()
        let parent = statement.optionalInt64(24).map(numbers.order)
        var order = OrderRecord(
            number: numbers.order(rowID), decision: decision,
            inputRow: statement.optionalInt64(3).map { Int32(truncatingIfNeeded: $0) },
            leg: Int32(truncatingIfNeeded: statement.int64(4)),
            action: try read("action", 5) { actions[$0] },
            terms: try terms(&names), state: try state(), arrivalPrice: statement.price(20),
            createdAt: try time("created_at", 21),
            parent: statement.isNull(29) ? parent : nil, ocaGroup: ocaGroup(names), role: role)
        order.updatedAt = try time("updated_at", 22)
        order.filled = Quantity(e8: statement.int64(19))
        if !statement.isNull(23) { order.limitedBy = try read("limited_by", 23) { Limitation(rawValue: $0) } }
        return order
    }

    private func terms(_ names: inout RecordNames) throws -> OrderTerms {
        let prices = StoredPrices(
            limit: statement.price(10), stop: statement.price(11), trailAmount: statement.price(12),
            trailFractionE9: statement.optionalInt64(13), limitOffset: statement.price(14))
        let goodTill = statement.timestamp(16)
        return OrderTerms(
            instrument: names.instrument(statement.text(6) ?? ""),
            side: statement.text(7) == Side.buy.code ? .buy : .sell,
            quantity: Quantity(e8: statement.int64(8)),
            type: try read("order_type", 9) { OrderType(code: $0, prices) },
            timeInForce: try read("time_in_force", 15) { TimeInForce(code: $0, goodTill: goodTill) })
    }

    private func role() throws -> AlgorithmRole? {
        if let number = statement.optionalInt64(29), let parent = statement.optionalInt64(24) {
            return .child(of: numbers.order(parent), number: Int32(truncatingIfNeeded: number))
        }
        guard !statement.isNull(26) else { return nil }
        let parameters = statement.text(27) ?? ""
        let terms = try read("algorithm", 26) { try? AlgorithmTerms(name: $0, parameters: parameters) }
        return .parent(terms, startedAt: statement.timestamp(28))
    }

    private func state() throws -> OrderState {
        let reason = statement.text(18).flatMap { StatusReason(rawValue: $0) }
        return try read("status", 17) { OrderState(code: $0, reason: reason) }
    }

    /// A group of an earlier run has no number in this one.
    private func ocaGroup(_ names: RecordNames) -> Int32? {
        numbers.isOfThisRun(rowID) ? statement.text(25).flatMap { names.ocaGroups[$0] } : nil
    }

    private func time(_ name: String, _ column: Int32) throws -> Timestamp {
        guard let time = statement.timestamp(column) else { throw unreadable(name, column) }
        return time
    }

    private func read<Value>(_ name: String, _ column: Int32, _ decode: (String) -> Value?) throws -> Value {
        guard let value = statement.text(column).flatMap(decode) else { throw unreadable(name, column) }
        return value
    }

    private func unreadable(_ name: String, _ column: Int32) -> UnreadableRow {
        UnreadableRow(
            table: "orders", row: "\(rowID)", column: name, value: statement.text(column) ?? "(none)")
    }
}

/// How the rows of an account are numbered in one of its runs: those of the run from 1 on, others by their row ids.
struct RecordNumbers {
    let runNumber: Int64

    func isOfThisRun(_ rowID: Int64) -> Bool { rowID / RowNumbering.rowsPerRun == runNumber }

    func number(_ rowID: Int64) -> Int64 { isOfThisRun(rowID) ? rowID % RowNumbering.rowsPerRun : rowID }

    func order(_ rowID: Int64) -> OrderNumber { OrderNumber(number(rowID)) }
}
