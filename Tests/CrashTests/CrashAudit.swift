import Foundation
import Storage
import TestSupport
import TradingModel

/// Holds a database against the gateway's own record of the account.
struct CrashAudit {
    /// What they disagree in, each a sentence.
    private(set) var problems: [String] = []
    private let database: Database

    /// - Parameter isWhole: whether every order of the newest run was to be filled.
    init(_ world: CrashWorld, isWhole: Bool) throws {
        database = try Database.openForReading(world.database)
        let orders = try world.control.table("orders")
        try compareOrders(orders)
        try compareParents(orders)
        try compareExecutions(try world.control.table("executions"))
        let positions = try world.control.table("positions")
        try comparePositions(positions)
        if isWhole { try compareTargets(positions) }
        try compareCash(try world.control.table("cash"))
        try verify()
    }

    /// Only what holds at every moment, whether or not the run is over, from the first database that can be read.
    init?(unfinished world: CrashWorld) throws {
        do { database = try Database.openForReading(world.database) } catch is DatabaseRefusal { return nil }
        try verify()
    }

    private mutating func check(_ isTrue: Bool, _ problem: @autoclosure () -> String) {
        if !isTrue { problems.append(problem()) }
    }

    /// Every order of the book is at the gateway once and nothing else is, with the same terms and fills; but for those that were
    /// given up before they were sent.
    private mutating func compareOrders(_ rows: [[String]]) throws {
        let references = Set(rows.map { $0[0] })
        check(references.count == rows.count, "an order key is at the gateway twice: \(rows)")
        let orders = try database.rows(
            """
            SELECT order_key, r.account, ticker, direction, size_e8, filled_size_e8, o.status, o.venue_order_id, o.oca_group
            FROM orders o JOIN execution_runs r USING (run_id) WHERE NOT \(Self.isParent)
            """)
        // The fills of one exit reduce the other at the gateway, and fill what is left of it; nobody hears of it who was away.
        let reducible = Set(orders.filter { !$0[8].isEmpty && $0[6] == "CANCELLED" }.map { $0[0] })
        let told = rows.map { row in
            let isReducible = reducible.contains(row[0])
            return [
                row[0], row[7], row[8], row[9], isReducible ? "" : row[4], row[5], isReducible ? "" : row[3],
            ].joined(separator: " ")
        }
        let booked = orders.filter { row in
            references.contains(row[0]) || row[6] != "CANCELLED" || row[5] != "0" || !row[7].isEmpty
        }.map { row in
            let isReducible = reducible.contains(row[0])
            let (size, status) = isReducible ? ("", "") : (Self.quantity(row[4]), row[6].capitalized)
            return (row[..<4] + [size, Self.quantity(row[5]), status]).joined(separator: " ")
        }
        compare("orders", booked, told)
        let unprotected = try database.rows(
            """
            SELECT exit.order_key FROM orders exit JOIN orders entry ON entry.order_id = exit.parent_order_id
            WHERE entry.filled_size_e8 > 0 AND exit.child_number IS NULL
            """
        ).filter { !references.contains($0[0]) }
        check(unprotected.isEmpty, "entries filled, and their exits were never at the gateway: \(unprotected)")
    }

    /// An order that children carry out, which itself goes nowhere.
    private static let isParent = "(o.algorithm IS NOT NULL AND o.algorithm NOT LIKE 'ibkr%')"

    /// What the gateway says that the children of each order have filled is what it has filled, and never more than it is.
    private mutating func compareParents(_ rows: [[String]]) throws {
        let told = Dictionary(rows.map { ($0[0], $0[5]) }, uniquingKeysWith: { first, _ in first })
        let children = try database.rows(
            "SELECT parent_order_id, order_key, size_e8, status FROM orders WHERE child_number IS NOT NULL")
        let parents = try database.rows(
            "SELECT o.order_id, o.order_key, o.size_e8, o.filled_size_e8, o.status FROM orders o WHERE \(Self.isParent)"
        )
        for parent in parents {
            check(told[parent[1]] == nil, "order \(parent[1]) is carried out by children, and is at the gateway itself")
            let own = children.filter { $0[0] == parent[0] }
            let filled_e8 = try own.compactMap { told[$0[1]] }.reduce(0) { try $0 + DecimalText.parse($1, scale: 8) }
            check(
                filled_e8 == Int64(parent[3]) && filled_e8 <= Int64(parent[2]) ?? 0,
                "order \(parent[1]) is \(parent), the gateway says \(filled_e8) of its children")
            check(
                own.allSatisfy { Int64($0[2]) ?? .max <= Int64(parent[2]) ?? 0 },
                "a child of \(parent[1]) is more than all of it")
            check(
                ["FILLED", "CANCELLED", "EXPIRED"].contains(parent[4]), "order \(parent[1]) has not ended: \(parent[4])"
            )
        }
        let known = Set(parents.map { $0[0] })
        check(children.allSatisfy { known.contains($0[0]) }, "a child has no parent")
    }

