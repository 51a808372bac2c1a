import Foundation
import InputFiles
import OrderRouting
import TestSupport
import TradingModel
import XCTest

@testable import ExecutionService

final class RebalancePlanTests: ServiceTestCase {
    private let targets = """
        as_of,ticker,target_weight,target_quantity,target_notional,reference_price,limit_price,time_in_force,decision_id,strategy_id,profile_version_id,regime_id,universe_id
        2013-01-02,MSFT,0.25,,,27.5,,,d1,momentum,m-v1,calm,us
        2013-01-02,AAPL,,-100,,,,GTC,d2,value,v-v3,calm,us
        2013-01-02,IBM,,,25000,,190.5,,d1,momentum,m-v1,calm,us

        """

    private func plan(
        targets: String, configuration: String? = nil, instruments: String? = nil, account: String? = "DU123",
        venue: RebalanceVenue = .ibkr
    ) throws -> RebalancePlan {
        try RebalancePlan(
            .init(
                targets: try folder.write(targets, to: "targets.csv"),
                instruments: try instruments.map { try folder.write($0, to: "instruments.csv") },
                configuration: try configuration.map { try folder.write($0, to: "execution.json") }, account: account),
            venue: venue)
    }

    private func assertRefused(_ message: String, _ make: () throws -> RebalancePlan, line: UInt = #line) {
        XCTAssertThrowsError(try make(), line: line) { error in
            XCTAssertTrue("\(error)".contains(message), "\(error)", line: line)
        }
    }

    func testWhatTheEngineIsGiven() throws {
        let plan = try plan(
            targets: targets,
            configuration: #"{planning: {lot_size: 10, minimum_notional: 50}, time_zone: "America/New_York"}"#,
            instruments: "ticker,lot_size,minimum_notional\nIBM,0.5,\nXOM,7,1\n")
        XCTAssertEqual(plan.tickers, ["MSFT", "AAPL", "IBM"])
        XCTAssertEqual(
            plan.instruments,
            [
                Instrument(ticker: "MSFT", lotSize: Quantity(units: 10), minimumNotional: Money(e6: 50_000_000)),
                Instrument(ticker: "AAPL", lotSize: Quantity(units: 10), minimumNotional: Money(e6: 50_000_000)),
                Instrument(ticker: "IBM", lotSize: Quantity(e8: 50_000_000), minimumNotional: Money(e6: 50_000_000)),
            ])
        XCTAssertEqual(
            plan.instrument("XOM"),
            Instrument(ticker: "XOM", lotSize: Quantity(units: 7), minimumNotional: Money(e6: 1_000_000)))
        XCTAssertEqual(plan.instrument("HELD").lotSize, Quantity(units: 10))
        XCTAssertTrue(plan.decisionTime.isDate)
        XCTAssertEqual(plan.decisionTime.instant.description, "2013-01-03T05:00:00.000Z")
        XCTAssertEqual(plan.batches.map(\.decision), [DecisionID(0), DecisionID(1)])
        XCTAssertEqual(
            plan.batches[0].targets,
            [
                TargetRequest(
                    row: 1, instrument: InstrumentID(0), size: .weight(e12: 250_000_000_000),
                    referencePrice: Price(e8: 2_750_000_000), type: .market, timeInForce: .day),
                TargetRequest(
                    row: 3, instrument: InstrumentID(2), size: .notional(Money(e6: 25_000_000_000)),
                    referencePrice: nil, type: .limit(Price(e8: 19_050_000_000)), timeInForce: .day),
            ])
        XCTAssertEqual(
            plan.batches[1].targets,
            [
                TargetRequest(
                    row: 2, instrument: InstrumentID(1), size: .quantity(Quantity(units: -100)), referencePrice: nil,
                    type: .market, timeInForce: .goodTilCancelled)
            ])
        XCTAssertEqual(
            plan.decisions(runID: "r"),
            [
                Decision(
                    decisionID: "d1", decidedAt: plan.decisionTime.instant, strategyID: "momentum",
                    profileVersionID: "m-v1", regimeID: "calm", universeID: "us"),
                Decision(
                    decisionID: "d2", decidedAt: plan.decisionTime.instant, strategyID: "value",
                    profileVersionID: "v-v3", regimeID: "calm", universeID: "us"),
            ])
        XCTAssertEqual(plan.ownOrders, [])
        XCTAssertEqual(plan.warnings, [])
    }

