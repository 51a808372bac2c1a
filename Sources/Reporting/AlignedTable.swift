/// A table for people: columns as wide as they need, numbers to the right, columns without any value left out.
struct AlignedTable {
    /// A column that is shown, with the texts of its cells.
    private struct Column {
        let header: String
        let isRightAligned: Bool
        let texts: [String]
        let width: Int

        init(_ column: TableQuery.Column, cells: [Cell]) {
            header = column.name
            isRightAligned = cells.contains { $0.isNumber }
            texts = cells.map { AlignedTable.shortText($0, column.kind) }
            width = texts.reduce(header.count) { max($0, AlignedTable.width(of: $1)) }
        }
    }

    private let columns: [Column]
    private let rowCount: Int

    init(columns: [TableQuery.Column], rows: [[Cell]]) {
        rowCount = rows.count
        self.columns = columns.indices.compactMap { index in
            let cells = rows.map { $0[index] }
            let isEmpty = !rows.isEmpty && cells.allSatisfy { $0 == .null }
            return columns[index].isForProgramsOnly || isEmpty ? nil : Column(columns[index], cells: cells)
        }
    }

    /// The table with its header and a line that says how many rows it has.
    var text: String {
        var text = line { $0.header }
        text += columns.map { String(repeating: "-", count: $0.width) }.joined(separator: "  ") + "\n"
        for row in 0..<rowCount { text += line { $0.texts[row] } }
        return text + (rowCount == 1 ? "1 row\n" : "\(rowCount) rows\n")
    }

    private func line(_ field: (Column) -> String) -> String {
        var line = ""
        // Spaces are owed until something follows them, so that no line ends with any.
        var owed = 0
        for column in columns {
            let text = field(column)
            let padding = column.width - AlignedTable.width(of: text)
            if column.isRightAligned { owed += padding }
            if !text.isEmpty {
                line += String(repeating: " ", count: owed) + text
                owed = 0
            }
            owed += column.isRightAligned ? 2 : padding + 2
        }
        return line + "\n"
    }

    /// Finding the characters of a text is slow, and most texts have as many as bytes.
    private static func width(of text: String) -> Int {
        text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.count
    }

    /// Most bars start at whole seconds, and many at midnight; nobody reads those zeros.
    private static func shortText(_ cell: Cell, _ kind: TableQuery.Column.Kind) -> String {
        let text = cell.plainText ?? ""
        guard kind == .time else { return text }
        if text.hasSuffix("T00:00:00.000Z") { return String(text.dropLast(14)) }
        return text.hasSuffix(".000Z") ? String(text.dropLast(5)) + "Z" : text
    }
}
