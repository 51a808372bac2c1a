/// Finds the keys and values of one flat JSON object where they lie; texts lose their escapes in place.
struct JSONObjectScanner {
    struct Failure: Error {
        let offset: Int
        let problem: String
        var accepted: String? = "give one flat JSON object a line"
    }

    let bytes: UnsafeMutablePointer<UInt8>
    var position: Int
    let end: Int

    /// Calls `visit` with the place of every key and value; `null` is an empty value.
    mutating func scan(_ visit: (Range<Int>, Range<Int>) -> Void) throws(Failure) {
        skipBlanks()
        try expect("{")
        skipBlanks()
        if !take("}") {
            repeat {
                skipBlanks()
                let key = try string()
                skipBlanks()
                try expect(":")
                skipBlanks()
                visit(key, try value())
                skipBlanks()
            } while take(",")
            try expect("}")
        }
        skipBlanks()
        guard position == end else { throw Failure(offset: position, problem: "has text after the object") }
    }

    private mutating func value() throws(Failure) -> Range<Int> {
        guard position < end else { throw Failure(offset: position, problem: "ends before a value") }
        switch bytes[position] {
        case UInt8(ascii: "\""): return try string()
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            throw Failure(offset: position, problem: "has a value that is an object or an array")
        default: return try bareValue()
        }
    }

    /// A number, `null`, or something like `NaN` that the reader of the column refuses by name.
    private mutating func bareValue() throws(Failure) -> Range<Int> {
        let start = position
        while position < end, isBare(bytes[position]) { position += 1 }
        let text = UnsafeBufferPointer(start: bytes + start, count: position - start)
        if text.isEmpty { throw Failure(offset: start, problem: "has no value") }
        if text.elementsEqual("null".utf8) { return start..<start }
        if text.elementsEqual("true".utf8) || text.elementsEqual("false".utf8) {
            throw Failure(
                offset: start, problem: "has a value that is true or false", accepted: "give a number or a text")
        }
        return start..<position
    }

    private func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."): true
        default: false
        }
    }

    private mutating func string() throws(Failure) -> Range<Int> {
        try expect("\"")
        let start = position
        var target = position
        while position < end {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return start..<target
            case UInt8(ascii: "\\"): try undoEscape(&target)
            case 0..<0x20: throw Failure(offset: position - 1, problem: "has a control character in a text")
            default:
                bytes[target] = byte
                target += 1
            }
        }
        throw Failure(offset: position, problem: "ends within a text", accepted: "close the double quote")
    }

    /// Writes what an escape stands for, which is never longer than the escape.
    private mutating func undoEscape(_ target: inout Int) throws(Failure) {
        guard position < end else { throw Failure(offset: position, problem: "ends within a text") }
        let byte = bytes[position]
        position += 1
        let plain: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = byte
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"):
            for unit in UTF8.encode(try scalar()) ?? UTF8.encodedReplacementCharacter {
                bytes[target] = unit
                target += 1
            }
            return
        default: throw Failure(offset: position - 1, problem: "has an unknown escape in a text")
        }
        bytes[target] = plain
        target += 1
    }

    /// The character after `\u`, of one unit or a surrogate pair.
    private mutating func scalar() throws(Failure) -> Unicode.Scalar {
        let start = position
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take("\\"), take("u") else {
            throw Failure(offset: start, problem: "has half a character")
        }
        let second = try hexadecimal()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw Failure(offset: start, problem: "has half a character") }
        return scalar
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < end, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw Failure(offset: position, problem: "has an incomplete \\u escape")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func skipBlanks() {
        while position < end, [0x20, 0x09, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < end, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(Failure) {
        guard take(character) else {
            throw Failure(offset: position, problem: "is not a JSON object: expected \(character)")
        }
    }
}
