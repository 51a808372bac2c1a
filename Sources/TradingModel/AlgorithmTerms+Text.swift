/// Why a text states no algorithm.
public struct AlgorithmTextError: Error, Equatable, Sendable {
    /// The name of the parameter; nil where the algorithm's own name is wrong.
    public var parameter: String?
    public var value: String
    /// Worded to follow what is wrong: "is missing".
    public var problem: String
    /// Worded as a sentence of its own: "give …".
    public var accepted: String
}

extension AlgorithmTerms {
    /// Reads an algorithm's name and its parameters, such as `twap` and `duration=6h30m slices=13`.
    ///
    /// Capitals and hyphens of the name make no difference; parameters are separated by blanks or semicolons.
    public init(name: String, parameters text: String) throws(AlgorithmTextError) {
        let name = String(name.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 })
        var values = try AlgorithmParameters(text, of: name)
        switch name {
        case "twap":
            let (duration, slices) = try values.slicing()
            self = .twap(duration_ms: duration, slices: slices, finish: try values.finish(after: duration))
        case "vwap":
            let (duration, slices) = try values.slicing()
            let days = try values.count("days", in: 1...250) ?? 20
            self = .vwap(
                duration_ms: duration, slices: slices, days: days, finish: try values.finish(after: duration))
        case "pov":
            let share = try values.required("share", try values.share("share"), "a share such as 0.1 for 10 %")
            let interval = try values.duration("every") ?? 60_000
            let duration = try values.window()
            self = .pov(
                shareE9: share, interval_ms: interval, duration_ms: duration, finish: try values.finish(after: duration)
            )
        case "iceberg":
            let display = try values.required("display", try values.quantity("display"), "a quantity such as 100")
            let duration = try values.duration("duration")
            self = .iceberg(display: display, duration_ms: duration, finish: try values.finish(after: duration))
        case "ibkr_adaptive":
            self = .ibkrAdaptive(try values.word("priority", Urgency.self) ?? .normal)
        case "ibkr_twap":
            let duration = try values.duration("duration")
            self = .ibkrTWAP(duration_ms: duration, allowsPastEnd: try values.isYes("past_end"))
        case "ibkr_vwap":
            let share = try values.share("share") ?? 100_000_000
            let duration = try values.duration("duration")
            self = .ibkrVWAP(shareE9: share, duration_ms: duration, allowsPastEnd: try values.isYes("past_end"))
        default:
            throw AlgorithmTextError(
                parameter: nil, value: name, problem: "is not an algorithm",
                accepted: "give one of \(AlgorithmTerms.names.joined(separator: ", ")), or none")
        }
        try values.refuseRest()
    }

    /// The parameters as `init` reads them, each with its value, so that equal algorithms have one text.
    public var parametersText: String {
        switch self {
        case .twap(let duration, let slices, let finish):
            "duration=\(DurationText.format(duration)) slices=\(slices) finish=\(finish.rawValue)"
        case .vwap(let duration, let slices, let days, let finish):
            "duration=\(DurationText.format(duration)) slices=\(slices) days=\(days) finish=\(finish.rawValue)"
        case .pov(let share, let interval, let duration, let finish):
            "share=\(DecimalText.format(share, scale: 9)) every=\(DurationText.format(interval))"
                + AlgorithmTerms.window(duration, finish)
        case .iceberg(let display, let duration, let finish):
            "display=\(display)" + AlgorithmTerms.window(duration, finish)
        case .ibkrAdaptive(let urgency): "priority=\(urgency.rawValue)"
        case .ibkrTWAP(let duration, let allowsPastEnd):
            AlgorithmTerms.duration(duration) + "past_end=\(allowsPastEnd ? "yes" : "no")"
        case .ibkrVWAP(let share, let duration, let allowsPastEnd):
            "share=\(DecimalText.format(share, scale: 9)) " + AlgorithmTerms.duration(duration)
                + "past_end=\(allowsPastEnd ? "yes" : "no")"
        }
    }

    private static func window(_ duration: Int64?, _ finish: Finish) -> String {
        duration.map { " duration=\(DurationText.format($0)) finish=\(finish.rawValue)" } ?? ""
    }

    private static func duration(_ duration: Int64?) -> String {
        duration.map { "duration=\(DurationText.format($0)) " } ?? ""
    }
}

/// The parameters of a text that nobody has taken yet.
private struct AlgorithmParameters {
    private let algorithm: String
    private var rest: [(name: String, value: String)] = []
    private var known: [String] = []

