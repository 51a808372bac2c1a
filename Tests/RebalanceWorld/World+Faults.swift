import RiskControl
import TradingModel

/// Trouble that comes by itself, and the dice that decide about all of it.
extension World {
    /// Whether a trouble happens at this opportunity.
    mutating func chance(_ kind: FaultKind) -> Bool {
        guard isArmed, faults.allows(kind), generator.number(0...999) < faults.perMille[kind] ?? 0 else { return false }
        faults.count(kind)
        note("fault: \(kind.rawValue)")
        return true
    }

    /// Whether it is time for trouble.
    private var isArmed: Bool {
        !faults.waitsForOrders || process.map { $0.machine.engine.openOrderCount(.account) > 0 } ?? true
    }

    /// Begins the troubles that come by themselves.
    public mutating func beginStrikes() {
        queue.add(.strike, at: now_ms + Int64(generator.number(0...(faults.waitsForOrders ? 4_000 : 15_000))))
    }

    private static let strikes: [FaultKind] = [
        .cutToGateway, .halfOpen, .idRollback, .connectivityKept, .connectivityLost, .restart, .reject, .correction,
        .foreignExecution, .strangerOrder, .clockForward, .clockBack, .killedIdle, .hostLost, .stopAndCancel,
        .stopAndLeave, .haltAndCancel, .haltAndLeave, .haltTicker, .haltStrategy, .reduceOnly, .levelChanged,
    ]

    mutating func strike() throws {
        guard faults.isOn, faults.budget > 0 else { return }
        let kinds = World.strikes.filter(faults.allows)
        guard !kinds.isEmpty else { return }
        beginStrikes()
        guard isArmed else { return }
        let kind = generator.pick(kinds)
        guard try strike(kind) else { return }
        faults.count(kind)
        note("fault: \(kind.rawValue)")
    }

    /// Whether it could happen.
    mutating func strike(_ kind: FaultKind) throws -> Bool {
        let open = links.values.filter { $0.process == process?.number && $0.isOpenAtClient }.map(\.id).max()
        switch kind {
        case .cutToGateway:
            guard let open else { return false }
            cut(open, after_ms: now_ms)
        case .halfOpen:
            guard let open else { return false }
            silence(open)
        case .idRollback:
            let words = ["rollback", "\(generator.number(1...20))"]
            try touchGateway { try $0.fault(words) }
        case .connectivityKept, .connectivityLost: return try loseConnectivity(kind == .connectivityLost)
        case .restart: try restartGateway()
        case .reject:
            let code = generator.pick([201, 201, 203, 321, 434])
            try touchGateway { try $0.fault(["reject", "\(code)", "the venue does not want it"]) }
        case .correction: return try correct()
        case .foreignExecution:
            let words = [
                generator.pick(["BUY", "SELL"]), "\(generator.number(1...50))", generator.pick(market.tickers),
            ]
            try touchGateway { try $0.trade(words) }
        case .strangerOrder: try placeStrangersOrder()
        case .clockForward: wallOffset_ms += Int64(generator.number(1...7_200_000))
        case .clockBack: wallOffset_ms -= Int64(generator.number(1...7_200_000))
        case .killedIdle, .hostLost:
            guard process != nil else { return false }
            process?.end = .died(kind)
        case .stopAndCancel, .stopAndLeave:
            guard let process else { return false }
            queue.add(.stop(process: process.number, cancels: kind == .stopAndCancel), at: now_ms)
        case .haltAndCancel, .haltAndLeave, .haltTicker, .haltStrategy, .reduceOnly, .haltAndFlatten, .flattenTicker:
            return try strikeSwitch(kind)
        case .levelChanged: return try changeLevel()
        default: return false
        }
        return true
    }

    /// Somebody sets a level; a process that runs learns of it.
    mutating func changeLevel() throws -> Bool {
        guard process?.command.settings.aggressiveness != nil else { return false }
        let level = generator.pick(AggressivenessLevel.allCases)
        var changed = levels
        if generator.chance(70) { changed.all = level } else { changed.tickers[generator.pick(market.tickers)] = level }
        try set(changed)
        return true
    }

    private mutating func loseConnectivity(_ areSubscriptionsLost: Bool) throws -> Bool {
        guard !isConnectivityLost else { return false }
        isConnectivityLost = true
        try touchGateway { try $0.fault(["lose"]) }
        queue.add(
            .connectivityRestored(areSubscriptionsLost: areSubscriptionsLost),
            at: now_ms + Int64(generator.number(100...20_000)))
        return true
    }

    /// Every connection ends, ids may go back, and for a while nobody is there.
    private mutating func restartGateway() throws {
        for id in links.keys.sorted() where links[id]?.isOpenAtGateway == true { cut(id, after_ms: now_ms) }
        let words = ["rollback", "\(generator.number(0...20))"]
        try touchGateway { try $0.fault(words) }
        gatewayAwayUntil_ms = now_ms + Int64(generator.number(100...20_000))
    }

    private mutating func correct() throws -> Bool {
        // What the account held when it was first seen was made by executions that nobody told of.
        let midnight = Timestamp(ms: time.ms - time.ms % WorldMarket.day_ms)
        let candidates = gateway.executionRecords.suffix(10).filter {
            !$0.isCorrected && $0.price.e8 > 10_000_000 && $0.time >= midnight
        }
        guard !candidates.isEmpty else { return false }
        let execution = generator.pick(Array(candidates))
        let change = generator.pick(["0.01", "-0.01", "0.05", "-0.02"])
        try touchGateway { try $0.correct([change, execution.executionID]) }
        return true
    }

    /// From now on nothing goes wrong any more; what was begun ends.
    ///
    /// - Parameter keepsSwitches: whether kill switches stay as they are.
    public mutating func endFaults(keepsSwitches: Bool = false) throws {
        faults.isOn = false
        wallOffset_ms = 0
        gatewayAwayUntil_ms = 0
        if !keepsSwitches { turn(KillSwitchBoard()) }
        if isConnectivityLost {
            isConnectivityLost = false
            try touchGateway { try $0.fault(["restore"]) }
        }
    }
}
