import InputFiles
import MarketSimulation
import RiskControl
import Storage
import TradingModel

/// Goes through the bars once: returns of what is held, and the equity of a book on each day.
struct RiskReplay {
    /// Of every ticker of the book or file.
    private(set) var history: ReturnHistory
    /// The last close of each instrument, in today's shares.
    private(set) var closes: [Price?]
    private(set) var lastDate: CalendarDate?
    /// The book's equity at the end of each day with bars.
    private(set) var equity: [(date: CalendarDate, value: Double)] = []
    /// The instruments of the positions, in their order.
    let held: [InstrumentID]

    private var quantities: [Int64]
    private var cash: Int64 = 0
    private var movements: ArraySlice<RiskBook.Movement>
    private var splits: ArraySlice<(instrument: InstrumentID, exDate: CalendarDate, ratioE9: Int64)>

    init(_ market: MarketData, held: [PositionRow], book: RiskBook?, window_days: Int) throws {
        let tickers = Set(held.map(\.ticker)).union(book?.tickers ?? []).sorted()
        let known = Set(market.tickers)
        if let unknown = tickers.first(where: { !known.contains($0) }) {
            throw InputError(
                file: market.name, value: unknown, problem: "is or was held and has no bars",
                accepted: "import its bars")
        }
        let places = Dictionary(uniqueKeysWithValues: tickers.enumerated().map { ($1, InstrumentID($0)) })
        self.held = held.compactMap { places[$0.ticker] }
        history = ReturnHistory(
            ReturnWindow(days: window_days, minimum: 2, isIntraday: market.interval.seconds < 86_400),
            instruments: tickers.count)
        closes = Array(repeating: nil, count: tickers.count)
        quantities = Array(repeating: 0, count: tickers.count)
        movements = (book?.movements(places) ?? [])[...]
        splits = Self.splits(of: market, places)[...]
        try play(market, tickers)
    }

    private static func splits(
        of market: MarketData, _ places: [String: InstrumentID]
    ) -> [(instrument: InstrumentID, exDate: CalendarDate, ratioE9: Int64)] {
        market.actions.compactMap { action in
            guard case .split(let ratioE9) = action.kind, let instrument = places[action.ticker] else { return nil }
            return (instrument, action.exDate, ratioE9)
        }.sorted { ($0.exDate, $0.instrument) < ($1.exDate, $1.instrument) }
    }

    private mutating func play(_ market: MarketData, _ tickers: [String]) throws {
        var feed = try market.feed(of: tickers)
        var slice = BarSlice.blank(at: Timestamp(ms: 0))
        while try feed.next(into: &slice) {
            while let split = splits.first, split.exDate <= slice.session {
                splits.removeFirst()
                apply(split.ratioE9, to: split.instrument)
            }
            while let movement = movements.first, movement.isBefore(slice) {
                movements.removeFirst()
                cash += movement.cash.e6
                if let instrument = movement.instrument { quantities[Int(instrument.index)] += movement.change.e8 }
            }
            for (instrument, bar) in zip(slice.instruments, slice.bars) {
                history.observe(bar, of: instrument, on: slice.session)
                closes[Int(instrument.index)] = bar.close
            }
            guard !slice.bars.isEmpty else { continue }
            if lastDate == slice.session { equity.removeLast() }
            lastDate = slice.session
            equity.append((slice.session, bookValue))
        }
        history.finish()
    }

    /// What a share was worth goes down by what a split makes of it; the quantities of a book have movements of their own.
    private mutating func apply(_ ratioE9: Int64, to instrument: InstrumentID) {
        history.split(instrument, ratioE9: ratioE9)
        closes[Int(instrument.index)] = closes[Int(instrument.index)].map { close in
            Price(
                e8: Int64(
                    clamping: divide(Int128(close.e8) * 1_000_000_000, by: Int128(ratioE9), rounding: .nearest)))
        }
    }

    private var bookValue: Double {
        var total = Double(cash) / Double(Money.scale)
        for place in quantities.indices where quantities[place] != 0 {
            total += value(of: Quantity(e8: quantities[place]), at: InstrumentID(place))
        }
        return total
    }

    /// At the last close; nothing without one.
    func value(of quantity: Quantity, at instrument: InstrumentID) -> Double {
        guard let close = closes[Int(instrument.index)] else { return 0 }
        return Double(quantity.e8) / Double(Quantity.scale) * (Double(close.e8) / Double(Price.scale))
    }
}
