import TradingModel

/// A venue that fills orders from historical bars.
///
/// A bar is played in halves: `playOpen` at its start, `playRest` (inside, then close) for its end, so that decisions that
/// fall within it see its open and nothing later. Between bars, `processDeadlines` and `applyCorporateActions` bring the
/// book up to an instant. Fills come in the order bar time, moment, queue.
///
/// The simulator keeps the account's cash and positions itself, as a broker does; it owes nothing to the engine's books.
public struct MarketSimulator: Venue {
    let rules: SimulationRules
    let instruments: [Instrument]
    let localTime: LocalTime
    /// Ascending by ex-date; dividends before splits, for they are paid on the shares held before.
    @usableFromInline
    let actions: [CorporateAction]
    @usableFromInline
    var nextAction = 0

    var books: [InstrumentBook]
    /// By instrument, beside the books, which copy faster without them.
    var histories: [DailyHistory]
    var orders: [SimulatedOrder] = []
    var freeSlots: [Int32] = []
    /// Slot of each order by its number; −1 once it is gone.
    var slots: [Int32] = []
    /// Orders at the market, in queue order.
    var active: [Int32] = []
    /// Orders on their way.
    var pending: [Int32] = []
    /// Exits whose entry has not filled.
    var unarmed: [Int32] = []
    /// `same_close` orders that take the bar that is just over.
    var atLastClose: [Int32] = []
    var groups: [OCAGroup] = []
    var hasDead = false
    var earliestDeadline: Timestamp?
    /// Changes that were asked for and have not reached the market.
    var modifications: [Modification] = []
    /// Orders that only act at a bar's close, so that other bars skip that moment.
    var closingOrders = 0
    /// Orders other than plain market orders, so that other bars skip the inside.
    var priceOrders = 0

    /// Counts the bars played.
    var slice: Int32 = -1
    var turn: Int64 = 0
    var current = BarPlace()
    /// The instruments that have a bar in the current slice.
    private var played: [InstrumentID] = []
    var isBarRunning = false
    /// Whether the last session is over and its positions and volumes have not been taken account of.
    private var isSessionOpen = false

    var monthlyVolume = MonthlyVolume()
    /// The account's cash.
    public internal(set) var cash: Money
    /// The least cash there ever was.
    public internal(set) var lowestCash: Money
    var shortPositions = 0

    /// - Parameters:
    ///   - rules: how orders fill.
    ///   - instruments: by `InstrumentID`.
    ///   - actions: splits and dividends, in any order.
    ///   - cash: what the account starts with.
    public init(
        rules: SimulationRules, instruments: [Instrument], actions: [CorporateAction], localTime: LocalTime, cash: Money
    ) {
        self.rules = rules
        self.instruments = instruments
        self.localTime = localTime
        self.actions = actions.enumerated().sorted { left, right in
            (left.element.exDate, left.element.kind.rank, left.offset)
                < (right.element.exDate, right.element.kind.rank, right.offset)
        }.map(\.element)
        self.cash = cash
        lowestCash = cash
        books = Array(repeating: InstrumentBook(), count: instruments.count)
        histories = Array(repeating: DailyHistory(), count: instruments.count)
    }

    /// The last traded close of an instrument that is over; nil before the first.
    public func lastClose(_ instrument: InstrumentID) -> Price? {
        books[Int(instrument.index)].lastClose
    }

    /// The last closes by instrument.
    public var lastCloses: [Price?] { books.map(\.lastClose) }

    /// The position as the venue keeps it.
    public func position(_ instrument: InstrumentID) -> Quantity {
        books[Int(instrument.index)].position
    }

    // MARK: - Playing a bar

    /// Admits what has arrived and plays the open of a bar.
    ///
    /// Call `processDeadlines` and `applyCorporateActions` up to the bar first.
    public mutating func playOpen(_ slice: BarSlice, into events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        try endSession(&events)
        removeDead()
        self.slice += 1
        current = BarPlace(slice)
        isBarRunning = true
        played.removeAll(keepingCapacity: true)
        for (instrument, bar) in zip(slice.instruments, slice.bars) {
            played.append(instrument)
            try take(bar, of: Int(instrument.index))
        }
        admitArrivals()
        turn += 1
        var index = 0
        while index < active.count {
            try actAtOpen(Int(active[index]), &events)
            index += 1
        }
    }

    /// Plays the inside and the close of the bar whose open was played.
    public mutating func playRest(into events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        if rules.preset == nil, priceOrders > 0 {
            turn += 1
            var index = 0
            while index < active.count {
                try actInside(Int(active[index]), &events)
                index += 1
            }
        }
        if closingOrders > 0 || rules.limitFill == .close || rules.preset == .zipline {
            turn += 1
            var index = 0
            while index < active.count {
                try actAtClose(Int(active[index]), &events)
                index += 1
            }
        }
        endBar()
        if current.isLastOfSession {
            expireDayOrders(&events)
            isSessionOpen = true
            // Under `same_close` the session's last fills are still to come.
            if rules.marketFill != .sameClose { try endSession(&events) }
        }
        isBarRunning = false
        removeDead()
    }

    private mutating func take(_ bar: Bar, of index: Int) throws(ArithmeticOverflow) {
        books[index].bar = bar
        books[index].slice = slice
        books[index].filledInBar = 0
        books[index].room = try volumeShare(of: bar, index)
    }

