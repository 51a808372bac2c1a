/// The deterministic identity of an order, which every venue carries as its client order id: 1 to 32 ASCII letters and digits.
///
/// Keys are looked up many times on the way of an order, so the letters stand in the value itself: the first in the highest byte,
/// zeros behind the last. Nothing is allocated or counted, and comparing words compares texts.
public struct OrderKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    private var word0: UInt64 = 0
    private var word1: UInt64 = 0
    private var word2: UInt64 = 0
    private var word3: UInt64 = 0

    /// Nil for a text that no venue would carry unchanged.
    public init?(_ text: String) {
        var text = text
        let isKey = text.withUTF8 { letters in
            guard (1...32).contains(letters.count), letters.allSatisfy(OrderKey.isLetterOrDigit) else { return false }
            word0 = OrderKey.word(letters, from: 0)
            word1 = OrderKey.word(letters, from: 8)
            word2 = OrderKey.word(letters, from: 16)
            word3 = OrderKey.word(letters, from: 24)
            return true
        }
        guard isKey else { return nil }
    }

    public var text: String {
        String(unsafeUninitializedCapacity: 32) { letters in
            var count = 0
            for word in [word0, word1, word2, word3] {
                for shift in stride(from: UInt64(56), through: 0, by: -8) {
                    let letter = UInt8(truncatingIfNeeded: word >> shift)
                    guard letter != 0 else { return count }
                    letters[count] = letter
                    count += 1
                }
            }
            return count
        }
    }

    public static func < (left: OrderKey, right: OrderKey) -> Bool {
        (left.word0, left.word1, left.word2, left.word3) < (right.word0, right.word1, right.word2, right.word3)
    }

    public var description: String { text }

    private static func word(_ letters: UnsafeBufferPointer<UInt8>, from start: Int) -> UInt64 {
        var word: UInt64 = 0
        for place in start..<start + 8 {
            word = word << 8 | (place < letters.count ? UInt64(letters[place]) : 0)
        }
        return word
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}
