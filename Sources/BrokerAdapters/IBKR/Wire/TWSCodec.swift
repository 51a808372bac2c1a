/// Turns requests and messages into frames and payloads into requests and messages, for one negotiated version.
///
/// Both sides of the protocol are here: a client encodes requests and decodes messages, a gateway the other way round. Whatever
/// bytes come in, the answer is a value or a `TWSWireError`.
public struct TWSCodec: Equatable, Sendable {
    public let version: TWSVersion

    public init(version: TWSVersion) {
        self.version = version
    }

    /// Appends the frame of a request; nothing is appended when it throws.
    public func encode(_ request: TWSRequest, into bytes: inout [UInt8]) throws(TWSWireError) {
        try append(to: &bytes, .request) { (fields) throws(TWSWireError) in try request.write(to: &fields) }
    }

    /// Appends the frame of a message; nothing is appended when it throws.
    public func encode(_ message: TWSMessage, into bytes: inout [UInt8]) throws(TWSWireError) {
        try append(to: &bytes, .message) { (fields) throws(TWSWireError) in try message.write(to: &fields) }
    }

    /// The frame of a request.
    public func encode(_ request: TWSRequest) throws(TWSWireError) -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(request, into: &bytes)
        return bytes
    }

    /// The frame of a message.
    public func encode(_ message: TWSMessage) throws(TWSWireError) -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(message, into: &bytes)
        return bytes
    }

    /// Reads what a client sent.
    public func decodeRequest(_ payload: [UInt8]) throws(TWSWireError) -> TWSRequest {
        var fields = try TWSFieldReader(payload, direction: .request, version: version)
        guard let request = try TWSRequest.read(&fields) else {
            return .unknown(id: fields.messageID ?? 0, fields: try fields.remainingFields())
        }
        try fields.finish()
        return request
    }

    /// Reads what TWS sent.
    public func decodeMessage(_ payload: [UInt8]) throws(TWSWireError) -> TWSMessage {
        var fields = try TWSFieldReader(payload, direction: .message, version: version)
        guard let message = try TWSMessage.read(&fields) else {
            return .unknown(id: fields.messageID ?? 0, fields: try fields.remainingFields())
        }
        try fields.finish()
        return message
    }

    private func append(
        to bytes: inout [UInt8], _ direction: TWSWireError.Direction,
        _ write: (inout TWSFieldWriter) throws(TWSWireError) -> Void
    ) throws(TWSWireError) {
        let start = bytes.count
        var fields = TWSFieldWriter(after: bytes, direction: direction, version: version)
        // The writer has the only reference now and writes in place.
        bytes = []
        do throws(TWSWireError) {
            try write(&fields)
            bytes = fields.bytes
        } catch {
            bytes = Array(fields.bytes[..<start])
            throw error
        }
    }
}
