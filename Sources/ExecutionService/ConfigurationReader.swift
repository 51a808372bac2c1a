import Foundation
import InputFiles
import TradingModel

/// Takes a configuration file apart, section by section; what is wrong is noted and the default stands in.
struct ConfigurationReader {
    var problems: ProblemLog
    let file: String
    private let root: [String: ConfigurationValue]
    private let lines: [String: Int]

    /// Reads the text. Throws when it is no JSON5 object.
    init(_ input: InputFile) throws(InputError) {
        file = input.name
        problems = ProblemLog(file: file)
        let bytes = try input.readAll()
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError(file: file, problem: "is not UTF-8 (wrong encoding)", accepted: "save the file as UTF-8")
        }
        let outline = ConfigurationOutline(text: text)
        if let problem = outline.problem {
            throw InputError(
                file: file, line: problem.line, problem: "\(problem.problem) (column \(problem.column))",
                accepted: "give a JSON5 object such as { account: { cash: 1000000 } }")
        }
        root = try ConfigurationReader.decode(bytes, file: file)
        lines = outline.lines
        for repetition in outline.repetitions {
            problems.add(
                line: repetition.line, field: repetition.path,
                problem: "is there twice (first on line \(repetition.firstLine))",
                accepted: "keep one of them")
        }
        refuseUnknown(in: root, path: "", pattern: "")
    }

    private static func decode(_ bytes: [UInt8], file: String) throws(InputError) -> [String: ConfigurationValue] {
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true
        let accepted = "give a JSON5 object such as { account: { cash: 1000000 } }"
        do {
            if case .section(let members) = try decoder.decode(ConfigurationValue.self, from: Data(bytes)) {
                return members
            }
        } catch {
            throw InputError(file: file, problem: "is not JSON5", accepted: accepted)
        }
        throw InputError(file: file, line: 1, problem: "is not an object", accepted: accepted)
    }

    /// - Parameter pattern: the path with `*` for the names that the user gives.
    private mutating func refuseUnknown(in section: [String: ConfigurationValue], path: String, pattern: String) {
        let known = ConfigurationKey.names(in: pattern)
        let isNamedByUser = known == ["*"]
        for (name, value) in section.sorted(by: { $0.key < $1.key }) {
            let keyPath = path.isEmpty ? name : "\(path).\(name)"
            guard isNamedByUser || known.contains(name) else {
                let list = path.isEmpty ? "the keys are" : "the keys of \(path) are"
                let accepted = Suggestion.phrase(
                    for: name, in: known, otherwise: "\(list) \(known.joined(separator: ", "))")
                problems.add(line: lines[keyPath], field: keyPath, problem: "is an unknown key", accepted: accepted)
                continue
            }
            let below = isNamedByUser ? "*" : name
            let keyPattern = pattern.isEmpty ? below : "\(pattern).\(below)"
            let names = ConfigurationKey.names(in: keyPattern)
            if case .section(let members) = value, !names.isEmpty {
                refuseUnknown(in: members, path: keyPath, pattern: keyPattern)
            } else if let example = names.first {
                note(keyPath, "is not a section", accepted: "give an object such as { \(example): … }")
            }
        }
    }

    /// The value at a path; nil where the file says nothing. Names may have points in them, as tickers do.
    func value(_ path: String) -> ConfigurationValue? { Self.value(path[...], in: root) }

    private static func value(_ path: Substring, in section: [String: ConfigurationValue]) -> ConfigurationValue? {
        if let value = section[String(path)] { return value }
        for point in path.indices.reversed() where path[point] == "." {
            guard case .section(let members)? = section[String(path[..<point])] else { continue }
            if let value = value(path[path.index(after: point)...], in: members) { return value }
        }
        return nil
    }

    /// Where a key stands; nil where the file does not have it.
    func line(of path: String) -> Int? { lines[path] }

    func has(_ path: String) -> Bool { value(path) != nil }

    /// The keys that a section of the file has.
    func names(in path: String) -> [String] {
        guard case .section(let members)? = value(path) else { return [] }
        return members.keys.sorted()
    }

    /// Notes a problem with the value at a path.
    mutating func note(_ path: String, _ problem: String, accepted: String? = nil) {
        let shown = value(path).flatMap(\.shown)
        problems.add(line: lines[path], field: path, value: shown, problem: problem, accepted: accepted)
    }

    static func accepted(_ path: String) -> String? {
        ConfigurationKey.all.first { $0.matches(path) }.map { "give \($0.accepted)" }
    }

    /// One of a list of words; `null` is one only where `nullMeans` says so.
    mutating func choice<Choice>(_ path: String, _ choices: [(String, Choice)]) -> Choice? {
        guard let value = value(path) else { return nil }
        if case .text(let text) = value {
            if let match = choices.first(where: { $0.0 == text }) { return match.1 }
            let suggestion = Suggestion.nearest(to: text, in: choices.map(\.0)).map { "did you mean \"\($0)\"?" }
            note(path, "is not accepted", accepted: suggestion ?? ConfigurationReader.accepted(path))
        } else {
            note(path, "is not a text", accepted: ConfigurationReader.accepted(path))
        }
        return nil
    }

    /// One of the cases of a type.
    mutating func choice<Choice: CaseIterable & RawRepresentable<String>>(_ path: String) -> Choice? {
        choice(path, Choice.allCases.map { ($0.rawValue, $0) })
    }

    mutating func text(_ path: String) -> String? {
        guard let value = value(path) else { return nil }
        guard case .text(let text) = value else {
            note(path, "is not a text", accepted: ConfigurationReader.accepted(path))
            return nil
        }
        return text
    }

    /// A list of texts that are not empty; nil, with a note unless the file says nothing.
    mutating func texts(_ path: String) -> [String]? {
        guard let value = value(path) else { return nil }
        guard case .list(let elements) = value, !elements.isEmpty else {
            let problem = if case .list = value { "is empty" } else { "is not a list" }
            note(path, problem, accepted: ConfigurationReader.accepted(path))
            return nil
        }
        var texts: [String] = []
        for element in elements {
            guard case .text(let text) = element, !text.isEmpty else {
                note(path, "has something that is not a text", accepted: ConfigurationReader.accepted(path))
                return nil
            }
            texts.append(text)
        }
        return texts
    }

    mutating func boolean(_ path: String) -> Bool? {
        guard let value = value(path) else { return nil }
        guard case .boolean(let boolean) = value else {
            note(path, "is not true or false", accepted: ConfigurationReader.accepted(path))
            return nil
        }
        return boolean
    }

    /// An integer number of 10^-`scale` within `range`; nil, with a note unless the file says nothing.
    mutating func number(_ path: String, scale: Int, in range: ClosedRange<Int64>) -> Int64? {
        guard let value = value(path) else { return nil }
        let accepted = ConfigurationReader.accepted(path)
        guard case .number(let decimal) = value, decimal.isFinite else {
            note(path, "is not a number", accepted: accepted)
            return nil
        }
        let text = decimal.description
        let decimals = text.split(separator: ".").dropFirst().first?.count ?? 0
        guard decimals <= scale else {
            let limit = scale == 0 ? "is not a whole number" : "has more than \(scale) decimals"
            note(path, limit, accepted: accepted)
            return nil
        }
        guard let number = try? DecimalText.parse(text, scale: scale), range.contains(number) else {
            note(path, "is out of range", accepted: accepted)
            return nil
        }
        return number
    }

    /// The number of a key that its model cannot do without.
    mutating func required(_ path: String, scale: Int, in range: ClosedRange<Int64>, model: String) -> Int64? {
        if !has(path) {
            problems.add(
                line: lines[path.split(separator: ".").dropLast().joined(separator: ".")], field: path,
                problem: "is missing, and the model \(model) needs it", accepted: ConfigurationReader.accepted(path))
        }
        return number(path, scale: scale, in: range)
    }
}
