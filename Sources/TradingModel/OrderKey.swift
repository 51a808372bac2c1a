/// The deterministic identity of an order, which every venue carries as its client order id: 1 to 32 ASCII letters and digits.
public struct OrderKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let text: String

    /// Nil for a text that no venue would carry unchanged.
    public init?(_ text: String) {
        guard (1...32).contains(text.utf8.count), text.utf8.allSatisfy(OrderKey.isLetterOrDigit) else { return nil }
        self.text = text
    }

    public static func < (left: OrderKey, right: OrderKey) -> Bool { left.text < right.text }

    public var description: String { text }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}
