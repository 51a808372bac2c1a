import TradingModel

/// How much an intent trades, and on which terms.
extension IntentReader {
    private enum Kind: String, CaseIterable {
        case market = "MARKET"
        case limit = "LIMIT"
        case stop = "STOP"
        case stopLimit = "STOP_LIMIT"

        var needsLimit: Bool { self == .limit || self == .stopLimit }
        var needsStop: Bool { self == .stop || self == .stopLimit }
    }

    private static let kinds = Kind.allCases.map { (name: $0.rawValue, word: $0) }

    // MARK: - Size

    /// Exactly one of the two sizes of what is traded; none of what is not, where a zero is none.
    mutating func readSize(_ side: Side?) -> OrderIntent.Size? {
        guard side != nil else {
            refuseSizeOfHold(IntentColumn.quantity, scale: 8)
            refuseSizeOfHold(IntentColumn.notional, scale: 6)
            return nil
        }
        let hasQuantity = !records.text(IntentColumn.quantity).isEmpty
        let hasNotional = !records.text(IntentColumn.notional).isEmpty
        switch (hasQuantity, hasNotional) {
        case (true, false): return records.positiveQuantity(IntentColumn.quantity).map(OrderIntent.Size.quantity)
        case (false, true): return readNotional()
        case (true, true):
            records.note(
                IntentColumn.quantity, "is given together with notional",
                accepted: "give exactly one of quantity, notional")
        case (false, false):
            records.note(IntentColumn.quantity, "is empty", accepted: "give exactly one of quantity, notional")
        }
        return nil
    }

    private mutating func readNotional() -> OrderIntent.Size? {
        guard let e6 = records.decimal(IntentColumn.notional, scale: 6, example: "25000") else { return nil }
        guard e6 > 0 else {
            records.note(IntentColumn.notional, "is not an amount above zero", accepted: "give a number such as 25000")
            return nil
        }
        return .notional(Money(e6: e6))
    }

    private mutating func refuseSizeOfHold(_ column: Int, scale: Int) {
        guard let size = records.decimal(column, scale: scale, example: "0"), size != 0 else { return }
        records.note(column, "is given with HOLD", accepted: "leave it empty, or give BUY or SELL")
    }

    // MARK: - Type

    /// The order's type; nil where nothing is traded and none is given, and, with a note, where its prices are not those of it.
    mutating func readType(isTraded: Bool) -> OrderType? {
        let isBlank = records.text(IntentColumn.type).isEmpty
        let hasPrices = !records.text(IntentColumn.limitPrice).isEmpty || !records.text(IntentColumn.stopPrice).isEmpty
        if isBlank, !isTraded, !hasPrices { return nil }
        let byDefault = defaults.type == .market ? Kind.market : .limit
        guard let kind = isBlank ? byDefault : records.word(IntentColumn.type, IntentReader.kinds) else { return nil }
        let name = isBlank ? "\(kind.rawValue), the configuration's type for a blank order_type" : kind.rawValue
        let limit = readPrice(IntentColumn.limitPrice, isNeeded: kind.needsLimit, "LIMIT or STOP_LIMIT", name)
        let stop = readPrice(IntentColumn.stopPrice, isNeeded: kind.needsStop, "STOP or STOP_LIMIT", name)
        return switch kind {
        case .market: .market
        case .limit: limit.map(OrderType.limit)
        case .stop: stop.map(OrderType.stop)
        case .stopLimit: stop.flatMap { stop in limit.map { .stopLimit(stop: stop, limit: $0) } }
        }
    }

    private mutating func readPrice(_ column: Int, isNeeded: Bool, _ owners: String, _ kind: String) -> Price? {
        if isNeeded {
            records.requireFilled(column, accepted: "an order of type \(kind) needs it")
            return records.price(column)
        }
        guard !records.text(column).isEmpty else { return nil }
        records.note(
            column, "does not belong to an order of type \(kind)", accepted: "leave it empty, or use \(owners)")
        return nil
    }

    // MARK: - Algorithm

    /// How its order is carried out; of what is not traded the configuration's word does not count.
    mutating func readAlgorithm(_ type: OrderType?, _ timeInForce: TimeInForce?, isTraded: Bool) -> AlgorithmTerms? {
        let algorithm = records.algorithm(
            IntentColumn.algorithm, parameters: IntentColumn.algorithmParameters,
            byDefault: isTraded ? defaults.algorithm : nil)
        if let type, let timeInForce { records.refuse(algorithm, of: IntentColumn.algorithm, with: type, timeInForce) }
        return algorithm
    }

    // MARK: - Time in force

    /// How long its order lives; nil where nothing is traded and nothing is given, and, with a note, where it does not go with the
    /// type.
    mutating func readTimeInForce(_ type: OrderType?, isTraded: Bool) -> TimeInForce? {
        let text = records.text(IntentColumn.timeInForce)
        let isBlank = text.isEmpty
        if isBlank, !isTraded { return nil }
        if text.elementsEqual("GTD".utf8) || text.elementsEqual("gtd".utf8) {
            records.note(
                IntentColumn.timeInForce, "has no date here",
                accepted: "give GTC, and the time as expires_at")
            return nil
        }
        guard let word = isBlank ? defaults.timeInForce : records.word(IntentColumn.timeInForce, undatedTimesInForce)
        else { return nil }
        switch word {
        case .immediateOrCancel, .fillOrKill, .atTheOpening, .atTheClose:
            guard let type, type.isStop else { return word }
            records.problems.add(
                line: records.line, field: "time_in_force",
                value: isBlank ? "\(word.code) from the configuration" : word.code,
                problem: "is not possible for an order of type \(type.code)",
                accepted: "IOC, FOK, OPG and CLS go with MARKET and LIMIT only; use DAY or GTC")
            return nil
        case .day, .goodTilCancelled, .goodTilDate: return word
        }
    }
}
