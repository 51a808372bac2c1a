/// Rows as CSV after RFC 4180: a header, CRLF, quotes where they are needed; NULL is an empty field.
enum CSVText {
    static func header(_ columns: [String]) -> String { line(columns) }

    static func row(_ cells: [Cell]) -> String { line(cells.map { $0.plainText ?? "" }) }

    private static func line(_ fields: [String]) -> String {
        fields.map(quoted).joined(separator: ",") + "\r\n"
    }

    private static func quoted(_ field: String) -> String {
        // Bytes, because CR LF is one Character.
        let needsQuotes = field.utf8.contains { [UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13].contains($0) }
        guard needsQuotes else { return field }
        var text = "\""
        for scalar in field.unicodeScalars {
            if scalar == "\"" { text.unicodeScalars.append(scalar) }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }
}
