/// An input was refused: the first problems found in it, and how many there are.
public struct InputError: Error, Equatable, Sendable, CustomStringConvertible {
    /// How many problems are kept and shown.
    public static let shownProblems = 20

    /// The problems in the order of the file, at most `shownProblems`; never empty.
    public let problems: [InputProblem]
    /// How many problems there are in all.
    public let count: Int

    /// An error of one problem.
    public init(_ problem: InputProblem) {
        problems = [problem]
        count = 1
    }

    /// An error of one problem, from its parts.
    public init(
        file: String, line: Int? = nil, field: String? = nil, value: String? = nil, problem: String,
        accepted: String? = nil
    ) {
        self.init(
            InputProblem(file: file, line: line, field: field, value: value, problem: problem, accepted: accepted))
    }

    init(problems: [InputProblem], count: Int) {
        self.problems = problems
        self.count = count
    }

    /// One problem a line, then the number of those that are not shown.
    public var description: String {
        var lines = problems.map(\.description)
        if count > problems.count { lines.append("… and \(count - problems.count) more problems (\(count) in all)") }
        return lines.joined(separator: "\n")
    }
}
