import TradingModel

/// How long an order lives, and whether its type allows that.
extension OrderReader {
    private enum Word {
        case undated(TimeInForce)
        case goodTilDate
    }

    private static let words =
        undatedTimesInForce.map { (name: $0.name, word: Word.undated($0.word)) } + [("GTD", .goodTilDate)]

    /// The time in force; nil, with a note, when it is unknown or contradicts the order's type or `good_till`.
    mutating func readTimeInForce(asOf: DecisionTime?, type: OrderType?) -> TimeInForce? {
        let isBlank = records.text(OrderColumn.timeInForce).isEmpty
        let byDefault = Word.undated(defaults.timeInForce)
        guard let word = isBlank ? byDefault : records.word(OrderColumn.timeInForce, OrderReader.words) else {
            return nil
        }
        switch word {
        case .goodTilDate:
            records.requireFilled(OrderColumn.goodTill, accepted: "time_in_force GTD needs a date or a time")
            return readLaterTime(OrderColumn.goodTill, than: asOf).map { .goodTilDate($0.instant) }
        case .undated(let timeInForce):
            refuseGoodTill(with: timeInForce, isBlank: isBlank)
            if let type { refuse(timeInForce, with: type, isBlank: isBlank) }
            return timeInForce
        }
    }

    private mutating func refuseGoodTill(with timeInForce: TimeInForce, isBlank: Bool) {
        guard !records.text(OrderColumn.goodTill).isEmpty else { return }
        let source = isBlank ? "\(timeInForce.code) (the configuration's)" : timeInForce.code
        records.note(
            OrderColumn.goodTill, "is given with time_in_force \(source)",
            accepted: "give GTD, or leave good_till empty")
    }

    private mutating func refuse(_ timeInForce: TimeInForce, with type: OrderType, isBlank: Bool) {
        switch (timeInForce, type.isStop) {
        case (.immediateOrCancel, true), (.fillOrKill, true), (.atTheOpening, true), (.atTheClose, true):
            let source = isBlank ? "\(timeInForce.code) from the configuration" : timeInForce.code
            records.problems.add(
                line: records.line, field: "time_in_force", value: source,
                problem: "is not possible for an order of type \(type.code)",
                accepted: "IOC, FOK, OPG and CLS go with MARKET and LIMIT only; use DAY, GTC or GTD")
        default: break
        }
    }
}
