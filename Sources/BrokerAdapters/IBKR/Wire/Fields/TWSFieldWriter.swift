/// Writes NUL-terminated fields into a frame at the end of a buffer.
struct TWSFieldWriter: TWSFieldVisitor {
    let direction: TWSWireError.Direction
    let version: Int
    /// The buffer; the frame that is being written begins at `start`.
    private(set) var bytes: [UInt8]
    private let start: Int
    private var messageID: Int32?
    private var index = 0

    /// Text from a client has to be ASCII.
    init(after bytes: [UInt8], direction: TWSWireError.Direction, version: TWSVersion) {
        self.direction = direction
        self.version = version.number
        self.bytes = bytes
        start = bytes.count
        // An order and its echo fit in; growing to their size step by step would move them several times.
        if bytes.isEmpty { self.bytes.reserveCapacity(512) }
    }

    /// Writes a whole frame.
    mutating func write<Payload: TWSPayload>(_ payload: consuming Payload) throws(TWSWireError) {
        try begin(Payload.id)
        try payload.visit(&self)
        try finish()
    }

    /// Writes the frame of a message without a table.
    mutating func write(id: Int32, _ texts: [String]) throws(TWSWireError) {
        try begin(id)
        for var text in texts { try field("", &text) }
        try finish()
    }

    private mutating func begin(_ id: Int32) throws(TWSWireError) {
        TWSFrame.appendHeader(length: 0, to: &bytes)
        messageID = id
        var id = id
        try field("msgId", &id)
    }

    mutating func field<Value: TWSFieldValue>(_ name: StaticString, _ value: inout Value) throws(TWSWireError) {
        do throws(TWSFieldProblem) {
            try value.write(to: &bytes, asciiOnly: direction == .request)
        } catch {
            throw self.error(name, error, value: "\(value)")
        }
        bytes.append(0)
        index += 1
    }

    mutating func required<Value: TWSFieldValue>(_ name: StaticString, _ value: inout Value?) throws(TWSWireError) {
        guard value != nil else { throw error(name, .absent) }
        try field(name, &value)
    }

    mutating func constant(_ name: StaticString, _ text: StaticString) throws(TWSWireError) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(0)
        index += 1
    }

    mutating func count(_ name: StaticString, present: Int) throws(TWSWireError) -> Int {
        guard var number = Int32(exactly: present) else { throw error(name, .badCount, value: "\(present)") }
        try field(name, &number)
        return present
    }

    func error(_ name: StaticString, _ problem: TWSFieldProblem) -> TWSWireError {
        error(name, problem, value: "")
    }

    private func error(_ name: StaticString, _ problem: TWSFieldProblem, value: String) -> TWSWireError {
        TWSWireError(
            direction: direction, messageID: messageID, field: "\(name)", index: index, value: value, problem: problem,
            bytes: Array(bytes[min(start + TWSFrame.headerLength, bytes.count)...]))
    }

    /// Completes the frame by its length.
    private mutating func finish() throws(TWSWireError) {
        let length = bytes.count - start - TWSFrame.headerLength
        guard length <= TWSFrame.maximumLength else { throw error("", .tooLong, value: "\(length)") }
        for position in 0..<TWSFrame.headerLength {
            bytes[start + position] = UInt8(truncatingIfNeeded: length >> (24 - 8 * position))
        }
    }
}
