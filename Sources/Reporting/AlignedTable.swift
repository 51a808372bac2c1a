/// A table for people: columns as wide as they need, numbers to the right, columns without any value left out.
struct AlignedTable {
    private let columns: [TableQuery.Column]
    private let rows: [[Cell]]
    private let shown: [Int]

    init(columns: [TableQuery.Column], rows: [[Cell]]) {
        self.columns = columns
        self.rows = rows
        shown = columns.indices.filter { column in
            !columns[column].isForProgramsOnly && (rows.isEmpty || rows.contains { $0[column] != .null })
        }
    }

    /// The table with its header and a line that says how many rows it has.
    var text: String {
        let texts = rows.map { row in shown.map { shortText(row[$0], columns[$0].kind) } }
        let headers = shown.map { columns[$0].name }
        let widths = shown.indices.map { column in
            texts.reduce(headers[column].count) { max($0, $1[column].count) }
        }
        let rightAligned = shown.map { column in rows.contains { $0[column].isNumber } }
        var lines = [
            line(headers, widths, rightAligned),
            widths.map { String(repeating: "-", count: $0) }.joined(separator: "  "),
        ]
        lines += texts.map { line($0, widths, rightAligned) }
        lines.append(rows.count == 1 ? "1 row" : "\(rows.count) rows")
        return lines.joined(separator: "\n") + "\n"
    }

    private func line(_ fields: [String], _ widths: [Int], _ rightAligned: [Bool]) -> String {
        let padded = fields.indices.map { column in
            let padding = String(repeating: " ", count: widths[column] - fields[column].count)
            return rightAligned[column] ? padding + fields[column] : fields[column] + padding
        }
        let line = padded.joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    /// Most bars start at whole seconds, and many at midnight; nobody reads those zeros.
    private func shortText(_ cell: Cell, _ kind: TableQuery.Column.Kind) -> String {
        let text = cell.plainText ?? ""
        guard kind == .time else { return text }
        if text.hasSuffix("T00:00:00.000Z") { return String(text.dropLast(14)) }
        return text.hasSuffix(".000Z") ? String(text.dropLast(5)) + "Z" : text
    }
}
