/// Rows as JSON objects; decimals are numbers with every digit.
struct JSONRows {
    /// The keys with their quotes and colons.
    private let keys: [String]

    init(columns: [String]) { keys = columns.map { JSONRows.quoted($0) + ":" } }

    func object(_ row: [Cell]) -> String {
        var object = "{"
        for (key, cell) in zip(keys, row) {
            if object.utf8.count > 1 { object += "," }
            object += key
            object += JSONRows.value(cell)
        }
        return object + "}"
    }

    static func value(_ cell: Cell) -> String {
        if case .text(let text) = cell { return quoted(text) }
        return cell.plainText ?? "null"
    }

    static func quoted(_ text: String) -> String {
        let needsEscapes = text.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        return needsEscapes ? "\"\(escaped(text))\"" : "\"\(text)\""
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
