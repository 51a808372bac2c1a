/// A table whose rows are at hand, written like those that come from a database.
public struct MemoryTable: Sendable {
    private let columns: [TableQuery.Column]
    private let rows: [[Cell]]

    /// - Parameters:
    ///   - columns: the name of each column.
    ///   - times: the columns whose texts are instants.
    ///   - rows: as many cells each as there are columns.
    public init(columns: [String], times: Set<String> = [], rows: [[Cell]]) {
        self.columns = columns.map { times.contains($0) ? .time($0) : .plain($0) }
        self.rows = rows
    }

    /// The table as text with a final newline.
    public func rendered(as format: ReportFormat) -> String {
        switch format {
        case .table: AlignedTable(columns: columns, rows: rows).text
        case .csv: CSVText.header(columns.map(\.name)) + rows.map { CSVText.row($0) }.joined()
        case .json: json
        }
    }

    private var json: String {
        let objects = JSONRows(columns: columns.map(\.name))
        return rows.isEmpty ? "[]\n" : "[\n" + rows.map { objects.object($0) }.joined(separator: ",\n") + "\n]\n"
    }
}
