import TradingModel
import XCTest

@testable import BrokerAdapters

/// Orders of the service, compared field by field with what a real client sends (`fixtures/ibkr/requests-178.txt`).
final class SessionOrderMappingTests: XCTestCase {
    private struct Row {
        var name: String
        var type: OrderType
        var side = Side.buy
        var timeInForce = TimeInForce.day
        var units: Int64 = 100
        var group: Int32?
        var parameters = IBKROrderParameters()
    }

    private static func price(_ cents: Int64) -> Price { Price(e8: cents * 1_000_000) }
    private static let start = Timestamp(ms: 1_751_983_200_000)  // 2025-07-08 14:00
    private static let end = Timestamp(ms: 1_752_001_200_000)  // 19:00
    private static let goodTill = Timestamp(ms: 1_752_004_800_000)  // 20:00

    private static func with(_ change: (inout IBKROrderParameters) -> Void) -> IBKROrderParameters {
        var parameters = IBKROrderParameters()
        change(&parameters)
        return parameters
    }

    private static func rows() -> [Row] {
        let limit = OrderType.limit(price(18_725))
        let stop = OrderType.stop(price(18_000))
        let span = IBKRAlgorithm.Span(start: start, end: end, allowsPastEnd: true)
        let strictSpan = IBKRAlgorithm.Span(start: start, end: end)
        return [
            Row(name: "market", type: .market), Row(name: "limit", type: limit),
            Row(name: "stop", type: .stop(price(15_050)), side: .sell, timeInForce: .goodTilCancelled),
            Row(
                name: "stop-limit", type: .stopLimit(stop: price(15_050), limit: price(14_975)), side: .sell,
                timeInForce: .goodTilCancelled),
            Row(
                name: "trail-amount", type: .trailingStop(.amount(price(250)), initialStop: price(18_000)),
                side: .sell),
            Row(
                name: "trail-percent", type: .trailingStop(.fraction(e9: 15_000_000), initialStop: nil), side: .sell),
            Row(
                name: "trail-limit",
                type: .trailingStopLimit(
                    .amount(price(250)), initialStop: price(18_000), limitOffset: Price(e8: 5_000_000)), side: .sell),
            Row(name: "market-on-close", type: .market, timeInForce: .atTheClose),
            Row(name: "limit-on-close", type: limit, timeInForce: .atTheClose),
            Row(name: "market-on-open", type: .market, timeInForce: .atTheOpening),
            Row(name: "limit-on-open", type: limit, timeInForce: .atTheOpening),
            Row(name: "good-till-date", type: limit, timeInForce: .goodTilDate(goodTill)),
            Row(
                name: "outside-regular-hours", type: limit, timeInForce: .goodTilCancelled,
                parameters: with { $0.outsideRegularHours = true }),
            Row(
                name: "oca-1", type: .limit(price(19_000)), side: .sell, timeInForce: .goodTilCancelled, group: 7,
                parameters: with { $0.ocaRule = .cancelWithBlock }),
            Row(
                name: "oca-2", type: stop, side: .sell, timeInForce: .goodTilCancelled, group: 7,
                parameters: with { $0.ocaRule = .cancelWithBlock }),
            Row(
                name: "adjustable-stop", type: stop, side: .sell, timeInForce: .goodTilCancelled,
                parameters: with {
                    $0.adjustedStop = IBKRAdjustedStop(
                        trigger: price(19_500),
                        kind: .trail(.fraction(e9: 20_000_000), initialStop: price(19_000)))
                }),
            Row(
                name: "adjustable-stop-limit", type: stop, side: .sell, timeInForce: .goodTilCancelled,
                parameters: with {
                    $0.adjustedStop = IBKRAdjustedStop(
                        trigger: price(19_500), kind: .stopLimit(stop: price(19_000), limit: price(18_950)))
                }),
            Row(name: "adaptive", type: .market, parameters: with { $0.algorithm = .adaptive(.normal) }),
            Row(
                name: "twap", type: limit, units: 5_000,
                parameters: with { $0.algorithm = .twap(strategy: "Marketable", span) }),
            Row(
                name: "vwap", type: limit, units: 5_000,
                parameters: with {
                    $0.algorithm = .vwap(maximumShareE9: 100_000_000, strictSpan, takesNoLiquidity: true)
                }),
            Row(name: "tif-day", type: limit), Row(name: "tif-gtc", type: limit, timeInForce: .goodTilCancelled),
            Row(name: "tif-ioc", type: limit, timeInForce: .immediateOrCancel),
            Row(name: "tif-fok", type: limit, timeInForce: .fillOrKill),
            Row(name: "tif-opg", type: limit, timeInForce: .atTheOpening),
        ]
    }

