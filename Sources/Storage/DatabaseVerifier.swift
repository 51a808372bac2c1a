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
                findings += try foreignKeys() + Invariant.all.flatMap { try self.findings(of: $0) } + fills()
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

    /// Orders against their trades: the sizes, and the average price, whose products need 128 bits.
    private func fills() throws(DatabaseError) -> [Finding] {
        let statement = try connection.prepare(
            """
            SELECT o.order_id, o.run_id, o.filled_size_e8, o.average_price_e8, t.size_e8, t.price_e8
            FROM orders o LEFT JOIN trades t ON t.order_id = o.order_id
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
}

/// Collects the findings of one invariant, up to a number that a person reads.
private struct FindingList {
    let check: String
    let severity: Finding.Severity
    private var listed: [Finding] = []
    private var more = 0

    init(check: String, severity: Finding.Severity) {
        self.check = check
        self.severity = severity
    }

    mutating func add(runID: String?, _ message: String) {
        guard listed.count < DatabaseVerifier.findingsPerInvariant else {
            more += 1
            return
        }
        listed.append(Finding(severity: severity, check: check, runID: runID, message: message))
    }

    var findings: [Finding] {
        more == 0
            ? listed : listed + [Finding(severity: severity, check: check, runID: nil, message: "and \(more) more")]
    }
}

/// What an order says of its fills, and what its trades add up to.
private struct OrderFills {
    let orderID: Int64
    private let runID: String?
    private let filled: Int64
    private let averagePrice: Int64?
    private var size: Int128 = 0
    private var value = ExactValue.zero

    init(_ statement: Statement) {
        orderID = statement.int64(0)
        runID = statement.text(1)
        filled = statement.int64(2)
        averagePrice = statement.optionalInt64(3)
    }

    /// A row without a trade adds nothing.
    mutating func add(_ quantity: Quantity, at price: Price) {
        size += Int128(quantity.e8)
        value = value + price * quantity
    }

    func report(to list: inout FindingList) {
        if Int128(filled) != size {
            list.add(runID: runID, "order \(orderID) has filled \(filled) e-8, its trades add up to \(size) e-8")
            return
        }
        let average = size > 0 ? Int64(exactly: divide(value.e16, by: size, rounding: .nearest)) : nil
        guard average != averagePrice else { return }
        list.add(
            runID: runID,
            "order \(orderID) has an average price of \(averagePrice.map(String.init) ?? "(none)") e-8, "
                + "its trades one of \(average.map(String.init) ?? "(none)") e-8")
    }
}
