/// Rows as JSON objects; decimals are numbers with every digit.
struct JSONRows {
    private let keys: [String]

    init(columns: [String]) { keys = columns.map(JSONRows.quoted) }

    func object(_ row: [Cell]) -> String {
        let members = zip(keys, row).map { "\($0):\(JSONRows.value($1))" }
        return "{\(members.joined(separator: ","))}"
    }

    private static func value(_ cell: Cell) -> String {
        if case .text(let text) = cell { return quoted(text) }
        return cell.plainText ?? "null"
    }

    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
