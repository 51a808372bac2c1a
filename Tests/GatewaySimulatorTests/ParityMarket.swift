import MarketSimulation
import SeededTesting
import TradingModel

@testable import BrokerAdapters

/// Made-up bars in New York, daily or a few a day, with splits and dividends.
struct ParityMarket {
    /// Whole shares three times, and hundredths of a share with a tick of its own.
    static let instruments =
        (0..<3).map { Instrument(ticker: "T\($0)", tickSize: Price(cents: 1)) } + [
            Instrument(
                ticker: "T3", lotSize: Quantity(e8: 1_000_000), tickSize: Price(cents: 5), borrowRateE9: 31_000_000)
        ]

    /// When the clock of New York was put forward and back in 2011: 13 March and 6 November, at two.
    static let clockChanges = [Timestamp(ms: 1_299_999_600_000), Timestamp(ms: 1_320_559_200_000)]
    static let newYork = LocalTime(
        name: "America/New_York", initialOffset_s: -5 * 3_600,
        transitions: zip(clockChanges, [-4, -5]).map { LocalTime.Transition(start: $0, offset_s: $1 * 3_600) })

    let slices: [BarSlice]
    let actions: [CorporateAction]
    /// By slice and instrument: about where it trades before the slice, in cents.
    let prices: [[Int64]]

    init(_ random: inout SeededGenerator) {
        let isDaily = random.chance(50)
        // Late in February or in October, so that the clock is changed on the way.
        var date = CalendarDate(days: random.chance(50) ? 15_026 : 15_264)
        var price = [Int64](repeating: 5_000, count: Self.instruments.count)
        var slices: [BarSlice] = []
        var actions: [CorporateAction] = []
        var prices: [[Int64]] = []
        for _ in 0..<(isDaily ? 40 : 12) {
            let next = date.adding(days: random.once(in: 4) ? 3 : 1)
            if let action = Self.action(on: date, &price, &random) { actions.append(action) }
            let session = Self.session(date, next, isDaily, &price, &prices, &random)
            slices += session
            date = next
        }
        self.slices = slices
        self.actions = actions
        self.prices = prices
    }

    private static func action(
        on date: CalendarDate, _ price: inout [Int64], _ random: inout SeededGenerator
    ) -> CorporateAction? {
        guard random.once(in: 5) else { return nil }
        let index = random.number(0...instruments.count - 1)
        if random.chance(50) {
            let amount = Price(e8: Int64(random.number(1...200_000_000)))
            return CorporateAction(instrument: InstrumentID(index), exDate: date, kind: .dividend(perShare: amount))
        }
        let choices: [Int64] = price[index] > 5_000 ? [2_000_000_000, 1_500_000_000] : [500_000_000, 333_333_333]
        let ratioE9 = random.pick(choices)
        price[index] = price[index] * 1_000_000_000 / ratioE9
        return CorporateAction(instrument: InstrumentID(index), exDate: date, kind: .split(ratioE9: ratioE9))
    }

    private static func session(
        _ date: CalendarDate, _ next: CalendarDate, _ isDaily: Bool, _ price: inout [Int64], _ prices: inout [[Int64]],
        _ random: inout SeededGenerator
    ) -> [BarSlice] {
        let midnight = newYork.start(of: date)
        let count = isDaily ? 1 : 5
        return (0..<count).map { place in
            let length_ms: Int64 = 1_800_000
            let start = isDaily ? midnight : midnight.adding(ms: 34_200_000 + Int64(place) * length_ms)
            let isLast = place == count - 1
            prices.append(price)
            var slice = BarSlice(
                start: start, end: isDaily ? newYork.start(of: date.adding(days: 1)) : start.adding(ms: length_ms),
                session: date, isFirstOfSession: place == 0, isLastOfSession: isLast,
                nextSession: isLast ? next : nil)
            for index in price.indices where !random.once(in: 10) {
                slice.instruments.append(InstrumentID(index))
                slice.bars.append(bar(start, &price[index], &random))
            }
            return slice
        }
    }

    private static func bar(_ start: Timestamp, _ price: inout Int64, _ random: inout SeededGenerator) -> Bar {
        let open = max(500, price + Int64(random.number(-150...150)))
        let close = max(500, open + Int64(random.number(-200...200)))
        let high = max(open, close) + Int64(random.number(0...80))
        let low = min(open, close) - Int64(random.number(0...80))
        price = close
        return Bar(
            start: start, open: Price(cents: open), high: Price(cents: high), low: Price(cents: low),
            close: Price(cents: close), volume: Quantity(units: Int64(random.number(0...4_000))))
    }

    /// Rules of every kind.
    static func rules(_ random: inout SeededGenerator) -> SimulationRules {
        var rules = SimulationRules()
        rules.marketFill = random.pick(SimulationRules.MarketFill.allCases)
        rules.limitFill = random.pick(SimulationRules.LimitFill.allCases)
        rules.ambiguousBar = random.pick(SimulationRules.AmbiguousBar.allCases)
        if rules.marketFill != .sameClose, random.chance(40) { rules.latency_ms = 250 }
        rules.volumeLimitE9 = random.pick([nil, 100_000_000, 37_500_000])
        rules.slippage = random.pick([
            .none, .fixedFraction(e9: 500_000), .volumeShare(priceImpactE9: 100_000_000), .squareRoot(coefficient: 0.8),
        ])
        rules.commission = random.pick([
            .ibkrFixed, .ibkrTiered, .fraction(e9: 333_333),
            .perShare(rateE9: 3_333_333, minimum: Money(e6: 123_457), maximumFractionE9: nil),
        ])
        rules.borrowRateE9 = random.pick([0, 25_000_000])
        return rules
    }
}
