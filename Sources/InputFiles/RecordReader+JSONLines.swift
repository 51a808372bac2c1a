/// JSON Lines: one flat object a line. Numbers stay text, so that no digit passes through a binary fraction.
extension RecordReader {
    /// Goes to the next line with an object; a line that is no flat object is noted and passed over.
    mutating func nextJSONLine() throws(InputError) -> Bool {
        while try takeLine() {
            let lineStart = fields[schema.columns.count].start
            let lineEnd = fields[schema.columns.count].end
            clearFields()
            var scanner = JSONObjectScanner(bytes: bytes, position: lineStart, end: lineEnd)
            do throws(JSONObjectScanner.Failure) {
                try scanner.scan { key, value in place(key: key, value: value) }
                return true
            } catch {
                let column = error.offset - lineStart + 1
                problems.add(line: line, problem: "\(error.problem) at character \(column)", accepted: error.accepted)
            }
        }
        return false
    }

    private mutating func clearFields() {
        for index in 0..<schema.columns.count { fields[index] = Field(start: 0, end: 0) }
        fieldCount = 0
    }

    private mutating func place(key: Range<Int>, value: Range<Int>) {
        let number = keys.index(of: UnsafeBufferPointer(start: bytes + key.lowerBound, count: key.count))
        if Int(number) == columnOfKey.count { columnOfKey.append(schema.column(named: keys[number])) }
        guard let column = columnOfKey[Int(number)] else {
            noteUnknownKey(keys[number])
            return
        }
        if fields[column].isMarked {
            problems.add(
                line: line, field: "key", value: keys[number], problem: "is there twice", accepted: "keep one of them")
        }
        fields[column] = Field(start: value.lowerBound, end: value.upperBound, isMarked: true)
    }

    private mutating func noteUnknownKey(_ name: String) {
        guard !schema.ignores(name) else { return }
        let accepted = schema.accepted(insteadOf: name)
        problems.add(line: line, field: "key", value: name, problem: "is unknown", accepted: accepted)
    }

    /// Finds the next line that is not blank; it is left in the field after those of the columns.
    private mutating func takeLine() throws(InputError) -> Bool {
        while true {
            if position == end, try !refill() { return false }
            var at = position
            var seen: UInt8 = 0
            while true {
                while at < end, bytes[at] != 0x0A {
                    seen |= bytes[at]
                    at += 1
                }
                if at < end || isExhausted { break }
                let scanned = at - position
                _ = try refill()
                at = position + scanned
            }
            line = nextLine
            nextLine += 1
            let start = position
            position = min(at + 1, end)
            if seen >= 0x80 { try checkEncoding(start..<at) }
            if (start..<at).contains(where: { bytes[$0] > 0x20 }) {
                fields[schema.columns.count] = Field(start: start, end: at)
                return true
            }
        }
    }
}
