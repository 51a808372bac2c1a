import Foundation
import InputFiles
import OrderRouting
import Storage
import TestSupport
import TradingModel
import XCTest

@testable import ExecutionService

/// What becomes of an intents file before anything is traded.
final class IntentPlanTests: ServiceTestCase {
    private static let header =
        "intent_id,decided_at,account,strategy_id,ticker,side,quantity,notional,order_type,limit_price,confidence,expires_at\n"
    private static let rows = """
        i1,2013-01-03,DU123,mom,MSFT,BUY,10,,,,0.25,2013-01-04T15:00:00Z
        i2,2013-01-02,,val,AAPL,SELL,,5000,LIMIT,500,,
        i3,2013-01-03,DU123,mom,IBM,HOLD,,,,,1,
        i4,2013-01-03,DU123,mom,AAPL,BUY,1,,,,,

        """

    private func plan(
        _ rows: String = rows, venue: RebalanceVenue = .ibkr, configuration: String? = nil
    ) throws -> RebalancePlan {
        try RebalancePlan(
            .init(
                intents: try folder.write(Self.header + rows, to: "intents.csv"),
                configuration: try configuration.map { try folder.write($0, to: "execution.json") }, account: "DU123"),
            venue: venue)
    }

    func testWhatTheEngineIsGiven() throws {
        let plan = try plan()
        XCTAssertEqual(plan.tickers, ["MSFT", "AAPL", "IBM"])
        XCTAssertEqual(plan.batches, [])
        XCTAssertEqual(plan.orderRefs, ["i1", "i2", "i3", "i4"])
        // The last one; each keeps its own.
        XCTAssertEqual(plan.decisionTime.instant.description, "2013-01-04T00:00:00.000Z")
        let expiry = DecisionTime(instant: Timestamp(ms: 1_357_311_600_000), isDate: false)
        func terms(_ instrument: Int, _ side: Side, _ units: Int64, _ type: OrderType = .market) -> OrderTerms {
            OrderTerms(
                instrument: InstrumentID(instrument), side: side, quantity: Quantity(units: units), type: type,
                timeInForce: .day)
        }
        XCTAssertEqual(
            plan.ownOrders,
            [
                OwnOrder(
                    row: 1, decision: DecisionID(1), terms: terms(1, .sell, 0, .limit(Price(e8: 50_000_000_000))),
                    notional: Money(e6: 5_000_000_000), isIntent: true),
                OwnOrder(
                    row: 0, decision: DecisionID(0), terms: terms(0, .buy, 10), cancelAt: expiry, confidence: 0.25,
                    isIntent: true),
                OwnOrder(row: 3, decision: DecisionID(0), terms: terms(1, .buy, 1), isIntent: true),
            ])
        let decisions = plan.decisions(runID: "r")
        XCTAssertEqual(decisions.map(\.decisionID), ["r:2013-01-03", "r:2013-01-02"])
        XCTAssertEqual(decisions.map(\.strategyID), ["mom", "val"])
        XCTAssertEqual(plan.warnings, ["1 intent holds, and makes no order"])
        XCTAssertEqual(plan.defaultRunID, "submit-\(plan.inputDigest.prefix(12))")
    }

    func testWhatIsWrongIsRefused() throws {
        let cases: [(String, String)] = [
            (
                "i,2013-01-03,DU9,,MSFT,BUY,1,,,,,\n",
                "intents.csv:2: account \"DU9\" is not the account that is traded, DU123"
            ),
            ("i,2013-01-03,,,MSFT,BUY,,,,,,\n", "give exactly one of quantity, notional"),
        ]
        for (rows, message) in cases {
            XCTAssertThrowsError(try plan(rows)) { XCTAssertTrue("\($0)".contains(message), "\($0)") }
        }
        XCTAssertThrowsError(try RebalancePlan(.init(targets: "a", intents: "b", account: "DU123"), venue: .ibkr))
        XCTAssertThrowsError(try ExecutionPlan(.init(orders: "a", intents: "b", bars: "c")))
    }

    // MARK: - Identity

