import TradingModel

/// What an algorithm sees when it decides.
struct AlgorithmSight: Sendable, Equatable {
    var now: Timestamp
    var quantity: Quantity
    /// What its children have filled, late fills included.
    var filled: Quantity
    /// What its open children may still fill; nil where none is open.
    var working: Quantity?
    var lot: Quantity

    var left: Quantity { quantity - filled }
}

/// How an algorithm ends.
enum AlgorithmEnd: Sendable, Equatable {
    case filled
    case expired(StatusReason)
    case cancelled(StatusReason)

    var reason: StatusReason {
        switch self {
        case .filled: .carried
        case .expired(let reason), .cancelled(let reason): reason
        }
    }
}

/// What an algorithm wants done next.
enum AlgorithmStep: Sendable, Equatable {
    case wait
    /// A child of this quantity, a multiple of the lot; `atMarket` whatever the parent's limit.
    case order(Quantity, atMarket: Bool)
    /// The cancel of every open child; nothing is ordered before it is confirmed.
    case cancel(StatusReason)
    case end(AlgorithmEnd)
}

/// An execution algorithm: time, fills and volume in, the next step out; no clock, no I/O.
///
/// Whatever happens, it orders nothing while a child is open, and never more than what has not filled.
struct AlgorithmMachine: Sendable, Equatable {
    /// What paces it.
    enum Pace: Sendable, Equatable {
        case slices(SliceSchedule)
        case volume(Participation)
        case tranches(display: Quantity)
    }

    let start: Timestamp
    /// When its window ends; nil lasts as long as its orders do.
    let end: Timestamp?
    let finish: AlgorithmTerms.Finish
    private(set) var pace: Pace
    /// How it is to end, once its children have.
    private(set) var stop: AlgorithmEnd?
    /// Whether the rest went to the market at the end of the window.
    private(set) var isFinishing = false

    /// - Parameters:
    ///   - curve: for an algorithm that needs one.
    ///   - timeOfDay_ms: of the start, since local midnight.
    init(_ terms: AlgorithmTerms, start: Timestamp, curve: VolumeCurve?, timeOfDay_ms: Int64) {
        self.start = start
        end = terms.duration_ms.map(start.adding)
        switch terms {
        case .twap(let duration, let slices, let finish):
            self.finish = finish
            pace = .slices(SliceSchedule(start: start, duration_ms: duration, slices: slices))
        case .vwap(let duration, let slices, _, let finish):
            self.finish = finish
            pace = .slices(
                SliceSchedule(
                    start: start, duration_ms: duration, slices: slices, curve: curve ?? VolumeCurve(parts: []),
                    timeOfDay_ms: timeOfDay_ms))
        case .pov(let share, let interval, _, let finish):
            self.finish = finish
            pace = .volume(Participation(shareE9: share, interval_ms: interval, start: start))
        case .iceberg(let display, _, let finish):
            self.finish = finish
            pace = .tranches(display: display)
        // The broker's own algorithms take the whole quantity.
        case .ibkrAdaptive, .ibkrTWAP, .ibkrVWAP:
            finish = .cancel
            pace = .tranches(display: Quantity(e8: .max))
        }
    }

    // MARK: - What happens

    /// Ends it as soon as its children have; the first reason stays.
    mutating func stop(_ end: AlgorithmEnd) { stop = stop ?? end }

    /// Takes what has traded; true where it is time to look.
    mutating func take(_ traded: TradedVolume) -> Bool {
        guard case .volume(var participation) = pace else { return false }
        let isLook = participation.take(traded)
        pace = .volume(participation)
        return isLook
    }

    /// A child has ended.
    mutating func take(childEnd state: OrderState, wasAsked: Bool) {
        switch state {
        case .rejected, .denied: stop(.cancelled(.childRejected))
        // Somebody else wants it gone; it does not come back.
        case .cancelled where !wasAsked: stop(.cancelled(.childEnded))
        // Without a window the order lives as long as its time in force.
        case .expired(let reason) where end == nil: stop(.expired(reason))
        default: break
        }
    }

    /// The instrument has `ratioE9` new shares in units of 10⁻⁹ for each old one.
    mutating func split(_ ratioE9: Int64) throws(ArithmeticOverflow) {
        switch pace {
        case .slices: break
        case .volume(var participation):
            try participation.split(ratioE9)
            pace = .volume(participation)
        case .tranches(let display): pace = .tranches(display: try display.afterSplit(ratioE9))
        }
    }

    /// Takes it up again from what is on record of its children.
    ///
    /// What has traded while nobody looked is not made up for.
    mutating func resume(ordered: Quantity, lastChildAt: Timestamp?) {
        if case .volume(var participation) = pace {
            participation.resume(ordered: ordered)
            pace = .volume(participation)
        }
        if let end, let lastChildAt, lastChildAt >= end { isFinishing = true }
    }

    // MARK: - What follows

    /// The next step at a time; asked again after whatever it wanted has happened.
    mutating func next(_ sight: AlgorithmSight) -> AlgorithmStep {
        guard sight.left > .zero else { return cancelOr(.filled, sight) }
        if let stop { return cancelOr(stop, sight) }
        if sight.working == nil, sight.left.roundedTowardZero(toLot: sight.lot) <= .zero {
            return .end(.cancelled(.belowLot))
        }
        if isFinishing {
            guard let working = sight.working else { return .end(.expired(.windowEnded)) }
            return sight.left < working ? .cancel(.carried) : .wait
        }
        if let end, sight.now >= end { return finish(sight) }
        return sight.now < start ? .wait : pursue(sight)
    }

    private func cancelOr(_ end: AlgorithmEnd, _ sight: AlgorithmSight) -> AlgorithmStep {
        sight.working == nil ? .end(end) : .cancel(end.reason)
    }

    private mutating func finish(_ sight: AlgorithmSight) -> AlgorithmStep {
        guard finish == .market else { return cancelOr(.expired(.windowEnded), sight) }
        guard sight.working == nil else { return .cancel(.carried) }
        isFinishing = true
        return .order(sight.left.roundedTowardZero(toLot: sight.lot), atMarket: true)
    }

    /// Orders what is due. An open child stays where it is for what is due; else it is cancelled, and its rest ordered anew.
    private func pursue(_ sight: AlgorithmSight) -> AlgorithmStep {
        let due = min(due(sight), sight.left)
        let inLots = max(due, .zero).roundedTowardZero(toLot: sight.lot)
        guard let working = sight.working else { return inLots > .zero ? .order(inLots, atMarket: false) : .wait }
        return due < working || inLots > working ? .cancel(.carried) : .wait
    }

    /// What may be out in the market now.
    private func due(_ sight: AlgorithmSight) -> Quantity {
        switch pace {
        case .slices(let schedule):
            schedule.due(of: sight.quantity, lot: sight.lot, at: sight.now) - sight.filled
        case .volume(let participation): participation.due - sight.filled
        case .tranches(let display):
            sight.working.map { min($0, sight.left) }
                ?? min(max(display.roundedTowardZero(toLot: sight.lot), sight.lot), sight.left)
        }
    }

    /// When it wants to be asked again, though nothing happens; nil where only its children or volume move it.
    func nextWake(after time: Timestamp) -> Timestamp? {
        guard stop == nil, !isFinishing else { return nil }
        let nextSlice: Timestamp? =
            if case .slices(let schedule) = pace { schedule.nextStart(after: time) } else { nil }
        let due = [nextSlice, end, time < start ? start : nil].compactMap { $0 }.filter { $0 > time }
        return due.min()
    }
}
