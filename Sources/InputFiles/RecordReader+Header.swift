/// Finding out what a file is: CSV or JSON Lines, which delimiter, which columns.
extension RecordReader {
    mutating func start() throws(InputError) {
        _ = try refill()
        switch try firstByte() {
        case UInt8(ascii: "{") where schema.allowsJSONLines, nil where saysJSONLines: startJSONLines()
        case UInt8(ascii: "[") where schema.allowsJSONLines:
            throw problems.fatal(
                line: nextLine, problem: "begins a JSON array",
                accepted: "give JSON Lines: one object a line, without brackets")
        case nil: throw problems.fatal(problem: "is empty", accepted: "give a header and rows")
        default:
            guard !saysJSONLines else {
                throw problems.fatal(
                    line: nextLine, problem: "is not JSON Lines", accepted: "give one JSON object a line")
            }
            try readHeader()
        }
    }

    private var saysJSONLines: Bool {
        guard schema.allowsJSONLines else { return false }
        let name = file.name.lowercased()
        let bare = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
        return [".jsonl", ".ndjson", ".json"].contains { bare.hasSuffix($0) }
    }

    /// The first byte that is not blank; lines before it are passed over.
    private mutating func firstByte() throws(InputError) -> UInt8? {
        while true {
            while position < end {
                switch bytes[position] {
                case 0x20, 0x09, 0x0D: break
                case 0x0A: nextLine += 1
                default: return bytes[position]
                }
                position += 1
            }
            if try !refill() { return nil }
        }
    }

    private mutating func startJSONLines() {
        format = .jsonLines
        for column in schema.columns.indices { fieldOfColumn[column] = column }
    }

    private mutating func readHeader() throws(InputError) {
        delimiter = try detectDelimiter()
        _ = try scanCSVRecord()
        headerCount = fieldCount
        var lastHeader: [String: String] = [:]
        for index in 0..<fieldCount {
            let field = UnsafeBufferPointer(
                start: bytes + fields[index].start, count: fields[index].end - fields[index].start)
            let header = trimmed(String(decoding: field, as: UTF8.self))
            place(header, at: index, seen: &lastHeader)
        }
        requireColumns()
        try problems.throwIfAny()
    }

    private func trimmed(_ text: String) -> String {
        String(text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }

    private mutating func place(_ header: String, at index: Int, seen: inout [String: String]) {
        if header.isEmpty {
            problems.add(
                line: line, problem: "has no name for column \(index + 1)",
                accepted: "name every column (pandas: to_csv(…, index=False))")
        } else if let column = schema.column(named: header) {
            let name = schema.columns[column].name
            if let first = seen[name] {
                problems.add(
                    line: line, field: "column", value: header, problem: "is there twice (first as \"\(first)\")",
                    accepted: "keep one \(name) column")
            }
            seen[name] = header
            fieldOfColumn[column] = index
        } else if !schema.ignores(header) {
            let accepted = schema.accepted(insteadOf: header)
            problems.add(line: line, field: "column", value: header, problem: "is unknown", accepted: accepted)
        }
    }

    private mutating func requireColumns() {
        for column in schema.columns.indices where schema.columns[column].isRequired && fieldOfColumn[column] < 0 {
            let name = schema.columns[column].name
            problems.add(line: line, field: "column", value: name, problem: "is missing from the header")
        }
    }

    /// The only one of comma, semicolon and tab in the first line; a comma where there are several or none.
    private mutating func detectDelimiter() throws(InputError) -> UInt8 {
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
        while !hasWholeLine, try refill() {}
        var found: Set<UInt8> = []
        var isQuoted = false
        for at in position..<end {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\n"), !isQuoted { break }
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted, candidates.contains(byte) { found.insert(byte) }
        }
        return found.count == 1 ? found.first ?? candidates[0] : candidates[0]
    }

    private var hasWholeLine: Bool {
        (position..<end).contains { bytes[$0] == UInt8(ascii: "\n") }
    }
}
