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

    public init() {}

    deinit {
        for text in texts.values { text.pointer.deallocate() }
    }

    /// The pooled form of a text; the same text has one address.
    public func intern(_ text: String) -> PooledText {
        if let known = texts[text] { return known }
        let bytes = text.utf8
        let storage = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
        for (index, byte) in bytes.enumerated() { storage[index] = CChar(bitPattern: byte) }
        storage[bytes.count] = 0
        let pooled = PooledText(pointer: UnsafePointer(storage), length: Int32(bytes.count))
        texts[text] = pooled
        return pooled
    }

    /// The pooled form of an optional text.
    public func intern(_ text: String?) -> PooledText? { text.map { intern($0) } }
}