    /// The same file and configuration mean the same to both modes.
    func testTargetsAreThoseOfTraining() throws {
        let path = try folder.write(targets, to: "targets.csv")
        let training = DecisionSchedule(try ExecutionPlan(.init(targets: path, bars: Fixtures.bars)), runID: "r")
        let production = try RebalancePlan(.init(targets: path, account: "DU123"), venue: .ibkr)
        XCTAssertEqual(training.entries.count, 1)
        XCTAssertEqual(training.entries[0].batches, production.batches)
        XCTAssertEqual(training.entries[0].time, production.decisionTime)
        XCTAssertEqual(training.decisions, production.decisions(runID: "r"))
    }

    func testOrdersAreThoseOfTraining() throws {
        let path = try folder.write(
            """
            as_of,order_ref,ticker,side,quantity,order_type,limit_price,stop_price,time_in_force,parent_ref,oca_group
            2013-01-02,entry,AAPL,BUY,100,LIMIT,540,,GTC,,
            2013-01-02,stop,AAPL,SELL,100,STOP,,500,GTC,entry,
            2013-01-02,target,AAPL,SELL,100,LIMIT,600,,GTC,entry,
            2013-01-02,,IBM,SELL,5,MARKET,,,DAY,,

            """, to: "orders.csv")
        let training = DecisionSchedule(try ExecutionPlan(.init(orders: path, bars: Fixtures.bars)), runID: "r")
        let production = try RebalancePlan(.init(orders: path, account: "DU123"), venue: .ibkr)
        XCTAssertEqual(training.entries.count, 1)
        XCTAssertEqual(training.entries[0].orders, production.ownOrders)
        XCTAssertEqual(production.ownOrders.count, 4)
        XCTAssertEqual(production.batches, [])
        XCTAssertEqual(training.decisions, production.decisions(runID: "r"))
        XCTAssertEqual(production.decisions(runID: "r").map(\.decisionID), ["r:2013-01-02"])
        XCTAssertEqual(production.orderRefs, ["entry", "stop", "target", nil])
        XCTAssertEqual(production.ocaGroupNames, ["bracket of entry"])
    }

    func testOneDecisionTime() throws {
        let header = "as_of,ticker,target_quantity,decision_id\n"
        let two = "2013-01-02,AAPL,1,a\n2013-01-02,IBM,1,b\n2013-01-01,MSFT,1,c\n2013-01-03,AAPL,1,d\n"
        assertRefused(
            "targets.csv:4: as_of \"2013-01-01\" is another decision time than \"2013-01-02\" on line 2; a rebalance carries out one decision time"
        ) { try plan(targets: header + two) }
        // The end of that date is the same instant, but a date stands after its close and an instant does not.
        assertRefused(
            "targets.csv:3: as_of \"2013-01-03T00:00:00.000Z\" is another decision time than \"2013-01-02\" on line 2"
        ) {
            try plan(targets: header + "2013-01-02,AAPL,1,a\n2013-01-03T00:00:00Z,IBM,1,b\n")
        }
        let instants = header + "2013-01-02T15:00:00Z,AAPL,1,a\n2013-01-02T10:00:00-05:00,IBM,1,b\n"
        let one = try plan(targets: instants)
        XCTAssertFalse(one.decisionTime.isDate)
        XCTAssertEqual(one.batches.count, 2)
        let orders = try folder.write(
            "as_of,ticker,side,quantity\n2013-01-02,AAPL,BUY,1\n2013-01-03,IBM,BUY,1\n", to: "orders.csv")
        assertRefused("orders.csv:3: as_of \"2013-01-03\" is another decision time than \"2013-01-02\" on line 2") {
            try RebalancePlan(.init(orders: orders, account: "DU123"), venue: .ibkr)
        }
    }

