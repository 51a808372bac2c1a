/// A text that SQLite may read for as long as its pool lives.
public struct PooledText {
    let pointer: UnsafePointer<CChar>
    let length: Int32
}

/// Keeps texts that are bound again and again at one address each, so that binding them copies and allocates nothing.
///
/// The pool has to outlive the statements its texts are bound to.
public final class TextPool {
    private var texts: [String: PooledText] = [:]
    private var storage: [UnsafeMutablePointer<CChar>] = []

    public init() {}

    deinit {
        for text in storage { text.deallocate() }
    }

    /// The pooled form of a text; the same text has one address.
    public func intern(_ text: String) -> PooledText {
        if let known = texts[text] { return known }
        let pooled = keep(text)
        texts[text] = pooled
        return pooled
    }

    /// The pooled form of an optional text.
    public func intern(_ text: String?) -> PooledText? { text.map { intern($0) } }

    /// The pooled form of a text of which there is no other.
    public func keep(_ text: String) -> PooledText {
        var text = text
        return text.withUTF8 { bytes in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
            for (index, byte) in bytes.enumerated() { copy[index] = CChar(bitPattern: byte) }
            copy[bytes.count] = 0
            storage.append(copy)
            return PooledText(pointer: UnsafePointer(copy), length: Int32(bytes.count))
        }
    }
}
