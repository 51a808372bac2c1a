import TradingModel

/// How a row wants its orders carried out.
extension RecordReader {
    /// The algorithm of two columns, or `byDefault` where both are empty; nil for `none` or, with a note, for what is none.
    mutating func algorithm(_ column: Int, parameters: Int, byDefault: AlgorithmTerms?) -> AlgorithmTerms? {
        let name = string(column)
        let text = string(parameters)
        guard !name.isEmpty else {
            guard !text.isEmpty else { return byDefault }
            note(parameters, "is given without an algorithm", accepted: "name the algorithm, or leave this empty")
            return nil
        }
        guard TableSchema.normalized(name) != "none" else {
            guard !text.isEmpty else { return nil }
            note(parameters, "is given with the algorithm none", accepted: "leave it empty")
            return nil
        }
        do throws(AlgorithmTextError) {
            return try AlgorithmTerms(name: name, parameters: text)
        } catch {
            note(error, column, parameters)
            return nil
        }
    }

    private mutating func note(_ error: AlgorithmTextError, _ column: Int, _ parameters: Int) {
        guard let parameter = error.parameter else {
            let wanted = TableSchema.normalized(string(column))
            let nearest = Suggestion.nearest(to: wanted, in: AlgorithmTerms.names + ["none"])
            return note(column, error.problem, accepted: nearest.map { "did you mean \"\($0)\"?" } ?? error.accepted)
        }
        let value = error.value.isEmpty ? "" : " \(InputProblem.quoted(error.value))"
        note(parameters, "has \(parameter)\(value), which \(error.problem)", accepted: error.accepted)
    }

    /// Notes an algorithm that an order of this type and time in force cannot have.
    mutating func refuse(
        _ algorithm: AlgorithmTerms?, of column: Int, with type: OrderType, _ timeInForce: TimeInForce
    ) {
        guard let algorithm else { return }
        let source = text(column).isEmpty ? "\(algorithm.name) (the configuration's)" : algorithm.name
        let instead = text(column).isEmpty ? ", or give none" : ", or leave the algorithm empty"
        switch type {
        case .market, .limit: break
        default:
            problems.add(
                line: line, field: "algorithm", value: source,
                problem: "is not possible for an order of type \(type.code)",
                accepted: "algorithms go with MARKET and LIMIT\(instead)")
        }
        switch timeInForce {
        case .day, .goodTilCancelled: break
        default:
            problems.add(
                line: line, field: "algorithm", value: source,
                problem: "is not possible with time_in_force \(timeInForce.code)",
                accepted: "algorithms go with DAY and GTC\(instead)")
        }
    }
}
