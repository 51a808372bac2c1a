import InputFiles

/// What was wrong with the words of a command.
struct CommandLineError: Error, Equatable, CustomStringConvertible {
    let description: String
}

/// The words of a command line, sorted into options and arguments by a specification.
struct CommandArguments: Equatable {
    private var values: [String: String] = [:]
    private var switches: Set<String> = []
    private(set) var arguments: [String] = []

    /// Sorts words; unknown options, missing values and missing required options are errors with a suggestion.
    init(_ words: some Sequence<String>, for command: CommandSpecification) throws(CommandLineError) {
        var rest = Array(words)[...]
        while let word = rest.popFirst() {
            if word == "--" {
                arguments += rest
                break
            } else if word.hasPrefix("-"), word != "-" {
                try take(word, &rest, command)
            } else {
                arguments.append(word)
            }
        }
        try check(command)
    }

    private mutating func take(
        _ word: String, _ rest: inout ArraySlice<String>, _ command: CommandSpecification
    ) throws(CommandLineError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let option = command.options.first(where: { $0.name == parts[0] }) else {
            let suggestion = Suggestion.nearest(to: parts[0], in: command.options.map(\.name)).map {
                "; did you mean \($0)?"
            }
            throw CommandLineError(
                description: "execution \(command.name) has no option \(parts[0])\(suggestion ?? "")")
        }
        guard values[option.name] == nil, !switches.contains(option.name) else {
            throw CommandLineError(description: "\(option.name) is given twice")
        }
        guard let placeholder = option.value else {
            if parts.count > 1 { throw CommandLineError(description: "\(option.name) takes no value") }
            switches.insert(option.name)
            return
        }
        guard let value = parts.count > 1 ? parts[1] : Self.value(&rest) else {
            guard option.needsValue else {
                switches.insert(option.name)
                return
            }
            throw CommandLineError(description: "\(option.name) needs a value: \(option.name) \(placeholder)")
        }
        values[option.name] = value
    }

    /// The next word unless it is an option; a value that looks like one is given as `--name=VALUE`.
    private static func value(_ rest: inout ArraySlice<String>) -> String? {
        guard let next = rest.first, !next.hasPrefix("--") else { return nil }
        return rest.popFirst()
    }

    private func check(_ command: CommandSpecification) throws(CommandLineError) {
        for option in command.options where option.isRequired && values[option.name] == nil {
            throw CommandLineError(
                description: "execution \(command.name) needs \(option.name) \(option.value ?? ""): \(option.help)")
        }
        if command.arguments == nil, let first = arguments.first {
            throw CommandLineError(description: "execution \(command.name) takes no argument \"\(first)\"")
        }
    }

    subscript(_ option: String) -> String? { values[option] }

    func has(_ option: String) -> Bool { switches.contains(option) }

    /// The value of an option that is one of a list of words.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ option: String, default defaultChoice: Choice
    ) throws(CommandLineError) -> Choice where Choice.RawValue == String {
        guard let word = self[option] else { return defaultChoice }
        if let choice = Choice(rawValue: word) { return choice }
        let accepted = Choice.allCases.map(\.rawValue)
        let suggestion = Suggestion.nearest(to: word, in: accepted).map { " Did you mean \($0)?" } ?? ""
        throw CommandLineError(
            description: "\(option) \"\(word)\" is not known; give \(accepted.joined(separator: ", ")).\(suggestion)")
    }
}
