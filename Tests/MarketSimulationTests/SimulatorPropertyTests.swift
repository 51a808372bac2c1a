import MarketSimulation
import TradingModel
import XCTest

/// What has to hold for any bars, orders, groups, brackets and splits.
final class SimulatorPropertyTests: XCTestCase {
    func testProperties_OfTheServicesOwnRules() throws {
        try audit(RandomCases(defaultCount: 3_000), preset: nil)
    }

    func testProperties_OfZipline() throws {
        try audit(RandomCases(defaultCount: 500), preset: .zipline)
    }

    func testProperties_OfBacktrader() throws {
        try audit(RandomCases(defaultCount: 500), preset: .backtrader)
    }

    func testProperties_TheSameScenarioGivesTheSameEvents() throws {
        for seed in RandomCases(defaultCount: 300) {
            var first = RandomScenario(seed: seed)
            var second = RandomScenario(seed: seed)
            XCTAssertEqual(try first.make().run().events, try second.make().run().events, replay(seed))
        }
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
                return XCTFail("\(replay(seed))\n\(audit.findings.joined(separator: "\n"))\n\(outcome.log.joined(separator: "\n"))")
            }
        }
        XCTAssertGreaterThan(fills, cases.count, "the cases have to trade")
    }

    private func replay(_ seed: UInt64) -> String { "replay with EXECUTION_TEST_SEED=\(seed) EXECUTION_TEST_CASES=1" }
}
