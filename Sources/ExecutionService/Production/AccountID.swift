/// The name of an account at a broker: 1 to 32 ASCII letters, digits and hyphens, beginning with a letter or digit.
///
/// Two ids are the same account only when every character is the same, capitals included.
public struct AccountID: Hashable, Sendable, CustomStringConvertible {
    /// As the broker writes it.
    public let text: String

    /// Nil for a text that is no account id.
    public init?(_ text: String) {
        guard (1...32).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "-"),
            text.utf8.allSatisfy(AccountID.isAccepted)
        else { return nil }
        self.text = text
    }

    /// What is accepted, worded to follow "give".
    static let accepted = "letters, digits and hyphens, at most 32, such as DU123"

    public var description: String { text }

    private static func isAccepted(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "-")
    }
}
