/// The framing of the TWS text protocol: four bytes of length, the highest first, then that many bytes of payload.
public enum TWSFrame {
    /// The longest payload, the limit of IBKR's own readers.
    public static let maximumLength = 0xFF_FFFF
    /// The number of bytes before the payload.
    public static let headerLength = 4

    /// Appends a frame around `payload`.
    public static func append(_ payload: [UInt8], to bytes: inout [UInt8]) throws(TWSFrameError) {
        guard payload.count <= maximumLength else { throw .tooLong(payload.count, bytes: Array(payload.prefix(64))) }
        bytes.reserveCapacity(bytes.count + headerLength + payload.count)
        appendHeader(length: payload.count, to: &bytes)
        bytes.append(contentsOf: payload)
    }

    /// A frame around `payload`.
    public static func bytes(_ payload: [UInt8]) throws(TWSFrameError) -> [UInt8] {
        var bytes: [UInt8] = []
        try append(payload, to: &bytes)
        return bytes
    }

    static func appendHeader(length: Int, to bytes: inout [UInt8]) {
        for shift in stride(from: 24, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
    }
}

/// Why a stream of bytes is no sequence of frames; nothing after it can be read.
public enum TWSFrameError: Error, Equatable, Sendable {
    /// The length is beyond `TWSFrame.maximumLength`; `bytes` are the first ones of the frame, at most 64.
    case tooLong(Int, bytes: [UInt8])
    /// A client's stream does not begin with `API` and NUL; `bytes` are the first ones.
    case noPrefix(bytes: [UInt8])
}

extension TWSFrameError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLong(let length, let bytes):
            "a frame of \(length) bytes, at most \(TWSFrame.maximumLength) are allowed: \(hexadecimal(bytes))"
        case .noPrefix(let bytes):
            "the stream does not begin with API and NUL: \(hexadecimal(bytes))"
        }
    }
}

/// Bytes as pairs of hexadecimal digits, without blanks.
func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
