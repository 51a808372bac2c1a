import TradingModel

/// Proves that a database agrees with itself.
public struct DatabaseVerifier {
    /// How many findings of one invariant are listed; the last says how many more there are.
    public static let findingsPerInvariant = 20

    let connection: Connection

    public init(_ database: Database) { connection = database.connection }

    /// Checks the file, the foreign keys and every invariant on one unchanging view of the data; empty, or notes only, when all is well.
    ///
    /// Throws `DatabaseError` when the database cannot be read to its end.
    public func verify() throws -> [Finding] {
        try connection.transaction(.deferred) {
            var findings = try integrity()
            do {
                findings +=
                    try foreignKeys() + Invariant.all.flatMap { try self.findings(of: $0) } + fills() + exactCosts()
            } catch {
                // In a damaged file any query may fail; what is known by then says why.
                guard !findings.isEmpty else { throw error }
            }
            return findings
        }
    }

    private func integrity() throws(DatabaseError) -> [Finding] {
        let statement = try connection.prepare("PRAGMA integrity_check(\(DatabaseVerifier.findingsPerInvariant))")
        var findings: [Finding] = []
        while try statement.step() {
            guard let message = statement.text(0), message != "ok" else { continue }
            findings.append(Finding(severity: .broken, check: "integrity", runID: nil, message: message))
        }
        return findings
    }

    private func foreignKeys() throws(DatabaseError) -> [Finding] {
        try findings(
            of: Invariant(
                "foreign keys",
                """
                SELECT NULL, printf('row %s of %s refers to a row of %s that is not there', coalesce(rowid, ''), "table", parent)
                FROM pragma_foreign_key_check
                """))
    }

    private func findings(of invariant: Invariant) throws(DatabaseError) -> [Finding] {
        let statement = try connection.prepare(invariant.sql)
        var list = FindingList(check: invariant.name, severity: invariant.severity)
        while try statement.step() { list.add(runID: statement.text(0), statement.text(1) ?? "") }
        return list.findings
    }

    /// Orders against their trades: the sizes, and the average price, whose products need 128 bits. A trade against the direction
    /// of its order takes another one back; those of its children are its own.
    private func fills() throws(DatabaseError) -> [Finding] {
        let statement = try connection.prepare(
            """
            WITH parts AS (
                SELECT order_id, order_id AS part_id FROM orders
                UNION ALL
                SELECT parent_order_id, order_id FROM orders WHERE child_number IS NOT NULL
            )
            SELECT o.order_id, o.run_id, o.filled_size_e8, o.average_price_e8,
                   iif(t.direction = o.direction, t.size_e8, -t.size_e8), t.price_e8
            FROM orders o JOIN parts p ON p.order_id = o.order_id LEFT JOIN trades t ON t.order_id = p.part_id
            WHERE NOT EXISTS (
                SELECT 1 FROM order_events e
                WHERE e.order_id = o.order_id AND e.kind = 'RESIZED' AND json_extract(e.detail, '$.cause') = 'split')
            ORDER BY o.order_id
            """)
        var list = FindingList(check: "fills", severity: .broken)
        var current: OrderFills?
        while try statement.step() {
            if current?.orderID != statement.int64(0) {
                current?.report(to: &list)
                current = OrderFills(statement)
            }
            current?.add(Quantity(e8: statement.int64(4)), at: Price(e8: statement.int64(5)))
        }
        current?.report(to: &list)
        return list.findings
    }

    /// The exact cost and profit of positions against the rounded ones.
    private func exactCosts() throws(DatabaseError) -> [Finding] {
        let statement = try connection.prepare(
            """
            SELECT run_id, ticker, size_e8, average_cost_e8, realized_pnl_e6, cost_e16, realized_e16
            FROM positions WHERE cost_e16 IS NOT NULL
            """)
        var list = FindingList(check: "exact costs", severity: .broken)
        while try statement.step() {
            let position = statement.position(from: 2)
            if position?.averageCost?.e8 == statement.optionalInt64(3), position?.realizedE6 == statement.int64(4),
                position?.quantity != .zero || position?.cost == .zero
            {
                continue
            }
            list.add(
                runID: statement.text(0),
                "the exact cost and profit of \(statement.text(1) ?? "") do not round to its average cost and profit")
        }
        return list.findings
    }
}

extension Position {
    /// As `positions.realized_pnl_e6` has it; nil where it does not fit.
    fileprivate var realizedE6: Int64? { try? Money(realized, rounding: .nearest).e6 }
}
