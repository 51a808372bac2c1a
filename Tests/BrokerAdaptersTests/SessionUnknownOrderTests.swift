import TradingModel
import XCTest

@testable import BrokerAdapters

/// Failure catalogue, 7 to 9: one rule a line.
final class SessionUnknownOrderTests: XCTestCase {
    private typealias Rule = UnknownOrderRule

    func testFailure07_08_09_TheTable() {
        let early = Rule.Sighting.absent(askedAt_ms: 100)
        let late = Rule.Sighting.absent(askedAt_ms: 1_100)
        let old = Rule.Sighting.absent(askedAt_ms: 99)
        typealias Row = (
            open: Rule.Sighting, completed: Rule.Sighting, executions: Rule.Sighting, isReady: Bool,
            word: Rule.OperatorWord?, now: Int64, decision: Rule.Decision
        )
        let rows: [Row] = [
            (.present, .failed, .notAsked, false, .sendAgain, 0, .exists(.openOrders)),
            (late, .present, late, true, nil, 2_000, .exists(.completedOrders)),
            (late, late, .present, true, .giveUp, 2_000, .exists(.executions)),
            (.notAsked, .notAsked, .notAsked, true, nil, 2_000, .ask([.openOrders, .completedOrders, .executions])),
            (late, .failed, late, true, nil, 2_000, .ask([.completedOrders])),
            (late, late, .failed, true, nil, 9_000, .ask([.executions])),
            (old, late, late, true, nil, 2_000, .ask([.openOrders])),
            (early, early, early, true, nil, 1_099, .wait(until_ms: 1_100)),
            (early, late, late, true, nil, 1_100, .ask([.openOrders])),
            (late, late, late, true, nil, 1_100, .sendAgain(.absentEverywhere)),
            (late, late, late, false, nil, 1_100, .waitForBroker),
            (.failed, .failed, .failed, true, .sendAgain, 0, .sendAgain(.operatorSaidSo)),
            (.failed, .failed, .failed, false, .sendAgain, 0, .waitForBroker),
            (late, late, late, true, .giveUp, 2_000, .giveUp),
        ]
        let rule = Rule(quietPeriod_ms: 1_000)
        for (index, row) in rows.enumerated() {
            let evidence = Rule.Evidence(
                sightings: [
                    .openOrders: row.open, .completedOrders: row.completed, .executions: row.executions,
                ],
                quietSince_ms: 100, isReady: row.isReady, operatorWord: row.word)
            XCTAssertEqual(rule.decide(evidence, at: row.now), row.decision, "row \(index)")
        }
    }
}