    private mutating func compareExecutions(_ rows: [[String]]) throws {
        let told = rows.map { row in
            [row[0], row[1], row[4], row[5], row[6], row[7], row[8], row[9], row[10]].joined(separator: " ")
        }
        let booked = try database.rows(
            """
            SELECT t.execution_id, o.order_key, t.account, t.ticker, t.direction, t.size_e8, t.price_e8, t.commission_e6,
                t.timestamp
            FROM trades t LEFT JOIN orders o ON o.order_id = t.order_id
            """
        ).map { row in
            (row[..<5] + [Self.quantity(row[5]), Self.price(row[6]), Self.money(row[7]), row[8]]).joined(separator: " ")
        }
        compare("executions", booked, told)
    }

    private mutating func comparePositions(_ rows: [[String]]) throws {
        let told = rows.filter { $0[2] != "0" }.map { $0[..<3].joined(separator: " ") }
        let booked = try database.rows("SELECT account, ticker, size_e8 FROM positions WHERE size_e8 <> 0")
            .map { "\($0[0]) \($0[1]) \(Self.quantity($0[2]))" }
        compare("positions", booked, told)
    }

    /// What the newest plan wanted is held: no order of it is missing.
    private mutating func compareTargets(_ rows: [[String]]) throws {
        let told = rows.filter { $0[2] != "0" }.map { "\($0[1]) \($0[2])" }
        let wanted = try database.rows(
            """
            SELECT ticker, held_e8 + open_e8 + planned_e8 FROM target_positions
            WHERE run_id = (SELECT run_id FROM execution_runs ORDER BY run_number DESC LIMIT 1)
                AND held_e8 + open_e8 + planned_e8 <> 0
            """
        ).map { "\($0[0]) \(Self.quantity($0[1]))" }
        compare("what the plan wanted", wanted, told)
    }

    private mutating func compareCash(_ rows: [[String]]) throws {
        let booked = try database.rows("SELECT account, currency, balance_e6 FROM cash_balances")
            .map { "\($0[0]) \($0[1]) \(Self.money($0[2]))" }
        compare("cash", booked, rows.map { $0.joined(separator: " ") })
        let kinds = try database.rows("SELECT DISTINCT kind FROM cash_entries ORDER BY kind").map { $0[0] }
        check(
            Set(kinds).isSubset(of: ["COMMISSION", "OPENING", "TRADE"]),
            "the cash had to be reconciled, so it was not booked as it moved: \(kinds)")
    }

    private mutating func verify() throws {
        problems += try DatabaseVerifier(database).verify().filter { $0.severity == .broken }.map(\.description)
        for view in ["position_breaks", "cash_breaks"] {
            problems += try database.rows("SELECT * FROM \(view)").map { "\(view): \($0)" }
        }
    }

    private mutating func compare(_ what: String, _ booked: [String], _ told: [String]) {
        let (booked, told) = (booked.sorted(), told.sorted())
        guard booked != told else { return }
        let (missing, surplus) = (Set(told).subtracting(booked), Set(booked).subtracting(told))
        problems.append(
            "\(what): \(booked.count) in the book, \(told.count) at the gateway; only at the gateway "
                + "\(missing.sorted().prefix(5)), only in the book \(surplus.sorted().prefix(5))")
    }

    private static func quantity(_ e8: String) -> String { Quantity(e8: Int64(e8) ?? -1).description }
    private static func price(_ e8: String) -> String { Price(e8: Int64(e8) ?? -1).description }
    private static func money(_ e6: String) -> String { Money(e6: Int64(e6) ?? -1).description }
}
