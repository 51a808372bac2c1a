/// Where things stand in a JSON5 text: the line of every key, keys that are there twice, and the first error of syntax.
///
/// Foundation reads the values; it says neither where an error is nor that a key is repeated.
struct ConfigurationOutline {
    struct Problem: Error, Equatable {
        let line: Int
        let column: Int
        let problem: String
    }

    struct Repetition: Equatable {
        let path: String
        let line: Int
        let firstLine: Int
    }

    /// By the path from the top, joined by points.
    private(set) var lines: [String: Int] = [:]
    private(set) var repetitions: [Repetition] = []
    private(set) var problem: Problem?

    private let text: [Unicode.Scalar]
    private var position = 0
    private var line = 1
    private var lineStart = 0

    init(text: String) {
        self.text = Array(text.unicodeScalars)
        do throws(Problem) {
            try value(path: "", depth: 0)
            try skipBlanks()
            if position < self.text.count { throw failure("has text after the end of the configuration") }
        } catch {
            problem = error
        }
    }

    private func failure(_ problem: String) -> Problem {
        Problem(line: line, column: position - lineStart + 1, problem: problem)
    }

    private var current: Unicode.Scalar? { position < text.count ? text[position] : nil }

    private mutating func advance() {
        if current == "\n" {
            line += 1
            lineStart = position + 1
        }
        position += 1
    }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard current == wanted else { return false }
        advance()
        return true
    }

    private mutating func skipBlanks() throws(Problem) {
        while let scalar = current {
            if scalar.properties.isWhitespace || scalar == "\u{FEFF}" {
                advance()
            } else if scalar == "/" {
                try skipComment()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() throws(Problem) {
        let start = failure("begins a comment that never ends")
        advance()
        if take("/") {
            while let scalar = current, scalar != "\n" {
                _ = scalar
                advance()
            }
        } else if take("*") {
            while !(current == "*" && position + 1 < text.count && text[position + 1] == "/") {
                guard current != nil else { throw start }
                advance()
            }
            advance()
            advance()
        } else {
            throw failure("has a single /, where // begins a comment")
        }
    }

    private mutating func value(path: String, depth: Int) throws(Problem) {
        guard depth < 32 else { throw failure("is nested too deeply") }
        try skipBlanks()
        switch current {
        case nil: throw failure("ends where a value is expected")
        case "{": try section(path: path, depth: depth)
        case "[": try list(path: path, depth: depth)
        case "\"", "'": _ = try quoted()
        default: try word()
        }
    }

    private mutating func section(path: String, depth: Int) throws(Problem) {
        let opened = failure("opens a { that is never closed")
        advance()
        var seen: [String: Int] = [:]
        while true {
            try skipBlanks()
            if take("}") { return }
            guard current != nil else { throw opened }
            let keyLine = line
            let key = try name()
            let keyPath = path.isEmpty ? key : "\(path).\(key)"
            if let firstLine = seen.updateValue(keyLine, forKey: key) {
                repetitions.append(Repetition(path: keyPath, line: keyLine, firstLine: firstLine))
            }
            lines[keyPath] = keyLine
            try skipBlanks()
            guard take(":") else { throw failure("misses a : after the key \(key)") }
            try value(path: keyPath, depth: depth + 1)
            try separator(closing: "}")
        }
    }

    private mutating func list(path: String, depth: Int) throws(Problem) {
        advance()
        while true {
            try skipBlanks()
            if take("]") { return }
            try value(path: path, depth: depth + 1)
            try separator(closing: "]")
        }
    }

    /// A comma, or the closing bracket, which is left for the caller.
    private mutating func separator(closing: Unicode.Scalar) throws(Problem) {
        try skipBlanks()
        if take(",") || current == closing { return }
        throw failure(current == nil ? "ends before a closing \(closing)" : "misses a , or \(closing)")
    }

    private mutating func name() throws(Problem) -> String {
        if current == "\"" || current == "'" { return try quoted() }
        var name = String.UnicodeScalarView()
        while let scalar = current,
            scalar == "_" || scalar == "$" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        {
            name.append(scalar)
            advance()
        }
        guard !name.isEmpty else { throw failure("has \"\(current.map(String.init) ?? "")\" where a key is expected") }
        return String(name)
    }

    private mutating func quoted() throws(Problem) -> String {
        let opened = failure("opens a quote that is never closed")
        let quote = current
        advance()
        var content = String.UnicodeScalarView()
        while let scalar = current, scalar != quote {
            if scalar == "\\" { advance() } else if scalar == "\n" { throw opened }
            if let kept = current { content.append(kept) }
            advance()
        }
        guard current != nil else { throw opened }
        advance()
        return String(content)
    }

    /// A number, true, false or null; whether it is one is for Foundation to say.
    private mutating func word() throws(Problem) {
        let start = failure("has something that is no value; texts need quotes")
        var word = String.UnicodeScalarView()
        while let scalar = current, scalar.isASCII,
            "+-._".unicodeScalars.contains(scalar) || scalar.properties.isAlphabetic
                || scalar.properties.numericType != nil
        {
            word.append(scalar)
            advance()
        }
        guard let first = word.first else { throw start }
        let isNumber = "+-.".unicodeScalars.contains(first) || first.properties.numericType != nil
        guard isNumber || ["true", "false", "null", "Infinity", "NaN"].contains(String(word)) else { throw start }
    }
}
