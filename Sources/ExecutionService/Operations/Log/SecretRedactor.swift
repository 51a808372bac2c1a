/// Blots out secrets: the values of environment variables whose names end in KEY, SECRET, TOKEN or PASSWORD.
///
/// Values of fewer than four characters are no secrets, and are in half of all words.
public struct SecretRedactor: Sendable {
    /// What stands for a secret.
    public static let blot = "•••"

    private static let endings = ["KEY", "SECRET", "TOKEN", "PASSWORD"]
    private static let shortest = 4

    /// The longest first, so that a secret within another one leaves nothing of it.
    private let secrets: [String]

    /// Takes the variables of a process.
    public init(_ environment: [String: String]) {
        let values = environment.filter { Self.isSecret($0.key) && $0.value.count >= Self.shortest }.values
        secrets = Set(values).sorted { ($1.utf8.count, $1) < ($0.utf8.count, $0) }
    }

    /// Whether the value of a variable is never shown.
    public static func isSecret(_ name: String) -> Bool {
        let name = name.uppercased()
        return endings.contains { name.hasSuffix($0) }
    }

    /// The text without any secret.
    public func redacted(_ text: String) -> String {
        secrets.reduce(text) { text, secret in
            text.contains(secret)
                ? text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: Self.blot) : text
        }
    }
}
