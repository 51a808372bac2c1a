import TradingModel

/// Reading the fields of a row as numbers, times and names; what is wrong is noted, and the answer is nil.
extension RecordReader {
    /// Notes a problem with a field of this row.
    mutating func note(_ column: Int, _ problem: @autoclosure () -> String, accepted: @autoclosure () -> String? = nil)
    {
        let name = schema.columns[column].name
        let value = text(column).isEmpty ? nil : string(column)
        problems.add(line: line, field: name, value: value, problem: problem(), accepted: accepted())
    }

    /// A decimal number of 10^-`scale`; nil when the field is empty or, with a note, no number.
    mutating func decimal(_ column: Int, scale: Int, example: String) -> Int64? {
        let text = self.text(column)
        guard !text.isEmpty else { return nil }
        do throws(DecimalTextError) {
            return try DecimalText.parse(text, scale: scale)
        } catch {
            noteDecimal(column, error, scale: scale, example: example)
            return nil
        }
    }

    private mutating func noteDecimal(_ column: Int, _ error: DecimalTextError, scale: Int, example: String) {
        switch error {
        case .empty: note(column, "is empty", accepted: "give a decimal such as \(example)")
        case .notANumber:
            note(
                column, "is not a number", accepted: "give a decimal such as \(example) (exponents like 1e-3 are fine)")
        case .outOfRange:
            let largest = DecimalText.format(.max, scale: scale)
            note(column, "is too large", accepted: "the largest number kept is \(largest)")
        }
    }

    /// A price above zero; nil when the field is empty or, with a note, no such price.
    mutating func price(_ column: Int) -> Price? {
        guard let e8 = decimal(column, scale: 8, example: "101.25") else { return nil }
        guard e8 > 0 else {
            note(column, "is not a price above zero", accepted: "give a price such as 101.25, of at least 0.00000001")
            return nil
        }
        return Price(e8: e8)
    }

    /// A quantity above zero; nil when the field is empty or, with a note, no such quantity.
    mutating func positiveQuantity(_ column: Int) -> Quantity? {
        guard let e8 = decimal(column, scale: 8, example: "100") else { return nil }
        guard e8 > 0 else {
            note(column, "is not a quantity above zero", accepted: "give a number such as 100")
            return nil
        }
        return Quantity(e8: e8)
    }

    /// A number that is zero or more; nil when the field is empty or, with a note, no such number.
    mutating func nonNegative(_ column: Int, scale: Int, example: String) -> Int64? {
        guard let value = decimal(column, scale: scale, example: example) else { return nil }
        guard value >= 0 else {
            note(column, "is negative", accepted: "give zero or more, such as \(example)")
            return nil
        }
        return value
    }

    /// A time; nil when the field is empty or, with a note, no time.
    mutating func time(_ column: Int, _ reader: inout TimeReader) -> TimeText? {
        let text = self.text(column)
        guard !text.isEmpty else { return nil }
        do throws(TimeTextError) {
            return try reader.read(text)
        } catch {
            note(column, error.problem, accepted: TimeTextError.accepted)
            return nil
        }
    }

    /// A date without a time; nil when the field is empty or, with a note, no date.
    mutating func date(_ column: Int, _ reader: inout TimeReader) -> CalendarDate? {
        guard let time = time(column, &reader) else { return nil }
        guard case .date(let date) = time else {
            note(column, "has a time of day", accepted: "give a date such as 2005-02-28")
            return nil
        }
        return date
    }

    /// A ticker's number in `table`; nil, with a note, when the field is empty or no name.
    mutating func ticker(_ column: Int, in table: inout StringTable) -> Int32? {
        let text = self.text(column)
        guard !text.isEmpty else {
            note(column, "is empty", accepted: "give a ticker such as AAPL")
            return nil
        }
        guard isName(text) else {
            note(column, "has control characters or more than 64 bytes", accepted: "give a ticker such as AAPL")
            return nil
        }
        return table.index(of: text)
    }

    private func isName(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count <= 64 else { return false }
        for byte in text where byte < 0x20 || byte == 0x7F { return false }
        return true
    }

    /// One of a list of words, capitals ignored, blanks and hyphens as underscores; nil when the field is empty or,
    /// with a note, none of them.
    mutating func word<Word>(_ column: Int, _ words: [(name: String, word: Word)]) -> Word? {
        let text = self.text(column)
        guard !text.isEmpty else { return nil }
        for (name, word) in words where matches(text, name) { return word }
        let names = words.map(\.name)
        let wanted = TableSchema.normalized(string(column))
        let list = "one of \(names.joined(separator: ", "))"
        note(
            column, "is not \(list)",
            accepted: Suggestion.nearest(to: wanted, in: names).map { "did you mean \"\($0)\"?" })
        return nil
    }

    private func matches(_ text: UnsafeBufferPointer<UInt8>, _ name: String) -> Bool {
        guard text.count == name.utf8.count else { return false }
        var place = 0
        for wanted in name.utf8 {
            if folded(text[place]) != folded(wanted) { return false }
            place += 1
        }
        return true
    }

    private func folded(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x41...0x5A: byte | 0x20
        case 0x20, UInt8(ascii: "-"): UInt8(ascii: "_")
        default: byte
        }
    }

    /// Notes an empty field that has to be filled.
    mutating func requireFilled(_ column: Int, accepted: @autoclosure () -> String) {
        if text(column).isEmpty { note(column, "is empty", accepted: accepted()) }
    }

    /// The problems noted so far, or that there is no row at all.
    mutating func finish(allowsNoRows: Bool = false) throws(InputError) {
        if rowCount == 0, problems.count == 0, !allowsNoRows {
            throw problems.fatal(problem: "has no rows", accepted: "give at least one \(schema.rowName)")
        }
        try problems.throwIfAny()
    }
}
