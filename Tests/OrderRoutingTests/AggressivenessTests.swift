import OrderPlanning
import RiskControl
import TradingModel
import XCTest

@testable import OrderRouting

/// Levels in the engine: what new orders look like, and what an emergency lets pass.
final class AggressivenessTests: XCTestCase {
    private func desk(_ change: (inout Aggressiveness) -> Void) throws -> Desk {
        var rules = Aggressiveness()
        change(&rules)
        let decisions = (0..<4).map {
            Decision(decisionID: "D\($0)", decidedAt: Timestamp(ms: 0), strategyID: $0 == 1 ? "momentum" : nil)
        }
        return try Desk(aggressiveness: AggressivenessSetup(rules: rules, decisions: decisions))
    }

    private func limit(_ units: Int64) -> OrderType { .limit(Price(e8: units * Price.scale)) }

    func testTheConfigurationsLevelDecidesTypeAndLimit() throws {
        var desk = try desk {
            $0.level = .elevated
            $0.elevated = PricingStyle(.marketable, offsetE9: 20_000_000)
        }
        try desk.decide(0, [(0, 10), (1, -5)])
        XCTAssertEqual(desk.venue.submitted.map(\.terms.type), [limit(102), limit(98)])
        XCTAssertEqual(desk.orders[OrderNumber(1)]?.terms.type, limit(102), "on record as it is sent")
    }

    /// The last trade may be minutes old; what is bid and asked is of now.
    func testLevelsAreMeasuredFromTheMiddleOfTheMarketWhereItIsKnown() throws {
        var desk = try desk {
            $0.level = .elevated
            $0.elevated = PricingStyle(.mid)
        }
        desk.setMiddles([108, nil])
        try desk.decide(0, [(0, 10), (1, -5), (2, 5)])
        XCTAssertEqual(desk.venue.submitted.map(\.terms.type), [limit(108), limit(100), limit(100)])
        XCTAssertEqual(desk.orders[OrderNumber(1)]?.arrivalPrice, Price(e8: 100 * Price.scale))
    }

    func testNormalLeavesOrdersAsTheyAre() throws {
        var desk = try desk { $0.elevated = PricingStyle(.mid) }
        try desk.decide(0, [(0, 10)])
        try desk.decide(1, [(1, 10)], type: limit(95))
        XCTAssertEqual(desk.venue.submitted.map(\.terms.type), [.market, limit(95)])
    }

    func testALevelCountsFromTheNextPlanOn() throws {
        var desk = try desk { $0.emergency = PricingStyle(.market, offsetE9: 10_000_000) }
        try desk.decide(0, [(0, 10)], type: limit(95))
        desk.setLevels(AggressivenessLevels(strategies: ["momentum": .emergency]))
        try desk.decide(1, [(1, 10)], type: limit(95))
        try desk.decide(2, [(2, 10)], type: limit(95))
        XCTAssertEqual(desk.venue.submitted.map(\.terms.type), [limit(95), .market, limit(95)])
    }

    func testOwnOrdersKeepTheirTypeUnlessTheyAskForTheLevel() throws {
        var desk = try desk {
            $0.level = .elevated
            $0.elevated = PricingStyle(.mid)
        }
        for (row, followsLevel) in [false, true].enumerated() {
            let terms = OrderTerms(
                instrument: InstrumentID(row), side: .buy, quantity: Quantity(units: 1), type: .market,
                timeInForce: .day)
            let order = OwnOrder(row: Int64(row), decision: DecisionID(0), terms: terms, followsLevel: followsLevel)
            try desk.take(
                .place([order], at: DecisionTime(instant: desk.time, isDate: false), lastCloses: desk.closes))
        }
        XCTAssertEqual(desk.venue.submitted.map(\.terms.type), [.market, limit(100)])
    }

    // MARK: - Emergencies

