import MarketSimulation
import TradingModel
import SeededTesting
import XCTest

/// What has to hold for any bars, orders, groups, brackets and splits.
final class SimulatorPropertyTests: XCTestCase {
    func testProperties_OfTheServicesOwnRules() throws {
        try audit(RandomCases(defaultCount: 3_000, defaultSeed: 20_200_102), preset: nil)
    }

    func testProperties_OfZipline() throws {
        try audit(RandomCases(defaultCount: 500, defaultSeed: 20_200_102), preset: .zipline)
    }

    func testProperties_OfBacktrader() throws {
        try audit(RandomCases(defaultCount: 500, defaultSeed: 20_200_102), preset: .backtrader)
    }

    func testProperties_TheSameScenarioGivesTheSameEvents() throws {
        for seed in RandomCases(defaultCount: 300, defaultSeed: 20_200_102) {
            var first = RandomScenario(seed: seed)
            var second = RandomScenario(seed: seed)
            XCTAssertEqual(try first.make().run().events, try second.make().run().events, RandomCases.replay(seed))
        }
    }

    func testProperties_TheCasesMeetEveryRuleAndReason() throws {
        var rules: Set<FillRule> = []
        var reasons: Set<StatusReason> = []
        var causes: Set<ResizeCause> = []
        var kinds: Set<CashKind> = []
        var ambiguous = 0
        for seed in UInt64(0)..<600 {
            var random = RandomScenario(seed: seed)
            for event in try random.make().run().events {
                switch event {
                case .filled(let fill):
                    rules.insert(fill.rule)
                    ambiguous += fill.isAmbiguous ? 1 : 0
                case .cancelled(_, let reason, _, _), .expired(_, let reason, _, _), .rejected(_, let reason, _):
                    reasons.insert(reason)
                case .resized(_, _, _, let cause, _): causes.insert(cause)
                case .cash(let kind, _, _, _): kinds.insert(kind)
                case .accepted, .split, .open, .modified, .modifyRefused: break
                }
            }
        }
        XCTAssertEqual(Set(FillRule.allCases).subtracting(rules), [.stopClose], "that one is zipline's")
        // What the engine, the gate, the loader and brokers give is not the simulator's.
        XCTAssertEqual(
            Set(StatusReason.allCases).subtracting(reasons),
            [
                .superseded, .belowMinimumNotional, .offTick, .notionalOverflow, .endOfData, .dryRun, .brokerRejected,
                .brokerCancelled, .notSendable, .timeout, .stopped, .otherRejected, .vanished, .givenUp, .corrected,
                .halted, .haltedReducing, .carried, .windowEnded, .childRejected, .childEnded,
                .breakerOpen, .riskLimit, .reduceOnly, .riskDataUnavailable, .intentExpired, .duplicateIntent,
                .emergencyReduceOnly, .insufficientMargin, .capital,
            ])
        XCTAssertEqual(Set(ResizeCause.allCases).subtracting(causes), [.cash, .overfill])
        XCTAssertEqual(
            Set(CashKind.allCases).subtracting(kinds), [.deposit, .trade, .commission, .opening, .reconciled])
        XCTAssertGreaterThan(ambiguous, 10)
    }

    /// Runs the cases until one fails, and says how to replay it.
    private func audit(_ cases: RandomCases, preset: SimulationRules.Preset?) throws {
        var fills = 0
        for seed in cases {
            var random = RandomScenario(seed: seed)
            let scenario = random.make(preset)
            let outcome = try scenario.run()
            var audit = SimulationAudit(scenario, outcome)
            try audit.run()
            fills += outcome.fillEvents.count
            guard audit.findings.isEmpty else {
                return XCTFail(
                    "replay with \(RandomCases.replay(seed))\n\(audit.findings.joined(separator: "\n"))\n\(outcome.log.joined(separator: "\n"))"
                )
            }
        }
        XCTAssertGreaterThan(fills, cases.count, "the cases have to trade")
    }
}
