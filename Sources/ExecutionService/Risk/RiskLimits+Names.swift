import InputFiles
import RiskControl

extension RiskLimits {
    /// What an operator should know of names in the limits that may be misspelled, since a limit for nobody limits nothing.
    ///
    /// - Parameters:
    ///   - tickers: all there are bars of, and all that is traded; nil where that is not known.
    ///   - strategies: those of the decisions, of which a configuration may name more.
    func unknownNames(tickers: [String]?, strategies: [String]) -> [String] {
        let known = Set(tickers ?? [])
        let places =
            symbols.keys.sorted().map { ("risk.symbols", $0) }
            + groups.flatMap { group in group.tickers.map { ("risk.groups.\(group.name)", $0) } }
        let unknown = tickers == nil ? [] : places.filter { !known.contains($0.1) }
        return unknown.prefix(RiskLimits.mostNotes).map { place, ticker in
            let meant = Suggestion.nearest(to: ticker, in: known.sorted()).map { "; perhaps \($0) is meant" } ?? ""
            return "\(place) names \(ticker), of which there are no bars\(meant)"
        } + rest(unknown.count) + misspelled(strategies)
    }

    private static let mostNotes = 3

    private func rest(_ count: Int) -> [String] {
        count > RiskLimits.mostNotes
            ? [
                "risk.symbols and risk.groups name \(count - RiskLimits.mostNotes) tickers more of which there are no bars"
            ] : []
    }

    private func misspelled(_ known: [String]) -> [String] {
        let places =
            strategies.keys.sorted().map { ("risk.strategies", $0) }
            + (capital?.shares.keys.sorted().map { ("capital.map", $0) } ?? [])
        return places.compactMap { place, name in
            guard !known.contains(name), let meant = Suggestion.nearest(to: name, in: Set(known).sorted()) else {
                return nil
            }
            return "\(place) names \(name), and nothing is decided for it; perhaps \(meant) is meant"
        }
    }
}