    func testOrdersAreWhatARealClientSends() throws {
        let goldens = try Self.goldens()
        let mapping = IBKROrderMapping(account: "DU123", groupPrefix: "exit")
        for row in Self.rows() {
            var expected = try XCTUnwrap(goldens["placeOrder-" + row.name], row.name).order
            expected.account = "DU123"
            expected.orderRef = "K7Q2"
            // A client without one leaves it to a preset; we always say it.
            if expected.timeInForce.isEmpty { expected.timeInForce = "DAY" }
            // The other client switches the protection off; we leave it to the gateway.
            expected.usePriceManagementAlgo = nil
            var placement = try SessionHarness.placement(
                "K7Q2", row.type, units: row.units, side: row.side, timeInForce: row.timeInForce)
            placement.order.ocaGroup = row.group
            let order = try mapping.order(placement.order, key: placement.key, row.parameters, for: Self.contract())
            XCTAssertEqual(order, expected, row.name)
        }
    }

    func testABracketIsWhatARealClientSends() throws {
        let goldens = try Self.goldens()
        var harness = SessionHarness(highWaterMark: 0)
        try harness.prepare()
        let exits = [
            try SessionHarness.placement(
                "K3", .stop(Self.price(18_000)), number: 3, side: .sell, timeInForce: .goodTilCancelled, parent: 1),
            try SessionHarness.placement("K4", number: 4),
        ]
        let target = try SessionHarness.placement(
            "K2", .limit(Self.price(19_500)), number: 2, side: .sell, timeInForce: .goodTilCancelled, parent: 1)
        let entry = try SessionHarness.placement("K1", .limit(Self.price(18_725)), number: 1)
        try harness.give(.place([target] + exits + [entry]))
        let placed = harness.requests.placed
        XCTAssertEqual(placed.map(\.order.orderRef), ["K4", "K1", "K2", "K3"])
        XCTAssertEqual(placed.map(\.order.transmit), [true, false, false, true])
        for (request, name) in zip(placed[1...], ["parent", "target", "stop"]) {
            var expected = try XCTUnwrap(goldens["placeOrder-bracket-" + name]).order
            expected.account = "DU123"
            expected.orderRef = request.order.orderRef
            expected.usePriceManagementAlgo = nil
            expected.parentID = name == "parent" ? nil : placed[1].orderID
            XCTAssertEqual(request.order, expected, name)
        }
        XCTAssertEqual(placed.map(\.orderID), placed.map(\.orderID).sorted())
    }

    func testABracketOfWhichOneLegIsRefusedIsNotSentAtAll() throws {
        var harness = SessionHarness()
        try harness.prepare()
        try harness.give(
            .place([
                try SessionHarness.placement("K1"),
                try SessionHarness.placement("K2", .stop(Price(e8: 1)), number: 2, side: .sell, parent: 1),
            ]))
        XCTAssertEqual(harness.requests.placed, [])
        XCTAssertEqual(harness.outputs.reports.count, 2)
    }

    /// Only the last one transmits, so that neither is at work without the other.
    func testExitsThatFollowTheirEntryGoTogether() throws {
        var harness = SessionHarness()
        try harness.prepare()
        try harness.give(.place([try SessionHarness.placement("K1")]))
        let entry = try XCTUnwrap(harness.requests.placed.first)
        harness.requests = []
        try harness.give(
            .place([
                try SessionHarness.placement("K2", .limit(Self.price(19_500)), number: 2, side: .sell, parent: 1),
                try SessionHarness.placement("K3", .stop(Self.price(18_000)), number: 3, side: .sell, parent: 1),
            ]))
        XCTAssertEqual(harness.requests.placed.map(\.order.parentID), [entry.orderID, entry.orderID])
        XCTAssertEqual(harness.requests.placed.map(\.order.transmit), [false, true])
    }

    func testAnExitOfAnEntryThatHasFilledIsAnOrderLikeAnyOther() throws {
        for (filled, expected) in [(100, ["K2"]), (60, [])] as [(Int64, [String])] {
            var harness = SessionHarness()
            let entry = IBKRKnownOrder(
                key: try SessionHarness.key("K1"), number: OrderNumber(1), quantity: Quantity(units: 100),
                filled: Quantity(units: filled), isEnded: true)
            try harness.give(.register([entry]))
            try harness.prepare()
            try harness.give(
                .place([
                    try SessionHarness.placement("K2", .stop(Self.price(18_000)), number: 2, side: .sell, parent: 1)
                ]))
            XCTAssertEqual(harness.requests.placed.map(\.order.orderRef), expected, "\(filled) filled")
            XCTAssertEqual(harness.requests.placed.compactMap(\.order.parentID), [])
        }
    }