    /// The same content has the same digest, and any other one another.
    func testContentDigests() throws {
        func digest(_ row: String, configuration: String? = nil) throws -> String {
            try XCTUnwrap(try plan(row + "\n", configuration: configuration).input.intents?.records.first).contentDigest
        }
        let row = "i,2013-01-03,DU123,mom,MSFT,BUY,10,,,,0.5,"
        let same = [
            "i,2013-01-03,,mom,MSFT,b,10.0,,MARKET,,5e-1,",
            "other,2013-01-04T00:00:00Z,DU123,mom,MSFT,BUY,10,,market,,0.5,",
        ]
        for other in same { XCTAssertEqual(try digest(other), try digest(row), other) }
        let others = [
            "i,2013-01-03,DU123,mom,MSFT,SELL,10,,,,0.5,", "i,2013-01-03,DU123,mom,AAPL,BUY,10,,,,0.5,",
            "i,2013-01-03,DU123,mom,MSFT,BUY,,10,,,0.5,", "i,2013-01-03,DU123,mom,MSFT,BUY,11,,,,0.5,",
            "i,2013-01-03,DU123,mom,MSFT,BUY,10,,LIMIT,5,0.5,", "i,2013-01-03,DU123,mom,MSFT,BUY,10,,,,,",
            "i,2013-01-03,DU123,mom,MSFT,BUY,10,,,,0.5,2013-02-01", "i,2013-01-02,DU123,mom,MSFT,BUY,10,,,,0.5,",
            "i,2013-01-03,DU123,val,MSFT,BUY,10,,,,0.5,", "i,2013-01-03,DU123,,MSFT,BUY,10,,,,0.5,",
        ]
        let digests = try others.map { try digest($0) } + [try digest(row)]
        XCTAssertEqual(Set(digests).count, others.count + 1)
        let goodTilCancelled = "{orders: {time_in_force: 'GTC'}}"
        XCTAssertNotEqual(try digest(row, configuration: goodTilCancelled), try digest(row))
    }

    /// Digests are on record in databases: what says nothing of an algorithm keeps the one that it had before there were any.
    func testDigestsOfIntentsWithoutAnAlgorithmStay() throws {
        func digests(_ rows: String) throws -> [String] {
            let header =
                "intent_id,decided_at,strategy_id,ticker,side,quantity,confidence,algorithm,algorithm_parameters\n"
            let path = try folder.write(header + rows, to: "intents.csv")
            let plan = try RebalancePlan(.init(intents: path, account: "DU123"), venue: .ibkr)
            return try XCTUnwrap(plan.input.intents).records.map(\.contentDigest)
        }
        let recorded = [
            "75714fb55e15ecc35fba46286eb70904d5e5cbe7b6caf892d0f6cdee4a5e3720",
            "a184b5104f0ac6657dd166015bfeca0a08741dcee8e7c73fc386c8ddbea83bab",
        ]
        XCTAssertEqual(
            try digests("a1,2012-05-31,mom,AAPL,BUY,100,0.5,,\na3,2012-05-31,val,MSFT,HOLD,0,,,\n"), recorded)
        XCTAssertEqual(try digests("a1,2012-05-31,mom,AAPL,BUY,100,0.5,none,\n"), [recorded[0]])
        let iceberg = try digests("a1,2012-05-31,mom,AAPL,BUY,100,0.5,iceberg,display=10\n")
        let other = try digests("a1,2012-05-31,mom,AAPL,BUY,100,0.5,iceberg,display=20\n")
        XCTAssertEqual(Set(iceberg + other + [recorded[0]]).count, 3)
    }

    func testAlgorithmsReachTheEngine() throws {
        let header = "intent_id,decided_at,ticker,side,notional,algorithm,algorithm_parameters\n"
        func plan(_ row: String) throws -> RebalancePlan {
            let path = try folder.write(header + row, to: "intents.csv")
            return try RebalancePlan(.init(intents: path, account: "DU123"), venue: .ibkr)
        }
        let order = try XCTUnwrap(try plan("i,2013-01-03,MSFT,BUY,500,iceberg,display=3\n").ownOrders.first)
        XCTAssertEqual(order.algorithm, try AlgorithmTerms(name: "iceberg", parameters: "display=3"))
        XCTAssertEqual(order.notional, Money(e6: 500_000_000))
        XCTAssertThrowsError(try plan("i,2013-01-03,MSFT,BUY,500,vwap,duration=1h slices=4\n")) {
            XCTAssertTrue("\($0)".contains("vwap needs historical bars in --mode production too"), "\($0)")
        }
    }

    /// Whichever run sends it, an intent's order has one key in its account; those of dry runs have others.
    func testKeys() throws {
        let records = try XCTUnwrap(try plan().input.intents).records
        func key(_ account: String = "DU123", run: String = "a", isLive: Bool = true, row: Int32 = 0) throws -> OrderKey
        {
            let names = RunNames(
                tickers: [], decisions: [Decision(decisionID: "d-\(run)", decidedAt: Timestamp(ms: 0))],
                orderRef: { records[Int($0)].intent.intentID }, intent: { records[Int($0)] })
            let order = OrderRecord(
                number: OrderNumber(1), decision: DecisionID(0), inputRow: row, leg: 0, action: .openLong,
                terms: OrderTerms(
                    instrument: InstrumentID(0), side: .buy, quantity: Quantity(units: 1), type: .market,
                    timeInForce: .day),
                state: .planned, arrivalPrice: nil, createdAt: Timestamp(ms: 0), parent: nil, ocaGroup: nil)
            return try SessionKeys(account: account, runID: run, isLive: isLive, names: names).key(
                order, ticker: "MSFT")
        }
        XCTAssertEqual(try key(run: "a"), try key(run: "b"))
        let others = [
            try key(), try key(row: 1), try key("DU124"), try key(isLive: false), try key(run: "b", isLive: false),
        ]
        XCTAssertEqual(Set(others.map(\.text)).count, others.count)
    }
}
