import BrokerAdapters
import OrderRouting
import TradingModel

/// What one look at the volume of the day has brought so far.
struct VolumeLook: Sendable, Equatable {
    /// What has traded on the day, in shares or units.
    var volume: Quantity?
    /// When the last trade was, by the broker.
    var lastTime: Timestamp?
    var isComplete = false
}

/// The last look at the volume of a day.
struct SeenVolume: Sendable, Equatable {
    var volume: Quantity
    var date: CalendarDate?
    var at: Timestamp
}

/// The broker's clock as it was told, and as it goes on since by the uptime of this process.
struct BrokerClock: Sendable, Equatable {
    var uptime_ms: Int64
    var time: Timestamp
    /// Whether it is that of this machine; else it is a replay's, or one of the two is wrong.
    var isOurs: Bool

    func time(at uptime_ms: Int64) -> Timestamp { time.adding(ms: uptime_ms - self.uptime_ms) }
}

/// Looks at the volume of instruments whose algorithms take a share of it.
struct VolumeWatch: Sendable {
    /// Those that are under way.
    var looks: [InstrumentID: VolumeLook] = [:]
    var seen: [InstrumentID: SeenVolume] = [:]
    /// When each is looked at next, by the broker's clock.
    var next: [InstrumentID: Timestamp] = [:]
    /// Of those that the broker tells no volume of, it was said.
    var missing: Set<InstrumentID> = []
}

/// Orders that children carry out: their time, what trades, and cancels that nobody confirms.
extension RebalanceMachine {
    /// Whether children may be ordered and cancelled: the plan is on record, consented to, and the broker is there.
    var mayWorkAlgorithms: Bool {
        isWorking && settings.isLive && !isStopping && unrecorded == nil && broker.state.isReady
    }

    /// How many children the circuit breaker lets leave.
    var childAllowance: Int {
        switch breaker?.permit {
        case nil, .everything: .max
        case .probes(let count): count
        case .nothing: 0
        }
    }

    /// Whether children that the breaker held back may be ordered now.
    private var mayOrderHeldBack: Bool { childAllowance > 0 && engine.areChildrenHeldBack }

    mutating func workAlgorithms(at moment: IBKRMoment) throws {
        try followClock(at: moment)
        try lookAtVolumes(at: moment)
        try repeatChildCancels(at: moment)
        let isDue = engine.nextAlgorithmWake.map { $0 <= moment.time } ?? false
        if isDue || mayOrderHeldBack { try ask(.time(moment.time), at: moment) }
    }

    /// When algorithms want to be asked again, by uptime.
    var algorithmsDue_ms: Int64? {
        guard mayWorkAlgorithms, let moment = lastMoment else { return nil }
        if mayOrderHeldBack { return moment.uptime_ms }
        let looks = engine.followedVolumes.filter { volumes.looks[$0] == nil }.map { volumes.next[$0] ?? moment.time }
        let dues = ([engine.nextAlgorithmWake] + looks).compactMap { $0 }.map { due in
            moment.uptime_ms + max(due.ms - moment.time.ms, 0)
        }
        return (dues + [childCancelDue_ms, clockDue_ms].compactMap { $0 }).min()
    }

    /// A replay's clock may go faster than ours.
    private mutating func followClock(at moment: IBKRMoment) throws {
        guard engine.hasAlgorithms, let clock, !clock.isOurs else { return clockDue_ms = nil }
        guard clockDue_ms.map({ $0 <= moment.uptime_ms }) ?? true else { return }
        clockDue_ms = moment.uptime_ms + RebalanceMachine.clockInterval_ms
        try drive(.query(.clock), at: moment)
    }

    // MARK: - Volume

    private mutating func lookAtVolumes(at moment: IBKRMoment) throws {
        for instrument in engine.followedVolumes {
            if let look = volumes.looks[instrument] {
                guard look.isComplete else { continue }
                volumes.looks[instrument] = nil
                volumes.next[instrument] = moment.time.adding(ms: engine.volumeInterval_ms(of: instrument))
                try take(look, of: instrument, at: moment)
            } else if volumes.next[instrument].map({ $0 <= moment.time }) ?? true {
                volumes.looks[instrument] = VolumeLook()
                try drive(.query(.quote(instrument)), at: moment)
            }
        }
    }

