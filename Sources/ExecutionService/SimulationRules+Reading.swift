import Foundation
import MarketSimulation
import TradingModel

extension SimulationRules {
    /// The `simulation` section: the preset's rules or the defaults, with what the file says otherwise.
    static func read(_ reader: inout ConfigurationReader) -> SimulationRules {
        let isNull = reader.value("simulation.preset") == .null
        var rules = SimulationRules(preset: isNull ? nil : reader.choice("simulation.preset"))
        rules.marketFill = reader.choice("simulation.market_fill") ?? rules.marketFill
        rules.limitFill = reader.choice("simulation.limit_fill") ?? rules.limitFill
        rules.ambiguousBar = reader.choice("simulation.ambiguous_bar") ?? rules.ambiguousBar
        rules.latency_ms = reader.number("simulation.latency_ms", scale: 0, in: 0...86_400_000) ?? rules.latency_ms
        rules.borrowRateE9 =
            reader.number("simulation.borrow_rate", scale: 9, in: 0...9_999_999_999) ?? rules.borrowRateE9
        if reader.value("simulation.volume_limit") == .null {
            rules.volumeLimitE9 = nil
        } else {
            rules.volumeLimitE9 =
                reader.number("simulation.volume_limit", scale: 9, in: 1...1_000_000_000) ?? rules.volumeLimitE9
        }
        rules.slippage = SlippageModel.read(&reader) ?? rules.slippage
        rules.commission = CommissionModel.read(&reader) ?? rules.commission
        return rules
    }
}

/// Below 100 %, in units of 10⁻⁵ basis points, which are 10⁻⁹.
private let basisPoints: ClosedRange<Int64> = 0...999_999_999
private let upToThousandE9: ClosedRange<Int64> = 0...1_000_000_000_000

extension SlippageModel {
    private enum Name: String, CaseIterable {
        case none
        case fixedBps = "fixed_bps"
        case fixedSpread = "fixed_spread"
        case volumeShare = "volume_share"
        case squareRoot = "square_root"

        var parameters: [String] {
            switch self {
            case .none: []
            case .fixedBps: ["bps"]
            case .fixedSpread: ["spread"]
            case .volumeShare: ["price_impact"]
            case .squareRoot: ["coefficient"]
            }
        }
    }

    private static let path = "simulation.slippage"

    /// The section's model; nil where there is none or, with a note, no right one.
    fileprivate static func read(_ reader: inout ConfigurationReader) -> SlippageModel? {
        guard let name: Name = reader.model(path) else { return nil }
        reader.refuseParameters(of: path, model: name.rawValue, except: name.parameters)
        switch name {
        case .none:
            return SlippageModel.none
        case .fixedBps:
            let bps = "\(path).bps"
            return reader.has(bps)
                ? reader.number(bps, scale: 5, in: basisPoints).map(fixedFraction) : .fixedFraction(e9: 500_000)
        case .fixedSpread:
            return reader.required("\(path).spread", scale: 8, in: 0...Int64.max, model: name.rawValue)
                .map { .fixedSpread(Price(e8: $0)) }
        case .volumeShare:
            return reader.required("\(path).price_impact", scale: 9, in: upToThousandE9, model: name.rawValue).map(
                volumeShare)
        case .squareRoot:
            return reader.required("\(path).coefficient", scale: 9, in: upToThousandE9, model: name.rawValue)
                .map { .squareRoot(coefficient: Double($0) / 1e9) }
        }
    }
}

extension CommissionModel {
    private enum Name: String, CaseIterable {
        case none
        case perShare = "per_share"
        case bps
        case perOrder = "per_order"
        case ibkrFixed = "ibkr_fixed"
        case ibkrTiered = "ibkr_tiered"

        var parameters: [String] {
            switch self {
            case .none, .ibkrFixed, .ibkrTiered: []
            case .perShare: ["rate", "minimum", "maximum_fraction"]
            case .bps: ["bps"]
            case .perOrder: ["amount"]
            }
        }
    }

    private static let path = "simulation.commission"

    /// The section's model; nil where there is none or, with a note, no right one.
    fileprivate static func read(_ reader: inout ConfigurationReader) -> CommissionModel? {
        guard let name: Name = reader.model(path) else { return nil }
        reader.refuseParameters(of: path, model: name.rawValue, except: name.parameters)
        switch name {
        case .none: return CommissionModel.none
        case .ibkrFixed: return .ibkrFixed
        case .ibkrTiered: return .ibkrTiered
        case .perShare: return readPerShare(&reader)
        case .bps:
            return reader.required("\(path).bps", scale: 5, in: basisPoints, model: name.rawValue).map(fraction)
        case .perOrder:
            return reader.required("\(path).amount", scale: 6, in: 0...Int64.max, model: name.rawValue)
                .map { .perOrder(Money(e6: $0)) }
        }
    }

    private static func readPerShare(_ reader: inout ConfigurationReader) -> CommissionModel? {
        let rate = reader.required("\(path).rate", scale: 9, in: upToThousandE9, model: "per_share")
        let minimum = reader.number("\(path).minimum", scale: 6, in: 0...Int64.max) ?? 0
        let maximum = "\(path).maximum_fraction"
        let hasMaximum = reader.has(maximum) && reader.value(maximum) != .null
        let maximumFraction = hasMaximum ? reader.number(maximum, scale: 9, in: 1...1_000_000_000) : nil
        return rate.map { .perShare(rateE9: $0, minimum: Money(e6: minimum), maximumFractionE9: maximumFraction) }
    }
}

extension ConfigurationReader {
    /// The model that a section names; nil where there is no section or, with a note, no name.
    fileprivate mutating func model<Name: CaseIterable & RawRepresentable<String>>(_ path: String) -> Name? {
        guard case .section? = value(path) else { return nil }
        guard has("\(path).model") else {
            note(
                path, "names no model",
                accepted: "give { model: \"\(Name.allCases.first?.rawValue ?? "")\" } or another model")
            return nil
        }
        return choice("\(path).model")
    }

    /// Notes the known parameters that belong to another model.
    fileprivate mutating func refuseParameters(of path: String, model: String, except allowed: [String]) {
        let known = ConfigurationKey.names(in: path)
        for name in names(in: path) where name != "model" && known.contains(name) && !allowed.contains(name) {
            let list =
                allowed.isEmpty ? "it has no parameters" : "its parameters are \(allowed.joined(separator: ", "))"
            note("\(path).\(name)", "does not belong to the model \"\(model)\"", accepted: list)
        }
    }
}
