/// One option of a command: `--name VALUE`, or a switch where there is no value.
struct Option: Sendable, Equatable {
    let name: String
    /// What the help shows for the value; nil for a switch, in brackets where it may be left out.
    let value: String?
    let help: String
    var isRequired = false

    init(_ name: String, _ value: String? = nil, _ help: String, isRequired: Bool = false) {
        self.name = name
        self.value = value
        self.help = help
        self.isRequired = isRequired
    }

    var needsValue: Bool { value?.hasPrefix("[") == false }
}

/// A command: its words, what it takes, and what it does in a sentence.
struct CommandSpecification: Sendable {
    /// `bars import`, `apply`.
    let words: [String]
    let summary: String
    /// What the help shows for arguments beside the options; nil takes none.
    let arguments: String?
    let options: [Option]
    /// A paragraph for the command's own help.
    let discussion: String

    var name: String { words.joined(separator: " ") }

    init(_ words: String..., summary: String, arguments: String? = nil, options: [Option], discussion: String = "") {
        self.words = words
        self.summary = summary
        self.arguments = arguments
        self.options = options
        self.discussion = discussion
    }
}
