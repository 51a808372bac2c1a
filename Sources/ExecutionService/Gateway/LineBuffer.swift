/// Cuts bytes into lines of text.
struct LineBuffer {
    private var bytes: [UInt8] = []

    mutating func append(_ new: [UInt8]) { bytes.append(contentsOf: new) }

    /// The next whole line without its end; nil until more bytes come.
    mutating func next() -> String? {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        var line = bytes[..<end]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        bytes.removeSubrange(...end)
        return text
    }
}
