import BrokerAdapters
import GatewaySimulator
import MarketSimulation
import TradingModel
import XCTest

/// Money to 10⁻⁶, prices and quantities to 10⁻⁸, on every way they are told.
final class ExactnessTests: XCTestCase {
    private static let crumbs = Instrument(ticker: "AAA", lotSize: Quantity(e8: 1), tickSize: Price(e8: 1))
    private static let quantity = Quantity(e8: 1_234_567_891)
    private static let price = Price(e8: 9_876_543_219)
    private static let close = Price(e8: 9_876_543_231)
    private static let cash = Money(e6: 1_000_000_123_457)

    /// A client that has bought 12.34567891 at 98.76543219 for a commission of 0.3 thousandths of the value.
    private func afterOneFill() throws -> (GatewayHarness, ConnectionID) {
        var rules = GatewayHarness.plainRules
        rules.commission = .fraction(e9: 300_000)
        var harness = GatewayHarness(
            settings: GatewaySettings(cash: Self.cash), rules: rules, instruments: [Self.crumbs])
        let id = try harness.connect()
        try harness.place(1, id) { $0.totalQuantity = Self.quantity }
        let day = CalendarDate(days: 14_000)
        let start = Timestamp(ms: Int64(day.days) * 86_400_000)
        let bar = Bar(
            start: start, open: Self.price, high: Self.close, low: Self.price, close: Self.close,
            volume: Quantity(units: 1_000))
        try harness.play(
            BarSlice(
                start: start, end: start.adding(ms: 86_400_000), session: day, isFirstOfSession: true,
                isLastOfSession: true, nextSession: nil, instruments: [InstrumentID(0)], bars: [bar]))
        return (harness, id)
    }

    // 12.34567891 × 98.76543219 = 1219.3263132…; a 0.0003 share of it is 0.36579789….
    private static let value = Money(e6: 1_219_326_313)
    private static let commission = Money(e6: 365_798)
    private static let cashAfter = "998780.431346"

    func testExecutionsAndCommissions() throws {
        var (harness, id) = try afterOneFill()
        let messages = harness.messages(id)
        XCTAssertEqual(messages.executions.map(\.shares), [Self.quantity])
        XCTAssertEqual(messages.executions.map(\.price), [Self.price])
        XCTAssertEqual(messages.executions.map(\.averagePrice), [Self.price])
        XCTAssertEqual(messages.commissions.map(\.commission), [Self.commission])
        XCTAssertEqual(messages.openOrders.last?.state.commission, Self.commission)
        XCTAssertEqual(messages.statuses.last?.averageFillPrice, Self.price)
        XCTAssertEqual(Self.cash - Self.value - Self.commission, harness.gateway.cash)
        XCTAssertEqual("\(harness.gateway.cash)", Self.cashAfter)
        // As they stand on the wire.
        for text in ["12.34567891", "98.76543219", "0.365798"] {
            XCTAssertTrue(harness.bytes(id).contains(Array("\0\(text)\0".utf8)), text)
        }
    }

    func testAccountValues() throws {
        var (harness, id) = try afterOneFill()
        _ = harness.messages(id)
        // 12.34567891 × 98.76543231 = 1219.326315…
        let worth = "999999.757661"
        let wanted = ["TotalCashValue": Self.cashAfter, "NetLiquidation": worth, "GrossPositionValue": "1219.326315"]
        try harness.send(
            .reqAccountSummary(
                TWSReqAccountSummary {
                    $0.requestID = 1; $0.tags = wanted.keys.joined(separator: ",")
                }), id)
        for case .accountSummary(let value) in harness.messages(id) {
            XCTAssertEqual(value.value, wanted[value.tag], value.tag)
        }
        try harness.send(.reqAccountUpdates(TWSReqAccountUpdates { $0.subscribe = true }), id)
        let updates = harness.messages(id)
        var values: [String: String] = [:]
        for case .accountValue(let value) in updates { values[value.key] = value.value }
        for (key, value) in wanted { XCTAssertEqual(values[key], value, key) }
        XCTAssertEqual(values["CashBalance"], Self.cashAfter)
        XCTAssertEqual(values["EquityWithLoanValue"], worth)
        let portfolio = updates.compactMap { if case .portfolioValue(let value) = $0 { value } else { nil } }
        XCTAssertEqual(portfolio.map(\.position), [Self.quantity])
        XCTAssertEqual(portfolio.map(\.marketPrice), [Self.close])
        XCTAssertEqual(portfolio.map(\.marketValue), [Money(e6: 1_219_326_315)])
    }

    func testPositions() throws {
        var (harness, id) = try afterOneFill()
        _ = harness.messages(id)
        try harness.send(.reqPositions(TWSReqPositions()), id)
        let position = try XCTUnwrap(harness.messages(id).positions.first)
        XCTAssertEqual(position.position, Self.quantity)
        // (1219.3263132… + 0.365798) ÷ 12.34567891
        XCTAssertEqual(position.averageCost, Price(e8: 9_879_506_183))
        XCTAssertEqual(harness.gateway.positionRecords.map(\.averageCost), [position.averageCost])
    }
}

extension [UInt8] {
    /// Whether the bytes have others in a row somewhere.
    fileprivate func contains(_ others: [UInt8]) -> Bool {
        indices.contains { self[$0...].starts(with: others) }
    }
}
