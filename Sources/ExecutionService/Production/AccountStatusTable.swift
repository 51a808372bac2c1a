import Reporting
import TradingModel

/// Rows of the status with their columns.
struct AccountStatusTable<Row> {
    let rows: [Row]
    let columns: [AccountStatusColumn<Row>]

    /// Aligned, for people.
    var text: String {
        let shown = columns.filter { $0.audience != .programs }
        return MemoryTable(
            columns: shown.map(\.name), times: Set(shown.filter(\.isTime).map(\.name)),
            rows: rows.map { row in shown.map { $0.cell(row) } }
        ).rendered(as: .table)
    }

    /// A list of objects.
    var json: JSONValue {
        let written = columns.filter { $0.audience != .people }
        return .list(rows.map { row in .object(written.map { JSONValue.Member($0.name, .cell($0.cell(row))) }) })
    }
}

/// A column of a table of the status, a key of its JSON, or both.
struct AccountStatusColumn<Row> {
    enum Audience {
        case everybody
        /// Who has one screen.
        case people
        case programs
    }

    let name: String
    let audience: Audience
    let isTime: Bool
    let cell: (Row) -> Cell

    init(_ name: String, for audience: Audience = .everybody, _ cell: @escaping (Row) -> Cell) {
        self.name = name
        self.audience = audience
        isTime = false
        self.cell = cell
    }

    init(time name: String, for audience: Audience = .everybody, _ time: @escaping (Row) -> Timestamp?) {
        self.name = name
        self.audience = audience
        isTime = true
        cell = { .text(time($0)?.description) }
    }
}

extension Cell {
    /// A text, or NULL for nil.
    static func text(_ text: String?) -> Cell { text.map { .text($0) } ?? .null }

    /// An integer, or NULL for nil.
    static func integer(_ number: Int64?) -> Cell { number.map { .integer($0) } ?? .null }

    static func exact(_ quantity: Quantity?) -> Cell { quantity.map { .decimal($0.e8, scale: 8) } ?? .null }

    static func exact(_ price: Price?) -> Cell { price.map { .decimal($0.e8, scale: 8) } ?? .null }

    static func exact(_ amount: Money?) -> Cell { amount.map { .decimal($0.e6, scale: 6) } ?? .null }
}
