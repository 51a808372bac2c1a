import TradingModel

/// The type of an order, built from exactly the prices that belong to it.
extension OrderReader {
    private enum Kind: String, CaseIterable {
        case market = "MARKET"
        case limit = "LIMIT"
        case stop = "STOP"
        case stopLimit = "STOP_LIMIT"
        case trailingStop = "TRAILING_STOP"
        case trailingStopLimit = "TRAILING_STOP_LIMIT"

        /// The columns that have to be filled.
        var needed: Columns {
            switch self {
            case .market, .trailingStop: []
            case .limit: .limitPrice
            case .stop: .stopPrice
            case .stopLimit: [.stopPrice, .limitPrice]
            case .trailingStopLimit: .limitOffset
            }
        }

        /// What else may be filled: the trail, and a first level of it.
        var allowed: Columns {
            switch self {
            case .trailingStop, .trailingStopLimit: needed.union([.trailAmount, .trailPercent, .stopPrice])
            default: needed
            }
        }
    }

    /// A set of the columns with prices; a bit's place is the column's.
    private struct Columns: OptionSet {
        let rawValue: UInt32

        static let limitPrice = Columns(column: OrderColumn.limitPrice)
        static let stopPrice = Columns(column: OrderColumn.stopPrice)
        static let trailAmount = Columns(column: OrderColumn.trailAmount)
        static let trailPercent = Columns(column: OrderColumn.trailPercent)
        static let limitOffset = Columns(column: OrderColumn.limitOffset)

        init(rawValue: UInt32) { self.rawValue = rawValue }
        init(column: Int) { rawValue = 1 << UInt32(column) }
    }

    private static let kinds = Kind.allCases.map { (name: $0.rawValue, word: $0) }
    private static let priceColumns = OrderColumn.limitPrice...OrderColumn.limitOffset

    /// The order's type; nil, with a note, when the type is unknown or its prices are not those of the type.
    mutating func readType() -> OrderType? {
        let isBlank = records.text(OrderColumn.type).isEmpty
        let byDefault = defaults.type == .market ? Kind.market : .limit
        guard let kind = isBlank ? byDefault : records.word(OrderColumn.type, OrderReader.kinds) else { return nil }
        let problemsBefore = records.problems.count
        refuseForeignPrices(kind, isBlank: isBlank)
        for column in OrderReader.priceColumns where kind.needed.contains(Columns(column: column)) {
            records.requireFilled(column, accepted: "an order of type \(kind.rawValue) needs it")
        }
        let type = build(kind)
        return records.problems.count == problemsBefore ? type : nil
    }

    private mutating func refuseForeignPrices(_ kind: Kind, isBlank: Bool) {
        for column in OrderReader.priceColumns
        where !kind.allowed.contains(Columns(column: column)) && !records.text(column).isEmpty {
            let owners = Kind.allCases.filter { $0.allowed.contains(Columns(column: column)) }.map(\.rawValue).joined(
                separator: ", ")
            let source = isBlank ? "\(kind.rawValue), the configuration's type for a blank order_type" : kind.rawValue
            records.note(
                column, "does not belong to an order of type \(source)", accepted: "leave it empty, or use \(owners)")
        }
    }

    private mutating func build(_ kind: Kind) -> OrderType? {
        switch kind {
        case .market:
            return .market
        case .limit:
            return records.price(OrderColumn.limitPrice).map(OrderType.limit)
        case .stop:
            return records.price(OrderColumn.stopPrice).map(OrderType.stop)
        case .stopLimit:
            guard let stop = records.price(OrderColumn.stopPrice), let limit = records.price(OrderColumn.limitPrice)
            else { return nil }
            return .stopLimit(stop: stop, limit: limit)
        case .trailingStop:
            let initial = records.price(OrderColumn.stopPrice)
            return readTrail().map { .trailingStop($0, initialStop: initial) }
        case .trailingStopLimit:
            let initial = records.price(OrderColumn.stopPrice)
            let offset = records.nonNegative(OrderColumn.limitOffset, scale: 8, example: "0.05").map(Price.init(e8:))
            guard let trail = readTrail(), let offset else { return nil }
            return .trailingStopLimit(trail, initialStop: initial, limitOffset: offset)
        }
    }

    private mutating func readTrail() -> TrailDistance? {
        let hasAmount = !records.text(OrderColumn.trailAmount).isEmpty
        let hasPercent = !records.text(OrderColumn.trailPercent).isEmpty
        switch (hasAmount, hasPercent) {
        case (true, false): return records.price(OrderColumn.trailAmount).map(TrailDistance.amount)
        case (false, true): return readPercent()
        case (true, true):
            records.note(
                OrderColumn.trailAmount, "is given together with trail_percent",
                accepted: "give exactly one of trail_amount, trail_percent")
        case (false, false):
            records.note(
                OrderColumn.type, "has no trail", accepted: "give exactly one of trail_amount, trail_percent")
        }
        return nil
    }

    /// 5 is 5 %, and 5 % are 50,000,000 units of 10⁻⁹.
    private mutating func readPercent() -> TrailDistance? {
        guard let e9 = records.decimal(OrderColumn.trailPercent, scale: 7, example: "5") else { return nil }
        guard e9 > 0, e9 < 1_000_000_000 else {
            records.note(OrderColumn.trailPercent, "is not between 0 and 100", accepted: "5 means 5 %")
            return nil
        }
        return .fraction(e9: e9)
    }
}
