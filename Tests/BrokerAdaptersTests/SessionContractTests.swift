import TradingModel
import XCTest

@testable import BrokerAdapters

final class SessionContractTests: XCTestCase {
    func testTickersBecomeContracts() throws {
        let rows: [(ticker: String, fields: [String])] = [
            ("AAPL", ["AAPL", "STK", "", "", "", "SMART", "", "USD", ""]),
            ("BRK.B", ["BRK B", "STK", "", "", "", "SMART", "", "USD", ""]),
            ("SHOP@TSE", ["SHOP", "STK", "", "", "", "SMART", "TSE", "USD", ""]),
            (
                "AAPL  240119C00150000",
                ["AAPL", "OPT", "20240119", "150", "C", "SMART", "", "USD", "AAPL  240119C00150000"]
            ),
            (
                "SPXW240119P04512500",
                ["SPXW", "OPT", "20240119", "4512.5", "P", "SMART", "", "USD", "SPXW  240119P04512500"]
            ),
            ("ES:202412@CME", ["ES", "FUT", "202412", "", "", "CME", "", "USD", ""]),
            ("ES:2024-12-20@CME", ["ES", "FUT", "20241220", "", "", "CME", "", "USD", ""]),
            ("EUR.USD", ["EUR", "CASH", "", "", "", "IDEALPRO", "", "USD", ""]),
            ("GBP/JPY", ["GBP", "CASH", "", "", "", "IDEALPRO", "", "JPY", ""]),
        ]
        for row in rows {
            let contract = try IBKRContractSpecification(ticker: row.ticker).request
            let fields = [
                contract.symbol, contract.securityType, contract.lastTradeDateOrContractMonth,
                contract.strike?.description ?? "", contract.right, contract.exchange, contract.primaryExchange,
                contract.currency, contract.localSymbol,
            ]
            XCTAssertEqual(fields, row.fields, row.ticker)
        }
    }

    func testUnreadableTickersAreRefused() {
        for ticker in [
            "", " ", "AAPL ", "ES:2024@CME", "ES:202413@CME", "ES:202412", "A|B", "AAPL@", "ÄA", "AAPL@N@Y",
        ] {
            XCTAssertThrowsError(try IBKRContractSpecification(ticker: ticker), ticker)
        }
    }

    func testExpiriesAreNormalised() {
        let rows: [(String, String?)] = [
            ("20241220", "20241220"), ("202412", "202412"), ("2024-12-20", "20241220"), ("2024-12", "202412"),
            ("20241220 08:30 US/Central", "20241220"), ("20241232", nil), ("2024", nil), ("2024-1-2", nil), ("", nil),
            ("202-41220", nil),
        ]
        for (text, normal) in rows { XCTAssertEqual(IBKRExpiry(text)?.description, normal, text) }
    }

    func testIncrementsDependOnThePrice() {
        func price(_ e4: Int64) -> Price { Price(e8: e4 * 10_000) }
        let grid = IBKRPriceGrid(
            minimum: price(1),
            steps: [
                .init(lowEdge: price(10_000), increment: price(100)), .init(lowEdge: price(0), increment: price(1)),
            ])
        let rows: [(price: Int64, isOn: Bool)] = [
            (1, true), (9_999, true), (10_000, true), (10_001, false), (10_050, false), (10_100, true),
        ]
        for row in rows { XCTAssertEqual(grid.contains(price(row.price)), row.isOn, "\(row.price)") }
        XCTAssertEqual(grid.rounded(price(10_050), .up), price(10_100))
    }

    func testTheIncrementsOfTheContractsExchangeAreAskedForAndUsed() throws {
        var harness = SessionHarness()
        try harness.becomeReady()
        try harness.give(.resolve(InstrumentID(0), ticker: "AAPL", currency: "USD"))
        let id = try requestID(harness)
        var details = SessionHarness.details(id, id: 1)
        details.marketRuleIDs = "26,27"
        try harness.receive(
            .contractDetails(details), .contractDetails(details),
            .contractDetailsEnd(TWSContractDetailsEnd { $0.requestID = id }))
        XCTAssertEqual(harness.requests.last, .reqMarketRule(TWSReqMarketRule { $0.marketRuleID = 26 }))
        XCTAssertNil(harness.broker.contracts.contract(of: InstrumentID(0)))
        try harness.receive(
            .marketRule(
                TWSMarketRule {
                    $0.marketRuleID = 26
                    $0.increments = [TWSPriceIncrement { $0.increment = Price(e8: 5_000_000) }]
                }))
        let contract = try XCTUnwrap(harness.broker.contracts.contract(of: InstrumentID(0)))
        XCTAssertEqual(contract.grid.increment(at: Price(e8: 1)), Price(e8: 5_000_000))
        XCTAssertEqual(contract.contract.conID, 1)
    }

    func testWhatIsAmbiguousOrUnknownIsRefusedBeforeAnyOrder() throws {
        var harness = SessionHarness()
        try harness.becomeReady()
        try harness.give(.resolve(InstrumentID(0), ticker: "AAPL", currency: "USD"))
        let first = try requestID(harness)
        try harness.receive(
            .contractDetails(SessionHarness.details(first, id: 1)),
            .contractDetails(SessionHarness.details(first, id: 2)),
            .contractDetailsEnd(TWSContractDetailsEnd { $0.requestID = first }))
        harness.requests = []
        try harness.give(.resolve(InstrumentID(1), ticker: "NOPE", currency: "USD"))
        try harness.receive(.error(SessionHarness.error(try requestID(harness), 200)))
        harness.requests = []
        try harness.give(.resolve(InstrumentID(2), ticker: "SLOW", currency: "USD"))
        try harness.pass(15_000)
        try harness.give(.resolve(InstrumentID(3), ticker: "A|B", currency: "USD"))
        let refusals = harness.broker.contracts.refusals.map(\.refusal)
        XCTAssertEqual(refusals.count, 4)
        guard case .ambiguous("AAPL", let candidates) = refusals[0] else { return XCTFail("\(refusals)") }
        XCTAssertEqual(candidates.count, 2)
        XCTAssertEqual(refusals[1], .unknown("NOPE"))
        XCTAssertEqual(refusals[2], .noAnswer("SLOW"))
        harness.requests = []
        try harness.give(.place([try SessionHarness.placement("K1")]))
        XCTAssertEqual(harness.requests.placed, [])
    }

    private func requestID(_ harness: SessionHarness) throws -> Int32 {
        let ids = harness.requests.compactMap { request -> Int32? in
            if case .reqContractDetails(let wanted) = request { wanted.requestID } else { nil }
        }
        return try XCTUnwrap(ids.last)
    }
}
