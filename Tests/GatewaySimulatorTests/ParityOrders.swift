import SeededTesting
import TradingModel

/// Random orders of every kind the market has: single ones, groups and brackets.
struct ParityOrders {
    /// When the orders of now are decided and reach the market.
    struct Moment {
        var decided: DecisionTime
        var arrival: Timestamp
    }

    private(set) var number: Int64 = 0
    private var groupCount: Int32 = 0

    /// Orders that belong together; prices are those of the instruments in cents.
    mutating func family(
        _ prices: [Int64], at moment: Moment, _ random: inout SeededGenerator
    ) -> [VenueOrder] {
        let index = random.number(0...prices.count - 1)
        let kind = random.number(0...9)
        guard kind < 3 else { return [order(Self.terms(index, prices[index], moment, &random), moment)] }
        groupCount += 1
        if kind == 0 { return bracket(index, prices[index], moment, &random) }
        return (0..<random.number(2...3)).map { _ in
            order(Self.terms(index, prices[index], moment, &random), moment, group: groupCount - 1)
        }
    }

    private mutating func order(
        _ terms: OrderTerms, _ moment: Moment, parent: OrderNumber? = nil, group: Int32? = nil
    ) -> VenueOrder {
        number += 1
        return VenueOrder(
            number: OrderNumber(number), terms: terms, decidedAt: moment.decided.instant,
            isDecidedOnDate: moment.decided.isDate, arrival: moment.arrival, row: number, parent: parent,
            ocaGroup: group, isGroupOfBracketOnly: parent != nil)
    }

    /// An entry with a target and a stop.
    private mutating func bracket(
        _ index: Int, _ price: Int64, _ moment: Moment, _ random: inout SeededGenerator
    ) -> [VenueOrder] {
        let entry = order(Self.terms(index, price, moment, &random), moment)
        var exit = entry.terms
        exit.side = exit.side.opposite
        exit.timeInForce = .goodTilCancelled
        let distance = Int64(random.number(50...250)) * exit.side.sign
        exit.type = .limit(Self.onTick(price + distance, index))
        let target = order(exit, moment, parent: entry.number, group: groupCount - 1)
        exit.type =
            random.chance(30)
            ? .trailingStop(.fraction(e9: 30_000_000), initialStop: nil) : .stop(Self.onTick(price - distance, index))
        return [entry, target, order(exit, moment, parent: entry.number, group: groupCount - 1)]
    }

    private static func onTick(_ cents: Int64, _ index: Int) -> Price {
        Price(cents: max(100, cents)).rounded(toTick: ParityMarket.instruments[index].tickSize, .nearest)
    }

    private static func terms(
        _ index: Int, _ price: Int64, _ moment: Moment, _ random: inout SeededGenerator
    ) -> OrderTerms {
        let near = (0..<2).map { _ in onTick(price + Int64(random.number(-300...300)), index) }
        let types: [OrderType] = [
            .market, .market, .limit(near[0]), .limit(near[0]), .stop(near[0]),
            .stopLimit(stop: near[0], limit: near[1]),
            .trailingStop(.fraction(e9: 25_000_000), initialStop: nil),
            .trailingStop(.amount(Price(cents: 120)), initialStop: near[0]),
            .trailingStopLimit(.amount(Price(cents: 120)), initialStop: near[0], limitOffset: Price(cents: 30)),
        ]
        let type = random.pick(types)
        let lot = ParityMarket.instruments[index].lotSize
        return OrderTerms(
            instrument: InstrumentID(index), side: random.chance(50) ? .buy : .sell,
            quantity: Quantity(e8: Int64(random.number(1...60_000)) * 1_000_000).roundedUp(toLot: lot), type: type,
            timeInForce: timeInForce(type, moment, &random))
    }

    private static func timeInForce(
        _ type: OrderType, _ moment: Moment, _ random: inout SeededGenerator
    ) -> TimeInForce {
        let until = moment.decided.instant.adding(ms: Int64(random.number(1...200)) * 1_800_000)
        let plain: [TimeInForce] = [.day, .day, .goodTilCancelled, .goodTilCancelled, .goodTilDate(until)]
        let special: [TimeInForce] = [.immediateOrCancel, .fillOrKill, .atTheOpening, .atTheClose]
        return random.pick(type.isStop ? plain : plain + special)
    }
}

extension Quantity {
    fileprivate func roundedUp(toLot lot: Quantity) -> Quantity {
        (self + lot - Quantity(e8: 1)).roundedTowardZero(toLot: lot)
    }
}
