import OrderRouting
import RiskControl
import SeededTesting
import TradingModel

/// Positions that an operator has closed while everything is halted.
extension SeededWorld {
    /// Dice of their own; nil in most worlds.
    static func flattening(_ seed: UInt64) -> SeededGenerator? {
        var generator = SeededGenerator(seed: seed ^ 0xF1A7_7E40)
        return generator.chance(25) ? generator : nil
    }

    /// Somebody asks for it once, while a command runs.
    mutating func askForFlattening() {
        guard var dice = flattening, !hasAskedForFlattening, dice.chance(80) else { return }
        defer { flattening = dice }
        hasAskedForFlattening = true
        let kind: FaultKind = dice.chance(60) ? .haltAndFlatten : .flattenTicker
        world.after(Int64(dice.number(500...25_000))) { world in
            if world.faults.isOn, try world.strike(kind) { world.faults.count(kind) }
        }
    }

    /// Closes positions where a switch asks for it: cancels first where orders are open, tries again, and then resumes everything.
    mutating func flattenIfAsked() throws {
        guard world.isFlatteningAsked else { return }
        for attempt in 0..<8 {
            if attempt == 3 { try world.endFaults(keepsSwitches: true) }
            try cancelWhatIsOpen()
            let command = flatteningCommand()
            let start = world.time
            let isOver = try isDone(command)
            if isOver { checkRest(command, since: start) }
            if isOver, case .finished(.completed) = lastEnd { break }
        }
        flattenings += 1
        world.turn(KillSwitchBoard())
    }

    /// A run that has not ended has to, before positions can be closed.
    private mutating func cancelWhatIsOpen() throws {
        for _ in 0..<6 where try world.journal.isRunOpen() {
            _ = try isDone(self.command(.cancelAll))
        }
    }

    private mutating func flatteningCommand() -> WorldCommand {
        var command = self.command(.reconcile(acceptsBreaks: false))
        let asking = world.switches.flattening(at: "ibkr", of: World.account)
        let isWhole = asking.contains { $0.scope.kind != .ticker }
        command.plan.isTask = false
        command.plan.tickers = isWhole ? [] : asking.map(\.scope.name)
        command.plan.decisions = [Decision(decisionID: "Z\(commands)Z", decidedAt: world.time)]
        command.isFlattening = true
        command.settings.purpose = .rebalance
        command.settings.planning.missingTargets = isWhole ? .close : .hold
        addRules(to: &command)
        command.batches = [
            TargetBatch(
                decision: DecisionID(0),
                targets: command.plan.tickers.indices.map { index in
                    TargetRequest(
                        row: Int64(index), instrument: InstrumentID(index), size: .quantity(.zero),
                        referencePrice: nil, type: .market, timeInForce: .day)
                })
        ]
        return command
    }

    // MARK: - The auditor

    /// What is left of a position has a reason: an order that did not fill, or somebody else's trade.
    private mutating func checkRest(_ command: WorldCommand, since start: Timestamp) {
        guard case .finished(.completed) = lastEnd, let facts = try? world.journal.facts() else { return }
        let decision = command.plan.decisions[0].decisionID
        let scope = command.plan.tickers.isEmpty ? world.market.tickers : command.plan.tickers
        var isFlat = true
        for ticker in scope {
            guard let left = world.gateway.positions[ticker], left != .zero else { continue }
            isFlat = false
            let orders = facts.orders.filter { $0.decision == decision && $0.ticker == ticker }
            let isExplained =
                orders.contains { $0.status != "FILLED" && $0.reason != nil }
                || facts.targets.contains { $0.decision == decision && $0.ticker == ticker && $0.reason != nil }
                || world.gateway.executionRecords.contains { execution in
                    execution.ticker == ticker && execution.time >= start && !command.owns(key: execution.orderRef)
                }
            if !isExplained {
                findings.append("\(left) \(ticker) are left after \(command.plan.runID), for no reason: \(orders)")
            }
        }
        if isFlat { flattened += 1 }
    }
}
