import BrokerAdapters
import Rebalancing
import RiskControl
import TradingModel

/// Kill switches that are turned while commands run.
extension World {
    /// How long a process takes at most to see a switch.
    private static let look_ms = 0...250

    /// What is on from this moment on; nothing that the switches stop may leave any more, seen or not.
    public mutating func turn(_ board: KillSwitchBoard) {
        switches = board
        note("switches: \(board.switches.map(\.sentence))")
        guard let process else { return }
        queue.add(.look(process: process.number), at: now_ms + Int64(generator.number(World.look_ms)))
    }

    /// The switches as the process sees them.
    var switchesForProcess: KillSwitchBoard {
        process?.command.isFlattening == true ? switches.forFlattening : switches
    }

    /// Whether the process has not been told yet of what is on.
    var areSwitchesNew: Bool { process.map { heedsSwitches($0) && $0.board != switchesForProcess } ?? false }

    private func heedsSwitches(_ process: HostedProcess) -> Bool {
        process.command.settings.isLive && process.command.settings.purpose == .rebalance
    }

    /// Tells the machine what did not leave, and why.
    mutating func feedWithheld() throws {
        guard let labels = process?.withheld, !labels.isEmpty, process?.end == nil else { return }
        process?.withheld = []
        try feed(.switches(switchesForProcess))
        try feed(.withheld(labels))
    }

    /// Whether a switch asks for positions to be closed.
    public var isFlatteningAsked: Bool { !switches.flattening(at: "ibkr", of: World.account).isEmpty }

    /// Turns a switch for a while; false where one is on already.
    mutating func strikeSwitch(_ kind: FaultKind) throws -> Bool {
        guard switches.isClear else { return false }
        turn(KillSwitchBoard([randomSwitch(kind)]))
        // What closes positions stays until they are.
        if isFlatteningAsked { return true }
        after(Int64(generator.number(100...30_000))) { $0.turn(KillSwitchBoard()) }
        return true
    }

    private mutating func randomSwitch(_ kind: FaultKind) -> KillSwitchBoard.Switch {
        switch kind {
        case .haltAndCancel: .init(.all, .halted, kind.rawValue, cancelsOpen: true)
        case .haltAndLeave: .init(.all, .halted, kind.rawValue)
        case .haltTicker:
            .init(.ticker(generator.pick(market.tickers)), .halted, kind.rawValue, cancelsOpen: generator.chance(50))
        case .haltStrategy: .init(.strategy("S0"), .halted, kind.rawValue, cancelsOpen: generator.chance(50))
        case .haltAndFlatten: .init(.all, .halted, kind.rawValue, cancelsOpen: true, flattens: true)
        case .flattenTicker:
            .init(
                .ticker(generator.pick(market.tickers)), .halted, kind.rawValue, cancelsOpen: true, flattens: true)
        default: .init(.all, .reducing, kind.rawValue, cancelsOpen: generator.chance(50))
        }
    }

    // MARK: - The auditor

    /// After a switch is on record, nothing leaves that it stops.
    mutating func auditSwitches(_ key: String) {
        guard let process, heedsSwitches(process), !switches.isClear,
            let number = process.keys.first(where: { $0.value.text == key })?.key,
            let order = process.machine.engine.order(number)
        else { return }
        let strategies = process.command.plan.decisions.map(\.strategyID)
        let decision = Int(order.decision.index)
        let subject = KillSwitchSubject(
            strategy: strategies.indices.contains(decision) ? strategies[decision] : nil,
            ticker: process.machine.engine.instruments[Int(order.terms.instrument.index)].ticker, venue: "ibkr",
            account: World.account)
        let isReduction = order.parent != nil || order.action == .reduce || order.action == .close
        if let reason = switchesForProcess.stop(of: subject, isReduction: isReduction) {
            violations.append("\(key) left although it is \(reason.rawValue): \(switches.switches.map(\.sentence))")
        }
    }
}
