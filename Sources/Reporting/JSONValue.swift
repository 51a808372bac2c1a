/// A JSON document in the making; its members keep the order they are given in.
public indirect enum JSONValue: Sendable, Equatable {
    case cell(Cell)
    case boolean(Bool)
    case list([JSONValue])
    case object([Member])

    /// One name of an object with its value.
    public struct Member: Sendable, Equatable {
        let name: String
        let value: JSONValue

        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// A text, or `null` for nil.
    public static func text(_ text: String?) -> JSONValue { .cell(text.map { .text($0) } ?? .null) }

    /// A whole number, or `null` for nil.
    public static func integer(_ number: Int64?) -> JSONValue { .cell(number.map { .integer($0) } ?? .null) }

    /// The document in lines, indented by two spaces a level, without a final newline; decimals are numbers with every digit.
    public var text: String {
        var text = ""
        write(to: &text, indentation: "\n")
        return text
    }

    /// The document in one line, without blanks between its parts.
    public var lineText: String {
        switch self {
        case .cell(let cell): JSONRows.value(cell)
        case .boolean(let boolean): boolean ? "true" : "false"
        case .list(let values): "[\(values.map(\.lineText).joined(separator: ","))]"
        case .object(let members):
            "{\(members.map { "\(JSONRows.quoted($0.name)):\($0.value.lineText)" }.joined(separator: ","))}"
        }
    }

    private func write(to text: inout String, indentation: String) {
        switch self {
        case .cell(let cell): text += JSONRows.value(cell)
        case .boolean(let boolean): text += boolean ? "true" : "false"
        case .list(let values):
            write(values, "[", "]", to: &text, indentation) { value, text, deeper in
                value.write(to: &text, indentation: deeper)
            }
        case .object(let members):
            write(members, "{", "}", to: &text, indentation) { member, text, deeper in
                text += JSONRows.quoted(member.name) + ": "
                member.value.write(to: &text, indentation: deeper)
            }
        }
    }

    private func write<Element>(
        _ elements: [Element], _ opening: String, _ closing: String, to text: inout String, _ indentation: String,
        _ writeElement: (Element, inout String, String) -> Void
    ) {
        let deeper = indentation + "  "
        text += opening
        for (index, element) in elements.enumerated() {
            text += index == 0 ? deeper : "," + deeper
            writeElement(element, &text, deeper)
        }
        text += elements.isEmpty ? closing : indentation + closing
    }
}
