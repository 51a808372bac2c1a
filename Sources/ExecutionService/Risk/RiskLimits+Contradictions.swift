import Foundation
import RiskControl
import TradingModel

extension RiskLimits {
    /// Notes limits that cannot both be meant, with the lines of both.
    func refuseContradictions(_ reader: inout ConfigurationReader) {
        refuseReversed(
            maxNetLeverage, "risk.max_net_leverage", above: maxGrossLeverage, "risk.max_gross_leverage",
            "since net exposure is never more than gross", &reader)
        for group in groups {
            let path = "risk.groups.\(group.name)"
            refuseReversed(
                group.maxNetShare, "\(path).max_net_share", above: group.maxShare, "\(path).max_share",
                "since net exposure is never more than gross", &reader)
        }
        if returns.minimum > returns.days {
            reader.contradict(
                "risk.minimum_returns", "risk.return_window", "which is shorter",
                accepted: "give at most \(returns.days), or a longer risk.return_window")
        }
        refuseImpossibleCapital(&reader)
    }

    private func refuseReversed(
        _ lower: Share?, _ lowerPath: String, above upper: Share?, _ upperPath: String, _ why: String,
        _ reader: inout ConfigurationReader
    ) {
        guard let lower, let upper, lower > upper else { return }
        reader.contradict(lowerPath, upperPath, why, accepted: "give at most the latter")
    }

    private func refuseImpossibleCapital(_ reader: inout ConfigurationReader) {
        guard let capital else { return }
        refuseReversed(
            capital.floor, "capital.floor", above: capital.maxShare, "capital.max_share",
            "which no strategy may have more than", &reader)
        for (name, share) in capital.shares.sorted(by: { $0.key < $1.key }) {
            let path = "capital.map.\(name)"
            refuseReversed(
                capital.floor, "capital.floor", above: share, path, "which gives a strategy less", &reader)
        }
        let whole = maxGrossLeverage ?? .whole
        let sum = capital.shares.values.reduce(0) { $0 + min($1, capital.maxShare ?? $1).e9 }
        if sum > whole.e9 {
            reader.contradict(
                "capital.map", "risk.max_gross_leverage",
                "since its shares add up to \(Share(e9: sum).text), which is more than \(whole.text)",
                accepted: "give shares that add up to at most \(whole.text)")
        }
    }
}

extension Share {
    /// `1`, `0.25`: without zeros at the end.
    fileprivate var text: String { "\(Decimal(e9) / Decimal(Share.scale))" }
}

extension ConfigurationReader {
    /// Notes that two keys cannot both be meant; the message names the lines of both, where the file has them.
    mutating func contradict(_ path: String, _ other: String, _ why: String, accepted: String) {
        let place = line(of: other).map { "\(other) on line \($0)" } ?? "\(other), which has its default"
        note(path, "contradicts \(place), \(why)", accepted: accepted)
    }
}
