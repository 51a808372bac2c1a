/// One thing that a verification has to say.
public struct Finding: Sendable, Equatable, CustomStringConvertible {
    /// How bad it is.
    public enum Severity: String, Sendable {
        /// Worth knowing, nothing is wrong.
        case note
        /// The data contradicts itself.
        case broken
    }

    /// How bad it is.
    public let severity: Severity
    /// The invariant's name, such as `positions`.
    public let check: String
    /// The run it concerns; nil for the file as a whole.
    public let runID: String?
    /// What was found, with the rows and the numbers.
    public let message: String

    public var description: String {
        "\(severity.rawValue): \(check): " + (runID.map { "run \($0): " } ?? "") + message
    }
}