    func testWhatIBKRDoesNotHaveIsRefused() throws {
        let mapping = IBKROrderMapping(account: "DU123", groupPrefix: "run")
        let stop = OrderType.stop(Self.price(100))
        let limit = Self.price(100)
        let offTick = Price(e8: 1_500_000)
        let rows: [(OrderType, TimeInForce, Int64, IBKROrderParameters, IBKROrderRefusal)] = [
            (stop, .atTheClose, 100, .init(), .unsupported(type: "STOP", timeInForce: "CLS")),
            (stop, .immediateOrCancel, 100, .init(), .unsupported(type: "STOP", timeInForce: "IOC")),
            (stop, .atTheOpening, 100, .init(), .unsupported(type: "STOP", timeInForce: "OPG")),
            (
                .trailingStopLimit(.amount(limit), initialStop: nil, limitOffset: limit), .day, 100, .init(),
                .missingInitialStop
            ),
            (.trailingStop(.fraction(e9: 0), initialStop: nil), .day, 100, .init(), .notPositive("the trailing share")),
            (
                .limit(offTick), .day, 100, .init(),
                .offTick("the limit price", offTick, increment: Price(e8: 1_000_000))
            ),
            (.limit(Price(e8: 0)), .day, 100, .init(), .notPositive("the limit price")),
            (.market, .day, 0, .init(), .notPositive("the quantity")),
            (stop, .day, 100, Self.with { $0.algorithm = .adaptive(.urgent) }, .algorithmNeedsMarketOrLimit),
            (
                .market, .day, 100,
                Self.with { $0.adjustedStop = IBKRAdjustedStop(trigger: limit, kind: .stop(limit)) },
                .adjustmentNeedsStop
            ),
        ]
        for (type, timeInForce, units, parameters, refusal) in rows {
            let placement = try SessionHarness.placement("K", type, units: units, timeInForce: timeInForce)
            XCTAssertThrowsError(
                try mapping.order(placement.order, key: placement.key, parameters, for: Self.contract())
            ) { XCTAssertEqual($0 as? IBKROrderRefusal, refusal) }
        }
    }

    func testFractionsWhereTheContractAllowsThem() throws {
        let mapping = IBKROrderMapping(account: "DU123", groupPrefix: "run")
        var placement = try SessionHarness.placement("K")
        placement.order.terms.quantity = Quantity(e8: 12_500_000)
        var contract = Self.contract()
        XCTAssertThrowsError(try mapping.order(placement.order, key: placement.key, .init(), for: contract))
        contract.minimumSize = Quantity(e8: 10_000)
        contract.sizeIncrement = Quantity(e8: 10_000)
        XCTAssertTrue(contract.allowsFractions)
        let order = try mapping.order(placement.order, key: placement.key, .init(), for: contract)
        XCTAssertEqual(order.totalQuantity, Quantity(e8: 12_500_000))
    }

    func testAPreviewIsNoOrder() throws {
        var harness = SessionHarness()
        try harness.prepare()
        try harness.give(.preview(try SessionHarness.placement("K1")))
        let request = try XCTUnwrap(harness.requests.placed.first)
        XCTAssertTrue(request.order.whatIf && request.order.transmit)
        XCTAssertEqual([request.order.orderRef, request.order.ocaGroup], ["", ""])
        // TWS warns first; the figures come behind it, and are wanted once.
        var answer = Self.answer(to: request)
        answer.state.warningText = "capped"
        try harness.receive(.openOrder(answer))
        XCTAssertEqual(harness.outputs.last, .event(.preview(try SessionHarness.key("K1"), answer.state)))
        answer.state = Self.margins
        try harness.receive(.openOrder(answer))
        XCTAssertEqual(harness.outputs.last, .event(.preview(try SessionHarness.key("K1"), answer.state)))
        let count = harness.outputs.count
        try harness.receive(.openOrder(answer))
        XCTAssertEqual(harness.outputs.count, count)
        XCTAssertEqual(harness.outputs.reports, [])
        // The order itself has another id.
        try harness.give(.place([try SessionHarness.placement("K1")]))
        XCTAssertGreaterThan(try XCTUnwrap(harness.requests.placed.last).orderID, request.orderID)
    }

