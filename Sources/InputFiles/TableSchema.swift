/// The columns that a kind of file may have.
struct TableSchema: Sendable {
    struct Column: Sendable {
        let name: String
        var aliases: [String] = []
        var isRequired = false
    }

    /// What one row is called in messages: `target`, `bar`.
    let rowName: String
    let columns: [Column]
    /// Further columns that are read over, for files as vendors deliver them.
    var ignored: [String] = []
    var allowsJSONLines = true

    /// The number of the column that a header means; capitals, spaces, hyphens and underscores make no difference.
    func column(named header: String) -> Int? {
        let wanted = TableSchema.normalized(header)
        return columns.firstIndex { $0.name == wanted || $0.aliases.contains(wanted) }
    }

    func ignores(_ header: String) -> Bool { ignored.contains(TableSchema.normalized(header)) }

    /// What an unknown header was probably meant to be, or all there are.
    func accepted(insteadOf header: String) -> String {
        let known = columns.flatMap { [$0.name] + $0.aliases }
        let article = rowName.first.map { "aeiou".contains($0) } ?? false ? "an" : "a"
        return Suggestion.phrase(
            for: TableSchema.normalized(header), in: known,
            otherwise: "the columns of \(article) \(rowName) file are \(columns.map(\.name).joined(separator: ", "))")
    }

    static func normalized(_ header: String) -> String {
        String(header.lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
    }
}
