/// Cuts a stream of bytes into payloads, however the bytes arrive.
///
/// After an error the decoder is finished: where the next frame begins is not known any more.
public struct TWSFrameDecoder: Sendable {
    private var buffer: [UInt8] = []
    private var start = 0
    private var expectsPrefix: Bool
    private var failure: TWSFrameError?

    /// - Parameter expectsPrefix: a client's stream begins with `API` and NUL, a server's does not.
    public init(expectsPrefix: Bool = false) {
        self.expectsPrefix = expectsPrefix
    }

    /// How many bytes wait for the rest of their frame.
    public var pendingCount: Int { buffer.count - start }

    /// Takes bytes as they arrived.
    public mutating func append(_ bytes: some Sequence<UInt8>) {
        if start > 0, start * 2 >= buffer.count {
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The payload of the next complete frame; nil until more bytes arrive.
    public mutating func next() throws(TWSFrameError) -> [UInt8]? {
        if let failure { throw failure }
        do throws(TWSFrameError) {
            if expectsPrefix {
                guard try takePrefix() else { return nil }
                expectsPrefix = false
            }
            return try takeFrame()
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func takeFrame() throws(TWSFrameError) -> [UInt8]? {
        let headerEnd = start + TWSFrame.headerLength
        guard buffer.count >= headerEnd else { return nil }
        let length = buffer[start..<headerEnd].reduce(0) { $0 << 8 | Int($1) }
        guard length <= TWSFrame.maximumLength else { throw .tooLong(length, bytes: firstBytes) }
        guard buffer.count - headerEnd >= length else { return nil }
        let payload = Array(buffer[headerEnd..<headerEnd + length])
        start = headerEnd + length
        return payload
    }

    /// False until all four bytes are there; the first wrong one throws.
    private mutating func takePrefix() throws(TWSFrameError) -> Bool {
        let present = min(pendingCount, TWSHandshake.prefix.count)
        guard buffer[start..<start + present].elementsEqual(TWSHandshake.prefix.prefix(present)) else {
            throw .noPrefix(bytes: firstBytes)
        }
        guard present == TWSHandshake.prefix.count else { return false }
        start += present
        return true
    }

    private var firstBytes: [UInt8] { Array(buffer[start...].prefix(64)) }
}