    func testBadInputIsRefusedAsInTraining() throws {
        assertRefused("targets.csv:2: target_quantity \"many\" is not a number") {
            try plan(targets: "as_of,ticker,target_quantity\n2013-01-02,AAPL,many\n")
        }
        assertRefused("targets.csv: has no rows") { try plan(targets: "as_of,ticker,target_quantity\n") }
        assertRefused("limit price") {
            try plan(
                targets: "as_of,ticker,target_quantity\n2013-01-02,AAPL,1\n",
                configuration: #"{orders: {type: "LIMIT"}}"#)
        }
        assertRefused("production.timeout") { try plan(targets: targets, configuration: "{production: {timeout: 5}}") }
        assertRefused("is there twice") { try plan(targets: targets, instruments: "ticker,lot_size\nA,1\nA,2\n") }
        assertRefused("give either --targets FILE or --orders FILE") {
            try RebalancePlan(.init(account: "DU123"), venue: .ibkr)
        }
        assertRefused("give either --targets FILE or --orders FILE") {
            try RebalancePlan(.init(targets: "a", orders: "b", account: "DU123"), venue: .ibkr)
        }
    }

    func testAccount() throws {
        let configured = #"{brokers: {ibkr: {account: "DU123"}}}"#
        XCTAssertEqual(try plan(targets: targets, configuration: configured, account: nil).account, AccountID("DU123"))
        XCTAssertNil(try plan(targets: targets, configuration: configured, account: nil).accountOption)
        let other = try plan(targets: targets, configuration: configured, account: "DU9")
        XCTAssertEqual(other.account, AccountID("DU9"))
        XCTAssertEqual(other.accountOption, AccountID("DU9"))
        assertRefused("no account is named; give --account ID, or brokers.ibkr.account") {
            try plan(targets: targets, account: nil)
        }
        for text in ["", "DU 1", "../x", "DU1\n"] {
            assertRefused("is not an account id; give letters, digits and hyphens") {
                try plan(targets: targets, account: text)
            }
        }
    }

    func testIdentity() throws {
        let lots = "ticker,lot_size\nIBM,5\n"
        let plans = [
            try plan(targets: targets), try plan(targets: targets + "\n"), try plan(targets: targets, account: "DU124"),
            try plan(targets: targets, venue: .dryRun), try plan(targets: targets, instruments: lots),
            try plan(targets: targets, configuration: "{planning: {two_phase: false}}"),
            try plan(targets: targets, configuration: #"{production: {cash_buffer: 0.03}}"#),
        ]
        XCTAssertEqual(Set(plans.map(\.inputDigest)).count, plans.count)
        let permitted = #"{live: {permit: true, account: "DU123"}, brokers: {ibkr: {port: 7497, account: "DU123"}}}"#
        XCTAssertEqual(try plan(targets: targets, configuration: permitted).inputDigest, plans[0].inputDigest)
        XCTAssertEqual(plans[0].inputDigest.count, 64)
        XCTAssertEqual(plans[0].defaultRunID, "rebalance-\(plans[0].inputDigest.prefix(12))")
        XCTAssertEqual(plans[3].defaultRunID, "dry-\(plans[3].inputDigest.prefix(12))")
    }

    /// An account in euros needs no word about the simulation's commissions.
    func testCurrencyOfTheAccount() throws {
        let plan = try plan(targets: targets, configuration: #"{account: {currency: "EUR"}}"#)
        XCTAssertEqual(plan.configuration.account.currency.description, "EUR")
    }

    func testTicksAreTheBrokers() throws {
        let plan = try plan(targets: targets, instruments: "ticker,tick_size,borrow_rate\nAAPL,,0.1\nIBM,0.05,\n")
        XCTAssertTrue(plan.instruments.allSatisfy { $0.tickSize == nil && $0.borrowRateE9 == nil })
        XCTAssertEqual(
            plan.warnings,
            [
                "tick_size in \(try folder.path("instruments.csv")) (first: line 3) is for simulations; the broker's contracts say what prices it takes"
            ])
    }
}
