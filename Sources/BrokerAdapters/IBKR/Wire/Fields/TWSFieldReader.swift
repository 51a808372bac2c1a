/// Reads the NUL-terminated fields of a payload.
struct TWSFieldReader: TWSFieldVisitor {
    let direction: TWSWireError.Direction
    let version: Int
    private let bytes: [UInt8]
    private var position = 0
    /// The number of fields that were taken.
    private var index = 0
    /// The id, once it is read.
    private(set) var messageID: Int32?
    /// The field that was taken last.
    private var last = 0..<0

    /// Reads the message's id; the fields after it are next.
    init(_ payload: [UInt8], direction: TWSWireError.Direction, version: TWSVersion) throws(TWSWireError) {
        bytes = payload
        self.direction = direction
        self.version = version.number
        var id: Int32 = 0
        try field("msgId", &id)
        messageID = id
    }

    mutating func field<Value: TWSFieldValue>(_ name: StaticString, _ value: inout Value) throws(TWSWireError) {
        value = try read(name)
    }

    mutating func required<Value: TWSFieldValue>(_ name: StaticString, _ value: inout Value?) throws(TWSWireError) {
        let present: Value = try read(name)
        value = present
    }

    private mutating func read<Value: TWSFieldValue>(_ name: StaticString) throws(TWSWireError) -> Value {
        let range = try take(name)
        do throws(TWSFieldProblem) {
            let read = try bytes.withUnsafeBufferPointer { (buffer) throws(TWSFieldProblem) -> Value? in
                try Value.read(UnsafeBufferPointer(rebasing: buffer[range]))
            }
            guard let value = read ?? Value.absent else { throw .absent }
            return value
        } catch {
            throw lastFieldError(name, error)
        }
    }

    mutating func constant(_ name: StaticString, _ text: StaticString) throws(TWSWireError) {
        _ = try take(name)
    }

    mutating func count(_ name: StaticString, present: Int) throws(TWSWireError) -> Int {
        var number: Int32 = 0
        try field(name, &number)
        // Every repetition has at least one field, and every field at least its NUL.
        guard number >= 0, Int(number) <= bytes.count - position else { throw lastFieldError(name, .badCount) }
        return Int(number)
    }

    /// The fields of a payload, from the next one on.
    mutating func payload<Payload: TWSPayload>() throws(TWSWireError) -> Payload {
        var payload = Payload()
        try payload.visit(&self)
        return payload
    }

    /// Throws unless all fields were taken.
    func finish() throws(TWSWireError) {
        guard position < bytes.count else { return }
        let rest = bytes[position...]
        throw error("", .superfluous(count: rest.count { $0 == 0 }))
    }

    /// The fields that were not taken yet.
    mutating func remainingFields() throws(TWSWireError) -> [String] {
        var fields: [String] = []
        while position < bytes.count {
            var text = ""
            try field("", &text)
            fields.append(text)
        }
        return fields
    }

    func error(_ name: StaticString, _ problem: TWSFieldProblem) -> TWSWireError {
        error(name, problem, index: index, value: "")
    }

    private func lastFieldError(_ name: StaticString, _ problem: TWSFieldProblem) -> TWSWireError {
        error(name, problem, index: index - 1, value: String(decoding: bytes[last], as: UTF8.self))
    }

    private func error(_ name: StaticString, _ problem: TWSFieldProblem, index: Int, value: String) -> TWSWireError {
        TWSWireError(
            direction: direction, messageID: messageID, field: "\(name)", index: index, value: value, problem: problem,
            bytes: bytes)
    }

    private mutating func take(_ name: StaticString) throws(TWSWireError) -> Range<Int> {
        let start = position
        guard start < bytes.count else { throw error(name, .missing) }
        let end = bytes.withUnsafeBufferPointer { buffer in
            var end = start
            while end < buffer.count, buffer[end] != 0 { end += 1 }
            return end
        }
        last = start..<end
        index += 1
        guard end < bytes.count else { throw lastFieldError(name, .unterminated) }
        position = end + 1
        return last
    }
}
