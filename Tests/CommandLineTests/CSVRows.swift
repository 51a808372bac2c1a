/// Reads the CSV that the tables print, by RFC 4180.
struct CSVRows {
    /// The names of the columns.
    let header: [String]
    /// The fields of every further row.
    let rows: [[String]]

    init(_ text: String) {
        var parser = Parser()
        for scalar in text.unicodeScalars { parser.take(scalar) }
        header = parser.rows.first ?? []
        rows = Array(parser.rows.dropFirst())
    }

    /// The values of some columns, row by row.
    func columns(_ names: String...) -> [[String]] {
        let places = names.compactMap { header.firstIndex(of: $0) }
        return rows.map { row in places.map { row[$0] } }
    }

    private struct Parser {
        var rows: [[String]] = []
        private var row: [String] = []
        private var field = ""
        private var isQuoted = false
        private var wasQuote = false

        mutating func take(_ scalar: Unicode.Scalar) {
            if scalar == "\"" {
                // The second of two quotes inside of a quoted field stands for one.
                if wasQuote { field.unicodeScalars.append(scalar) }
                isQuoted.toggle()
                wasQuote = !isQuoted
                return
            }
            wasQuote = false
            switch scalar {
            case _ where isQuoted: field.unicodeScalars.append(scalar)
            case ",": endField()
            case "\n":
                endField()
                rows.append(row)
                row = []
            case "\r": break
            default: field.unicodeScalars.append(scalar)
            }
        }

        private mutating func endField() {
            row.append(field)
            field = ""
        }
    }
}