    init(_ text: String, of algorithm: String) throws(AlgorithmTextError) {
        self.algorithm = algorithm
        for part in text.split(whereSeparator: { $0 == " " || $0 == ";" || $0 == "\t" }) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty else {
                throw AlgorithmTextError(
                    parameter: sides[0], value: String(part), problem: "is no parameter with a value",
                    accepted: "give parameters such as duration=1h slices=12, separated by blanks")
            }
            let name = sides[0].lowercased()
            guard !rest.contains(where: { $0.name == name }) else {
                throw AlgorithmTextError(
                    parameter: name, value: String(part), problem: "is there twice", accepted: "keep one of them")
            }
            rest.append((name, sides[1]))
        }
    }

    private mutating func take(_ name: String) -> String? {
        known.append(name)
        guard let place = rest.firstIndex(where: { $0.name == name }) else { return nil }
        return rest.remove(at: place).value
    }

    /// A parameter that the algorithm cannot do without.
    func required<Value>(_ name: String, _ value: Value?, _ accepted: String) throws(AlgorithmTextError) -> Value {
        if let value { return value }
        throw AlgorithmTextError(
            parameter: name, value: "", problem: "is missing, and \(algorithm) needs it",
            accepted: "give \(name)=…, \(accepted)")
    }

    private func wrong(_ name: String, _ value: String, _ accepted: String) -> AlgorithmTextError {
        AlgorithmTextError(
            parameter: name, value: value, problem: "is not accepted for \(name)", accepted: "give \(accepted)")
    }

    mutating func duration(_ name: String) throws(AlgorithmTextError) -> Int64? {
        guard let text = take(name) else { return nil }
        if let duration = DurationText.parse(text), duration >= 1_000 { return duration }
        throw wrong(name, text, "a duration of 1s to 366d such as 6h30m, 90m or 5d")
    }

    mutating func count(_ name: String, in range: ClosedRange<Int64>) throws(AlgorithmTextError) -> Int32? {
        guard let text = take(name) else { return nil }
        if text.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int32(text), range.contains(Int64(count)) {
            return count
        }
        throw wrong(name, text, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }

    mutating func share(_ name: String) throws(AlgorithmTextError) -> Int64? {
        guard let text = take(name) else { return nil }
        if let share = try? DecimalText.parse(text, scale: 9), (1...1_000_000_000).contains(share) { return share }
        throw wrong(name, text, "a share above 0 and up to 1, such as 0.1 for 10 %")
    }

    mutating func quantity(_ name: String) throws(AlgorithmTextError) -> Quantity? {
        guard let text = take(name) else { return nil }
        if let e8 = try? DecimalText.parse(text, scale: 8), e8 > 0 { return Quantity(e8: e8) }
        throw wrong(name, text, "a quantity above zero such as 100")
    }

    mutating func word<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ type: Word.Type
    ) throws(AlgorithmTextError) -> Word? {
        guard let text = take(name) else { return nil }
        if let word = Word(rawValue: text.lowercased()) { return word }
        throw wrong(name, text, "one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
    }

    mutating func isYes(_ name: String) throws(AlgorithmTextError) -> Bool {
        guard let text = take(name) else { return false }
        guard text == "yes" || text == "no" else { throw wrong(name, text, "yes or no") }
        return text == "yes"
    }

    /// The length of the window.
    mutating func window() throws(AlgorithmTextError) -> Int64 {
        try required("duration", try duration("duration"), "the length of the window such as 6h30m")
    }

    /// The window and its slices, none of which is shorter than a second.
    mutating func slicing() throws(AlgorithmTextError) -> (duration_ms: Int64, slices: Int32) {
        let duration = try window()
        let slices = try required("slices", try count("slices", in: 1...10_000), "the number of slices such as 13")
        guard duration / Int64(slices) >= 1_000 else {
            throw wrong("slices", "\(slices)", "at most one slice a second of the window")
        }
        return (duration, slices)
    }

    mutating func finish(after duration: Int64?) throws(AlgorithmTextError) -> AlgorithmTerms.Finish {
        let finish = try word("finish", AlgorithmTerms.Finish.self)
        guard let finish, duration == nil else { return finish ?? .cancel }
        throw AlgorithmTextError(
            parameter: "finish", value: finish.rawValue, problem: "is given without a duration, so nothing ends",
            accepted: "give duration=…, or leave finish out")
    }

    func refuseRest() throws(AlgorithmTextError) {
        guard let first = rest.first else { return }
        throw AlgorithmTextError(
            parameter: first.name, value: first.value, problem: "is not a parameter of \(algorithm)",
            accepted: "its parameters are \(known.joined(separator: ", "))")
    }
}
