/// The first bytes of a connection: the client says which versions it speaks, the server picks one.
public enum TWSHandshake {
    /// What a client sends before its first frame: `API` and NUL.
    public static let prefix: [UInt8] = [0x41, 0x50, 0x49, 0x00]

    /// Why a payload is no part of a handshake.
    public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
        public let bytes: [UInt8]

        public var description: String { "no handshake: \(hexadecimal(bytes))" }
    }
}

/// A client's offer: `v157..178`, possibly with a blank and connect options.
public struct TWSClientHello: Equatable, Sendable {
    public var minimum: Int
    public var maximum: Int
    public var options: String

    public init(
        minimum: Int = TWSVersion.oldest.number, maximum: Int = TWSVersion.newest.number, options: String = ""
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.options = options
    }

    /// Reads the payload of a client's first frame; `v178` alone counts as a range of one.
    public init(payload: [UInt8]) throws(TWSHandshake.Problem) {
        let words = payload.split(separator: UInt8(ascii: " "), maxSplits: 1)
        guard let range = words.first, range.first == UInt8(ascii: "v"),
            let (minimum, maximum) = TWSClientHello.bounds(range.dropFirst())
        else { throw TWSHandshake.Problem(bytes: payload) }
        self.minimum = minimum
        self.maximum = maximum
        options = words.count > 1 ? String(decoding: words[1], as: UTF8.self) : ""
    }

    private static func bounds(_ text: ArraySlice<UInt8>) -> (Int, Int)? {
        let text = String(decoding: text, as: UTF8.self)
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let isRange = parts.count == 3 && parts[1].isEmpty
        guard isRange || parts.count == 1, let first = version(parts[0]), let last = version(parts[parts.count - 1]),
            first <= last
        else { return nil }
        return (first, last)
    }

    /// Digits only, and few enough to be a version.
    private static func version(_ text: Substring) -> Int? {
        guard text.utf8.count <= 6, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }

    /// What the client sends: the prefix and the framed offer, which has no NUL at its end.
    public var bytes: [UInt8] {
        get throws(TWSFrameError) {
            let text = "v\(minimum)..\(maximum)" + (options.isEmpty ? "" : " " + options)
            var bytes = TWSHandshake.prefix
            try TWSFrame.append(Array(text.utf8), to: &bytes)
            return bytes
        }
    }

    /// The version that a server which knows `newest` picks; nil when there is none in common that the codec speaks.
    public func negotiated(with newest: TWSVersion = .newest) -> TWSVersion? {
        guard minimum <= newest.number else { return nil }
        return TWSVersion(min(maximum, newest.number))
    }
}

/// A server's answer: the version it picked and its clock.
public struct TWSServerHello: Equatable, Sendable {
    /// The number as sent; it may be one that was not offered.
    public var version: Int
    /// The server's clock, such as `20250425 15:23:54 EST`.
    public var time: String

    public init(version: TWSVersion, time: String) {
        self.version = version.number
        self.time = time
    }

    /// Reads a payload of exactly two fields; some builds send another message before it.
    public init(payload: [UInt8]) throws(TWSHandshake.Problem) {
        let fields = payload.split(separator: 0, omittingEmptySubsequences: false)
        guard fields.count == 3, fields[2].isEmpty, fields[0].count <= 6,
            fields[0].allSatisfy({ (48...57).contains($0) }),
            let version = Int(String(decoding: fields[0], as: UTF8.self))
        else { throw TWSHandshake.Problem(bytes: payload) }
        self.version = version
        time = String(decoding: fields[1], as: UTF8.self)
    }

    /// The framed answer.
    public var bytes: [UInt8] {
        get throws(TWSFrameError) {
            try TWSFrame.bytes(Array(String(version).utf8) + [0] + Array(time.utf8) + [0])
        }
    }
}