    /// From a holding of 10 to each target: what is sent, and what becomes of the rest.
    func testAnEmergencyLetsOnlyReductionsPass() throws {
        let rules: [(target: Int64, sent: [String], denied: [String])] = [
            (20, [], ["DENIED emergency_reduce_only"]), (10, [], []), (4, ["2 SELL 6"], []), (0, ["2 SELL 10"], []),
            (-5, ["2 SELL 10"], ["DENIED emergency_reduce_only"]),
        ]
        for (target, sent, denied) in rules {
            var desk = try desk { $0.emergencyReducesOnly = true }
            try desk.decide(0, [(0, 10)])
            try desk.fill(1, 10)
            desk.setLevels(AggressivenessLevels(all: .emergency))
            try desk.decide(1, [(0, target)])
            XCTAssertEqual(Array(desk.sent.dropFirst()), sent, "to \(target)")
            XCTAssertEqual(
                desk.orders.keys.sorted().dropFirst().compactMap { desk.status($0.value) }.filter {
                    $0.hasPrefix("DENIED")
                }, denied, "to \(target)")
            for record in desk.journal.riskDecisions where record.reason == .emergencyReduceOnly {
                XCTAssertEqual(record.limit, "aggressiveness.emergency_reduces_only")
                XCTAssertEqual(record.approved, .zero)
            }
            try desk.checkBooks()
        }
    }

    /// An order of one's own that crosses zero is cut to what reduces.
    func testAnOwnOrderIsCutToWhatReduces() throws {
        var desk = try desk { $0.emergencyReducesOnly = true }
        try desk.decide(0, [(0, 10)])
        try desk.fill(1, 10)
        desk.setLevels(AggressivenessLevels(tickers: ["A": .emergency]))
        let terms = OrderTerms(
            instrument: InstrumentID(0), side: .sell, quantity: Quantity(units: 15), type: .market, timeInForce: .day)
        let orders = [OwnOrder(row: 0, decision: DecisionID(1), terms: terms)]
        try desk.take(.place(orders, at: DecisionTime(instant: desk.time, isDate: false), lastCloses: desk.closes))
        XCTAssertEqual(desk.sent, ["1 BUY 10", "2 SELL 10"])
        let record = try XCTUnwrap(desk.journal.riskDecisions.last)
        XCTAssertEqual(record.requested, Quantity(units: 15))
        XCTAssertEqual(record.approved, Quantity(units: 10))
        XCTAssertEqual(record.reason, .emergencyReduceOnly)
        XCTAssertEqual(record.explanation, "in an emergency only reductions pass: 10 of 15 A reduce")
    }

    /// Two sells of what is held once: the second would sell what the first has sold.
    func testOrdersThatReduceAlreadyCount() throws {
        var desk = try desk { $0.emergencyReducesOnly = true }
        try desk.decide(0, [(0, 10)])
        try desk.fill(1, 10)
        desk.setLevels(AggressivenessLevels(all: .emergency))
        for (row, units) in [Int64(7), 7].enumerated() {
            let terms = OrderTerms(
                instrument: InstrumentID(0), side: .sell, quantity: Quantity(units: units), type: .market,
                timeInForce: .day)
            let orders = [OwnOrder(row: Int64(row), decision: DecisionID(1), terms: terms)]
            try desk.take(.place(orders, at: DecisionTime(instant: desk.time, isDate: false), lastCloses: desk.closes))
        }
        XCTAssertEqual(desk.sent, ["1 BUY 10", "2 SELL 7", "3 SELL 3"])
    }

    func testOrdersThatAnEmergencyDoesNotLetStand() throws {
        var desk = try desk { $0.emergencyReducesOnly = true }
        try desk.decide(0, [(0, 10)])
        try desk.fill(1, 10)
        try desk.decide(1, [(0, 4), (1, 10), (2, -10)])
        XCTAssertEqual(try desk.engine.ordersAgainstEmergency(), [], "there is no emergency")
        desk.setLevels(AggressivenessLevels(all: .emergency))
        XCTAssertEqual(
            try desk.engine.ordersAgainstEmergency().map(\.value), [3, 4], "a sell of what is held may go on")
        desk.setLevels(AggressivenessLevels(tickers: ["B": .emergency]))
        XCTAssertEqual(try desk.engine.ordersAgainstEmergency().map(\.value), [3])
        try desk.take(.cancel(OrderNumber(3), .emergencyReduceOnly, at: desk.time))
        try desk.confirmCancels()
        XCTAssertEqual(desk.status(3), "CANCELLED emergency_reduce_only")
        XCTAssertEqual(try desk.engine.ordersAgainstEmergency(), [])
    }
}
