private let quote = UInt8(ascii: "\"")
private let newline = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")

/// Comma-separated values after RFC 4180; a quote inside an unquoted field is a plain character.
extension RecordReader {
    /// Goes to the next record with the right number of fields; empty lines are passed over.
    mutating func nextCSV() throws(InputError) -> Bool {
        while try scanCSVRecord() {
            if fieldCount == headerCount { return true }
            let count = fieldCount
            let expected = headerCount
            problems.add(
                line: line, problem: "has \(count) fields where the header has \(expected)",
                accepted: "a text with the delimiter in it has to be in double quotes")
        }
        return false
    }

    /// Scans the next record that is not an empty line, whatever its number of fields.
    mutating func scanCSVRecord() throws(InputError) -> Bool {
        while true {
            if position == end, try !refill() { return false }
            while try scanFields() == .needsMore { _ = try refill() }
            let isEmptyLine = fieldCount == 1 && fields[0].start == fields[0].end
            if !isEmptyLine { return true }
        }
    }

    /// One pass over the bytes of a record; it starts over when more bytes have to be read.
    private mutating func scanFields() throws(InputError) -> Scan {
        let bytes = self.bytes
        var at = position
        var count = 0
        var seen: UInt8 = 0
        var newlines = 0
        var hasEscapes = false
        while true {
            guard count < RecordReader.maximumFields else { throw tooManyFields() }
            if at < end, bytes[at] == quote {
                guard let field = try scanQuoted(from: at + 1, seen: &seen, newlines: &newlines) else {
                    return .needsMore
                }
                fields[count] = field
                hasEscapes = hasEscapes || field.isMarked
                at = field.end + 1
                if at < end, bytes[at] == carriageReturn { at += 1 }
            } else {
                let start = at
                at = scanPlain(from: start, seen: &seen)
                fields[count] = Field(start: start, end: at)
            }
            count += 1
            if at < end, bytes[at] == delimiter {
                at += 1
                continue
            }
            if at == end, !isExhausted { return .needsMore }
            break
        }
        fieldCount = count
        try finishRecord(at: at, newlines: newlines, seen: seen, hasEscapes: hasEscapes)
        return .complete
    }

    /// Where an unquoted field ends: at a delimiter, a newline, or the end of the buffer.
    @inline(__always)
    private func scanPlain(from start: Int, seen: inout UInt8) -> Int {
        let bytes = self.bytes
        var at = start
        while at < end {
            let byte = bytes[at]
            if byte == delimiter || byte == newline { break }
            seen |= byte
            at += 1
        }
        return at
    }

    private mutating func finishRecord(at: Int, newlines: Int, seen: UInt8, hasEscapes: Bool) throws(InputError) {
        line = nextLine
        let last = fieldCount - 1
        if fields[last].end == at, fields[last].end > fields[last].start, bytes[at - 1] == carriageReturn {
            fields[last].end -= 1
        }
        let start = position
        position = min(at + 1, end)
        nextLine += newlines + 1
        if seen >= 0x80 { try checkEncoding(start..<at) }
        if hasEscapes { for index in 0..<fieldCount where fields[index].isMarked { undoDoubledQuotes(index) } }
    }

    /// The field between two quotes; `end` is the closing one. Nil when the buffer ends before it is sure.
    private mutating func scanQuoted(
        from start: Int, seen: inout UInt8, newlines: inout Int
    ) throws(InputError) -> Field? {
        var at = start
        var hasEscapes = false
        while at < end {
            let byte = bytes[at]
            if byte == quote {
                if at + 1 == end, !isExhausted { return nil }
                if at + 1 == end || bytes[at + 1] != quote { break }
                hasEscapes = true
                at += 1
            } else if byte == newline {
                newlines += 1
            }
            seen |= byte
            at += 1
        }
        if at == end {
            guard isExhausted else { return nil }
            throw problems.fatal(
                line: nextLine, problem: "opens a double quote that is never closed", accepted: "close the quote")
        }
        try checkAfterQuote(at + 1)
        return Field(start: start, end: at, isMarked: hasEscapes)
    }

    /// A closing quote ends its field.
    private mutating func checkAfterQuote(_ after: Int) throws(InputError) {
        if after == end || bytes[after] == delimiter || bytes[after] == newline { return }
        if bytes[after] == carriageReturn, after + 1 == end || bytes[after + 1] == newline { return }
        throw problems.fatal(
            line: nextLine, problem: "has text after a closing double quote",
            accepted: "write a double quote inside a quoted text twice")
    }

    private func undoDoubledQuotes(_ index: Int) {
        var target = fields[index].start
        var at = fields[index].start
        while at < fields[index].end {
            bytes[target] = bytes[at]
            at += bytes[at] == quote ? 2 : 1
            target += 1
        }
        fields[index].end = target
        fields[index].isMarked = false
    }

    private mutating func tooManyFields() -> InputError {
        problems.fatal(line: nextLine, problem: "has more than \(RecordReader.maximumFields) fields")
    }
}
