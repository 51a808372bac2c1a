/// One thing that is wrong with an input, said so that the person who reads it can put it right.
public struct InputProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file as the user named it, or `standard input`.
    public let file: String
    /// The line of the original file, from 1 on; nil where the problem has no line.
    public let line: Int?
    /// The column or configuration key.
    public let field: String?
    /// What stands there, as written.
    public let value: String?
    /// What is wrong, worded to follow field and value: `is not a number`.
    public let problem: String
    /// What would be accepted, as an instruction: `give a decimal such as 0.25`.
    public let accepted: String?

    /// A problem; everything but the file and the problem may be unknown.
    public init(
        file: String, line: Int? = nil, field: String? = nil, value: String? = nil, problem: String,
        accepted: String? = nil
    ) {
        self.file = file
        self.line = line
        self.field = field
        self.value = value
        self.problem = problem
        self.accepted = accepted
    }

    /// `targets.csv:17: target_weight "NaN" is not a number; give a decimal such as 0.25`.
    public var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        let subject = [field, value.map(InputProblem.quoted)].compactMap { $0 }
        let sentence = (subject + [problem]).joined(separator: " ")
        return "\(place): \(sentence)" + (accepted.map { "; \($0)" } ?? "")
    }

    /// The value in quotes, at most 60 characters of it, control characters shown by their code.
    static func quoted(_ value: String) -> String {
        let limit = 60
        let shown = value.unicodeScalars.prefix(limit).map { scalar in
            scalar.properties.generalCategory == .control ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
        let more = value.unicodeScalars.count > limit ? "…" : ""
        return "\"\(shown.joined())\(more)\""
    }
}