    /// The part of a bar's volume that may fill, down to the lot; nil without a limit.
    func volumeShare(of bar: Bar, _ index: Int) throws(ArithmeticOverflow) -> Quantity? {
        guard let limitE9 = rules.volumeLimitE9 else { return nil }
        let volume = bar.volume?.e8 ?? 0
        let lotSize = lotSize(index)
        guard limitE9 > 1_000_000_000 else {
            // Whole multiples of 10⁹ apart, both products fit 64 bits.
            let (whole, rest) = volume.quotientAndRemainder(dividingBy: 1_000_000_000)
            return Quantity(e8: whole * limitE9 + rest * limitE9 / 1_000_000_000)
                .roundedTowardZero(toLot: lotSize)
        }
        let share = divide(Int128(volume) * Int128(limitE9), by: 1_000_000_000, rounding: .down)
        return Quantity(e8: try narrowed(share, "a bar's volume limit"))
            .roundedTowardZero(toLot: lotSize)
    }

    /// Both peers count in whole shares.
    private func lotSize(_ index: Int) -> Quantity {
        let lot = instruments[index].lotSize
        return rules.preset == nil ? lot : max(lot, Quantity(units: 1))
    }

    /// Lets the orders in that have arrived by the start of the bar, in the order of the queue.
    private mutating func admitArrivals() {
        guard !pending.isEmpty else { return }
        let start = current.start
        var arrived = pending.filter { orders[Int($0)].arrival <= start }
        guard !arrived.isEmpty else { return }
        pending.removeAll { orders[Int($0)].arrival <= start }
        arrived.sort { SimulatedOrder.queues(orders[Int($0)], before: orders[Int($1)]) }
        for slot in arrived where orders[Int(slot)].isLive { activate(slot) }
        putSecondPhaseLast()
    }

    /// Buys of the second phase, those that wait for cash since an earlier bar too, stand behind the sells that pay for them.
    private mutating func putSecondPhaseLast() {
        guard let first = active.firstIndex(where: { orders[Int($0)].phase == 2 }),
            active[first...].contains(where: { orders[Int($0)].phase == 1 })
        else { return }
        active = active.filter { orders[Int($0)].phase == 1 } + active.filter { orders[Int($0)].phase == 2 }
    }

    mutating func activate(_ slot: Int32) {
        let index = Int(slot)
        if orders[index].session == nil { orders[index].session = current.session }
        active.append(slot)
        if let group = orders[index].group { groups[Int(group)].activate(slot) }
        orders[index].countsAsClosing = rules.actsAtClose(orders[index])
        orders[index].countsAsPriced = orders[index].stage != .market
        if orders[index].countsAsClosing { closingOrders += 1 }
        if orders[index].countsAsPriced { priceOrders += 1 }
    }

    private mutating func endBar() {
        let tracksHistory = rules.slippage.needsHistory
        for instrument in played where books[Int(instrument.index)].bar.hasTrades {
            let index = Int(instrument.index)
            books[index].lastClose = books[index].bar.close
            if tracksHistory, let volume = books[index].bar.volume { books[index].sessionVolume += Int128(volume.e8) }
        }
    }

    /// What follows from a session that is over: the daily histories and the cost of borrowing; once a session.
    mutating func endSession(_ events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        guard isSessionOpen else { return }
        isSessionOpen = false
        if rules.slippage.needsHistory { closeDailyHistories() }
        try chargeBorrow(&events)
    }

    private mutating func expireDayOrders(_ events: inout [VenueEvent]) {
        for slot in active { expireDayOrder(Int(slot), &events) }
    }

    /// A buy that was short of cash on its instrument's last bar waits for the next one, and its DAY counts from there.
    private mutating func expireDayOrder(_ index: Int, _ events: inout [VenueEvent]) {
        guard orders[index].isLive, orders[index].terms.timeInForce == .day, orders[index].available > .zero else {
            return
        }
        if orders[index].shortOfCashSlice == books[Int(orders[index].terms.instrument.index)].slice {
            orders[index].session = nil
        } else if (orders[index].session ?? current.session) <= current.session {
            endWithBar(index, .expire(.dayEnded), &events)
        }
    }

    private mutating func closeDailyHistories() {
        for index in books.indices where books[index].sessionVolume > 0 {
            if let close = books[index].lastClose {
                histories[index].append(close: close, volume: books[index].sessionVolume)
            }
            books[index].sessionVolume = 0
        }
    }

    /// Forgets orders that have ended; their slots serve again.
    mutating func removeDead() {
        guard hasDead else { return }
        hasDead = false
        Self.removeDead(&active, orders, &freeSlots)
        Self.removeDead(&pending, orders, &freeSlots)
        Self.removeDead(&unarmed, orders, &freeSlots)
    }

    private static func removeDead(_ list: inout [Int32], _ orders: [SimulatedOrder], _ freeSlots: inout [Int32]) {
        var kept = 0
        for position in list.indices {
            let slot = list[position]
            if orders[Int(slot)].isLive {
                list[kept] = slot
                kept += 1
            } else {
                freeSlots.append(slot)
            }
        }
        list.removeLast(list.count - kept)
    }

    /// Reports what keeps the orders that are still open from filling; call it when the data has ended.
    public func reportOpenOrders(into events: inout [VenueEvent]) {
        for slot in active + pending + unarmed where orders[Int(slot)].isLive {
            let order = orders[Int(slot)]
            events.append(.open(order.number, limitedBy: order.limitedBy ?? .noBar))
        }
    }
}

extension SimulatedOrder.Stage {
    var isPlainLimit: Bool {
        if case .limit = self { true } else { false }
    }
}

extension SlippageModel {
    var needsHistory: Bool {
        if case .squareRoot = self { true } else { false }
    }
}

extension CorporateAction.Kind {
    fileprivate var rank: Int {
        switch self {
        case .dividend: 0
        case .split: 1
        }
    }
}