    /// The first look is where the counting begins. On a new day the volume begins again.
    private mutating func take(_ look: VolumeLook, of instrument: InstrumentID, at moment: IBKRMoment) throws {
        guard let volume = look.volume else {
            if look.lastTime == nil || volumes.seen[instrument] != nil { sayMissing(instrument, at: moment) }
            return
        }
        // What closes at midnight is of the day before.
        let date = look.lastTime.map { engine.localTime.date(of: $0.adding(ms: -1)) }
        let before = volumes.seen.updateValue(
            SeenVolume(volume: volume, date: date, at: moment.time), forKey: instrument)
        guard let before else { return }
        let isSameDay = date == before.date && volume >= before.volume
        let traded = TradedVolume(
            instrument: instrument, start: before.at, end: moment.time,
            quantity: isSameDay ? volume - before.volume : volume)
        try ask(.traded([traded]), at: moment)
    }

    private mutating func sayMissing(_ instrument: InstrumentID, at moment: IBKRMoment) {
        guard volumes.missing.insert(instrument).inserted else { return }
        notify(
            .warning, "no_volume",
            "the broker tells no volume of \(engine.instruments[Int(instrument.index)].ticker), which pov takes a share of; "
                + "nothing of it is ordered until it does", at: moment)
    }

    // MARK: - Cancels

    /// A child's cancel that was lost is asked for again: nothing is ordered before it is confirmed.
    private mutating func repeatChildCancels(at moment: IBKRMoment) throws {
        let cancelling = engine.cancellingChildren
        childCancelDue_ms = nil
        guard !cancelling.isEmpty else { return childCancels_ms.removeAll() }
        for (child, reason) in cancelling {
            let asked_ms = childCancels_ms[child] ?? moment.uptime_ms
            childCancels_ms[child] = asked_ms
            if asked_ms + RebalanceMachine.cancelPatience_ms <= moment.uptime_ms {
                childCancels_ms[child] = moment.uptime_ms
                engine.forgetCancel(of: child)
                try ask(.cancel(child, reason, at: moment.time), at: moment)
            }
            let due_ms = (childCancels_ms[child] ?? moment.uptime_ms) + RebalanceMachine.cancelPatience_ms
            childCancelDue_ms = min(childCancelDue_ms ?? .max, due_ms)
        }
    }
}

// MARK: - The broker's own

extension IBKRPlacement {
    /// An order as it goes to IBKR, with the algorithm of IBKR's that it asks for.
    init(_ order: VenueOrder, key: OrderKey) {
        var parameters = IBKROrderParameters()
        parameters.algorithm = order.algorithm.flatMap { IBKRAlgorithm($0, from: order.decidedAt) }
        self.init(order: order, key: key, parameters: parameters)
    }
}

extension IBKRAlgorithm {
    /// Nil for an algorithm that is not IBKR's.
    init?(_ terms: AlgorithmTerms, from start: Timestamp) {
        switch terms {
        case .ibkrAdaptive(.patient): self = .adaptive(.patient)
        case .ibkrAdaptive(.normal): self = .adaptive(.normal)
        case .ibkrAdaptive(.urgent): self = .adaptive(.urgent)
        case .ibkrTWAP(let duration, let allowsPastEnd):
            self = .twap(
                strategy: "Marketable", Span(end: duration.map(start.adding), allowsPastEnd: allowsPastEnd))
        case .ibkrVWAP(let share, let duration, let allowsPastEnd):
            self = .vwap(
                maximumShareE9: share, Span(end: duration.map(start.adding), allowsPastEnd: allowsPastEnd),
                takesNoLiquidity: false)
        case .twap, .vwap, .pov, .iceberg: return nil
        }
    }
}
