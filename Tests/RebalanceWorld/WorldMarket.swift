import MarketSimulation
import SeededTesting
import TradingModel

/// Bars by the clock of the world: sessions of a few minutes, one a day.
public struct WorldMarket: Sendable {
    /// Midnight of the first day.
    public static let epoch_ms: Int64 = 1_709_510_400_000
    public static let day_ms: Int64 = 86_400_000
    /// When a session opens, from midnight on.
    public static let open_ms: Int64 = 52_200_000

    public var tickers: [String]
    public var bar_ms: Int64
    public var barsPerSession: Int
    /// Shares a bar; the upper bound.
    public var largestVolume: Int
    /// Of a hundred bars of an instrument so many are missing or have no trade.
    public var gapPercent: Int
    private var cents: [Int64]
    /// Bars that were brought, the next one first; else they are made.
    private var given: ArraySlice<BarSlice>?
    private var generator: SeededGenerator
    private(set) var day = 0
    private(set) var place = 0
    /// How many bars there were.
    private(set) var barCount = 0
    /// How many there were when prices fell last.
    private var barsAtFall = -2

    public init(
        tickers: [String], seed: UInt64, bar_ms: Int64 = 5_000, barsPerSession: Int = 60, largestVolume: Int = 20_000,
        gapPercent: Int = 0
    ) {
        self.tickers = tickers
        self.bar_ms = bar_ms
        self.barsPerSession = barsPerSession
        self.largestVolume = largestVolume
        self.gapPercent = gapPercent
        generator = SeededGenerator(seed: seed)
        cents = []
        for _ in tickers { cents.append(Int64(generator.number(500...20_000))) }
    }

    /// Bars as they are given, in the order of time.
    public init(tickers: [String], slices: [BarSlice]) {
        self.init(tickers: tickers, seed: 0)
        given = slices[...]
    }

    static func opening_ms(ofDay day: Int) -> Int64 { Int64(day) * day_ms + open_ms }

    /// When the next bar begins, of the clock of the world.
    var next_ms: Int64 {
        if let given { return given.first.map { $0.start.ms - WorldMarket.epoch_ms } ?? .max }
        return WorldMarket.opening_ms(ofDay: day) + Int64(place) * bar_ms
    }

    /// When the bar that begins now is over.
    var end_ms: Int64 {
        if let given { return given.first.map { $0.end.ms - WorldMarket.epoch_ms } ?? .max }
        return next_ms + bar_ms
    }

    /// The bar that begins now.
    mutating func next() -> BarSlice {
        if let slice = given?.popFirst() { return slice }
        let isLast = place == barsPerSession - 1
        let start = Timestamp(ms: WorldMarket.epoch_ms + next_ms)
        let session = CalendarDate(days: Int32((WorldMarket.epoch_ms + next_ms) / WorldMarket.day_ms))
        var slice = BarSlice(
            start: start, end: start.adding(ms: bar_ms), session: session, isFirstOfSession: place == 0,
            isLastOfSession: isLast, nextSession: isLast ? session.adding(days: 1) : nil)
        for index in tickers.indices {
            let bar = bar(index, start)
            if generator.chance(gapPercent) { continue }
            slice.instruments.append(InstrumentID(index))
            slice.bars.append(bar)
        }
        place += 1
        barCount += 1
        if isLast { (day, place) = (day + 1, 0) }
        return slice
    }

    private mutating func bar(_ index: Int, _ start: Timestamp) -> Bar {
        let open = max(100, cents[index] + step(cents[index]))
        let close = max(100, open + step(open))
        cents[index] = close
        let high = max(open, close) + Int64(generator.number(0...3))
        let low = min(open, close) - Int64(generator.number(0...3))
        let volume = generator.chance(gapPercent) ? 0 : generator.number(1...largestVolume)
        return Bar(
            start: start, open: price(open), high: price(high), low: price(low), close: price(close),
            volume: Quantity(units: Int64(volume)))
    }

    /// Everything loses so much at once, with the next bar.
    mutating func fall(percent: Int) {
        cents = cents.map { max(200, $0 * Int64(100 - percent) / 100) }
        barsAtFall = barCount
    }

    /// Whether the last fall is in the bars that everybody has seen.
    var isFallKnown: Bool { barCount >= barsAtFall + 2 }

    private mutating func step(_ cents: Int64) -> Int64 {
        let width = Int(max(1, cents / 200))
        return Int64(generator.number(-width...width))
    }

    private func price(_ cents: Int64) -> Price { Price(e8: cents * 1_000_000) }

    /// About what an instrument costs now.
    public func price(of ticker: String) -> Price? {
        tickers.firstIndex(of: ticker).map { price(cents[$0]) }
    }
}
