/// Collects the problems of one file, so that a person mends them all at once instead of one a run.
public struct ProblemLog: Sendable {
    let file: String
    private var problems: [InputProblem] = []
    /// How many problems were added.
    public private(set) var count = 0

    /// An empty log for a file, named as the user named it.
    public init(file: String) {
        self.file = file
    }

    /// Adds a problem; only the first ones are kept, all are counted.
    public mutating func add(
        line: Int? = nil, field: String? = nil, value: String? = nil, problem: @autoclosure () -> String,
        accepted: @autoclosure () -> String? = nil
    ) {
        count += 1
        guard problems.count < InputError.shownProblems else { return }
        problems.append(
            InputProblem(file: file, line: line, field: field, value: value, problem: problem(), accepted: accepted()))
    }

    /// The same problems from the top of the file to its end; those of no line come last.
    public func inOrderOfLines() -> ProblemLog {
        var log = self
        log.problems = problems.enumerated().sorted {
            ($0.element.line ?? .max, $0.offset) < ($1.element.line ?? .max, $1.offset)
        }.map(\.element)
        return log
    }

    /// What was added, as an error; nil when there is nothing.
    public var error: InputError? {
        count == 0 ? nil : InputError(problems: problems, count: count)
    }

    /// Throws what was added, if anything.
    public func throwIfAny() throws(InputError) {
        if let error { throw error }
    }

    /// The error that ends the reading at once: what was added so far, and this.
    mutating func fatal(
        line: Int? = nil, field: String? = nil, value: String? = nil, problem: String, accepted: String? = nil
    ) -> InputError {
        let last = InputProblem(
            file: file, line: line, field: field, value: value, problem: problem, accepted: accepted)
        count += 1
        problems.append(last)
        return InputError(problems: problems, count: count)
    }
}
