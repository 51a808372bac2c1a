/// The help pages.
enum Help {
    static var overview: String {
        let width = (Commands.all.map(\.name.count).max() ?? 0) + 2
        let rows = Commands.all.map { row($0.name, $0.summary, width: width) }
        return """
            execution turns target positions into orders and fills: in TRAINING on historical bars, in PRODUCTION \
            through Interactive Brokers; everything is recorded in SQLite.

            Usage: execution COMMAND [OPTION…]

            \(rows.joined(separator: "\n"))

            execution COMMAND --help says more; execution --version prints the version.
            The first run:
              execution bars import --db historical.db bars.csv
              execution apply --mode training --db training.db --bars historical.db --targets targets.csv
              execution trades --db training.db
            """
    }

    static func page(of command: CommandSpecification) -> String {
        let required = command.options.filter(\.isRequired).map { " \($0.name) \($0.value ?? "")" }.joined()
        let terms = command.options.map { option in
            [option.name, option.value].compactMap { $0 }.joined(separator: " ")
        }
        let width = (terms.map(\.count).max() ?? 0) + 2
        let rows = zip(terms, command.options).map { term, option in row(term, option.help, width: width) }
        let discussion = command.discussion.isEmpty ? "" : "\n\n" + wrapped(command.discussion, to: 100)
        return """
            execution \(command.name): \(command.summary)

            Usage: execution \(command.name)\(required) [OPTION…]\(command.arguments.map { " " + $0 } ?? "")

            \(rows.joined(separator: "\n"))\(discussion)
            """
    }

    /// The pages of the commands that begin with a word.
    static func pages(of word: String) -> String {
        Commands.all.filter { $0.words[0] == word }.map(page).joined(separator: "\n\n")
    }

    /// Lines that end between words.
    private static func wrapped(_ text: String, to width: Int) -> String {
        var lines = [""]
        for word in text.split(separator: " ") {
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if line.count + word.count < width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func row(_ term: String, _ text: String, width: Int) -> String {
        let padding = String(repeating: " ", count: max(2, width - term.count))
        return "  \(term)\(padding)\(text)"
    }
}