    private static func answer(to request: TWSPlaceOrder) -> TWSOpenOrder {
        var answer = SessionHarness.open("", orderID: request.orderID)
        answer.order.whatIf = true
        return answer
    }

    private static let margins = TWSOrderState {
        $0.initialMarginChange = Money(e6: 1)
        $0.initialMarginAfter = Money(e6: 2)
        $0.equityWithLoanAfter = Money(e6: 3)
    }

    func testWhyThereIsNoPreview() throws {
        let key = try SessionHarness.key("K1")
        // Codes of orders that live are no refusal, nor is one that a message was lost for.
        for (code, isRefusal) in [
            (Int32(201), true), (321, true), (9_999, true), (399, false), (2109, false), (100, false),
        ] {
            var harness = SessionHarness()
            try harness.prepare()
            try harness.give(.preview(try SessionHarness.placement("K1")))
            let id = try XCTUnwrap(harness.requests.placed.first).orderID
            try harness.receive(
                .error(
                    TWSErrorMessage {
                        $0.id = id; $0.code = code; $0.text = "why"
                    }))
            let event = IBKRBrokerOutput.event(.previewRefused(key, .answered(BrokerReason(code: code, text: "why"))))
            XCTAssertEqual(harness.outputs.contains(event), isRefusal, "\(code)")
            XCTAssertEqual(harness.outputs.reports, [])
        }
        var harness = SessionHarness()
        try harness.prepare()
        var strange = try SessionHarness.placement("K1")
        strange.order.terms.type = .limit(Price(e8: 1))
        try harness.give(.preview(strange))
        guard case .event(.previewRefused(key, .notSendable)) = harness.outputs.last else {
            return XCTFail("\(String(describing: harness.outputs.last))")
        }
        XCTAssertEqual(harness.requests.placed.count, 0)
        try harness.give(.preview(try SessionHarness.placement("K1")))
        try harness.give(.session(.transportClosed(connection: harness.connection, why: "gone")))
        XCTAssertTrue(harness.outputs.contains(.event(.previewRefused(key, .lost("disconnected")))))
    }

    /// A newer question about an order takes the place of the older one; one that is taken back has no answer.
    func testOldAnswersAreNotTheNewOnes() throws {
        var harness = SessionHarness()
        try harness.prepare()
        try harness.give(.preview(try SessionHarness.placement("K1")))
        try harness.give(.preview(try SessionHarness.placement("K1")))
        let requests = harness.requests.placed
        XCTAssertEqual(requests.count, 2)
        var count = harness.outputs.count
        var answer = Self.answer(to: requests[0])
        answer.state = Self.margins
        try harness.receive(.openOrder(answer))
        XCTAssertEqual(harness.outputs.count, count)
        try harness.give(.forgetPreview(try SessionHarness.key("K1")))
        count = harness.outputs.count
        answer.orderID = requests[1].orderID
        try harness.receive(.openOrder(answer))
        XCTAssertEqual(harness.outputs.count, count)
    }

    func testCancelEverythingAndCancelByTheOrdersId() throws {
        var harness = SessionHarness()
        try harness.prepare()
        try harness.give(.place([try SessionHarness.placement("K1")]))
        let id = try XCTUnwrap(harness.requests.placed.first).orderID
        try harness.give(.cancel(try SessionHarness.key("K1")))
        try harness.give(.cancelEverything)
        XCTAssertEqual(harness.requests.cancelled, [id])
        XCTAssertEqual(harness.requests.last, .reqGlobalCancel(TWSReqGlobalCancel()))
        try harness.receive(.error(SessionHarness.error(id, 202)))
        try harness.receive(.orderStatus(SessionHarness.status(id, "Cancelled")))
        let cancelled = harness.outputs.reports.filter { if case .cancelled = $0 { true } else { false } }
        XCTAssertEqual(cancelled.count, 1)
    }

    private static func contract() -> IBKRContract {
        IBKRContract(
            instrument: InstrumentID(0), ticker: "AAPL", contract: TWSContract { $0.symbol = "AAPL" },
            grid: IBKRPriceGrid(minimum: Price(e8: 1_000_000)), minimumSize: nil, sizeIncrement: nil)
    }

    /// The requests of the fixture by their names.
    private static func goldens() throws -> [String: TWSPlaceOrder] {
        let codec = try codec(178)
        return try Golden.payloads("requests-178.txt").compactMapValues { payload in
            if case .placeOrder(let order) = try codec.decodeRequest(payload) { order } else { nil }
        }
    }
}
