import TradingModel
import XCTest

@testable import BrokerAdapters

/// What a malformed message is told apart by.
final class WireErrorTests: XCTestCase {
    private func error(_ text: String, version: Int = 178) throws -> TWSWireError {
        try wireError { _ = try codec(version).decodeMessage(payload(text)) }
    }

    func testAnErrorNamesTheFieldItsPlaceItsTextAndTheBytes() throws {
        let text = "3|1001|Submitted|0|x1|0.0|0|0|0.0|17||0.0|"
        let error = try error(text)
        XCTAssertEqual(error.direction, .message)
        XCTAssertEqual(error.messageID, 3)
        XCTAssertEqual(error.field, "remaining")
        XCTAssertEqual(error.index, 4)
        XCTAssertEqual(error.value, "x1")
        XCTAssertEqual(error.problem, .notANumber)
        XCTAssertEqual(error.bytes, payload(text))
        XCTAssertEqual(
            error.description,
            "TWS message 3, field 4 remaining 'x1': notANumber; " + hexadecimal(payload(text)))
    }

    func testProblemsByRule() throws {
        let rules: [(String, String, TWSFieldProblem)] = [
            ("", "msgId", .missing),
            ("x|", "msgId", .notANumber),
            ("|", "msgId", .absent),
            ("9|1|1001", "orderId", .unterminated),
            ("9|1|", "orderId", .missing),
            ("9|1||", "orderId", .absent),
            ("9|1|2147483647|", "orderId", .absent),
            ("9|1|2147483648|", "orderId", .outOfRange),
            ("9|1|1001|7|8|", "", .superfluous(count: 2)),
            ("61|3|DU1|0|A|STK||0|||SMART|USD|||||1.0|", "position", .absent),
            ("93|26|-1|", "priceIncrementsCount", .badCount),
            ("93|26|1000000|0|0.01|", "priceIncrementsCount", .badCount),
            ("93|26|2|0|0.01|", "lowEdge", .missing),
        ]
        for (text, field, problem) in rules {
            let error = try error(text)
            XCTAssertEqual(error.field, field, text)
            XCTAssertEqual(error.problem, problem, text)
        }
    }

    func testAnExecutionNeedsSharesPriceAndTime() throws {
        let whole = try XCTUnwrap(try Golden.lines("messages-178.txt").first { $0[0] == "execDetails" })[1]
        for (field, text) in [
            ("shares", "120.25"), ("price", "121.25"), ("time", "20250708 02:35:00 America/New_York"),
        ] {
            for unset in ["", field == "time" ? "20250708" : "1.7976931348623157E308"] {
                let error = try error(whole.replacingOccurrences(of: "|\(text)|", with: "|\(unset)|"))
                XCTAssertEqual(error.field, field)
            }
        }
    }

    func testTheWordNoneInDeltaNeutralOrderTypeKeepsItsEightFields() throws {
        let text = try XCTUnwrap(try Golden.lines("messages-178.txt").first { $0[0] == "openOrder" })[1]
        guard case .openOrder(let order) = try codec(178).decodeMessage(payload(text)) else { return XCTFail(text) }
        XCTAssertEqual(order.order.deltaNeutralOrderType, "None")
        XCTAssertNotNil(order.order.deltaNeutralDetails)
        XCTAssertEqual(text.filter { $0 == "|" }.count, 135)
    }

    func testAPlainOpenOrderHas135FieldsAnd136Before177() throws {
        var order = TWSOpenOrder()
        order.order.deltaNeutralOrderType = "None"
        for (version, count) in [(178, 135), (177, 135), (176, 136)] {
            let bytes = try codec(version).encode(.openOrder(order))
            XCTAssertEqual(bytes.dropFirst(4).count { $0 == 0 }, count, "version \(version)")
        }
    }

    func testValuesOfRealOpenOrdersAreReadAsAbsent() throws {
        let unset = "1.7976931348623157E308"
        var fields = Array(repeating: "", count: 135)
        let values: [Int: String] = [
            0: "5", 1: "4", 2: "265598", 3: "AAPL", 4: "STK", 6: "0", 7: "?", 9: "SMART", 10: "USD", 13: "BUY",
            14: "100",
            15: "MKT", 16: "0.0", 17: "0.0", 18: "DAY", 20: "DU1", 22: "0", 23: "K7Q2", 24: "17", 25: "882", 26: "0",
            27: "0",
            28: "0", 30: "882.0/DU1/100", 36: "0", 39: "0", 41: "-1", 42: "0", 48: "2147483647", 49: "0", 53: "3",
            57: "0",
            61: "None", 63: "0", 68: "0", 78: "0", 79: "0", 80: "0", 81: "2147483647", 82: "2147483647", 87: "IB",
            89: "0",
            91: "0", 92: "0", 93: "PreSubmitted", 94: unset, 102: unset, 110: "0", 111: "None", 112: unset,
            113: "181.5",
            118: "0", 123: "1", 126: "1", 127: "2147483647", 130: "2147483647", 131: "100", 132: "0.02",
        ]
        for (index, value) in values { fields[index] = value }
        let text = fields.joined(separator: "|") + "|"
        guard case .openOrder(let order) = try codec(178).decodeMessage(payload(text)) else { return XCTFail(text) }
        XCTAssertNil(order.contract.strike)
        XCTAssertEqual(order.contract.right, "?")
        XCTAssertEqual(order.permID, 882)
        XCTAssertEqual(order.state.status, "PreSubmitted")
        XCTAssertNil(order.state.initialMarginBefore)
        XCTAssertNil(order.state.commission)
        XCTAssertNil(order.order.displaySize)
        XCTAssertNil(order.order.scaleInitialLevelSize)
        XCTAssertNil(order.order.triggerPrice)
        XCTAssertNil(order.order.duration)
        XCTAssertNil(order.order.minimumTradeQuantity)
        XCTAssertEqual(order.order.dontUseAutoPriceForHedge, true)
        XCTAssertEqual(order.order.clearingIntent, "IB")
        XCTAssertEqual(order.order.ocaType, 3)
        XCTAssertEqual(order.secondTrailStopPrice, Price(e8: 18_150_000_000))
        XCTAssertEqual(order.order.minimumCompeteSize, 100)
        XCTAssertEqual(order.order.competeAgainstBestOffset, .amount(Price(e8: 2_000_000)))
    }

    func testIdsThatStandForNoneAreAbsent() throws {
        guard case .error(let notice) = try codec(178).decodeMessage(payload("4|2|-1|2104|OK||")),
            case .orderStatus(let status) = try codec(178).decodeMessage(
                payload("3|1001|Submitted|0|100|0.0|0|0|0.0|17||0.0|"))
        else { return XCTFail("not decoded") }
        XCTAssertNil(notice.id)
        XCTAssertNil(status.permID)
        XCTAssertNil(status.parentID)
        XCTAssertEqual(status.averageFillPrice, Price(e8: 0))
    }

    func testWhatAVersionHasNoPlaceForIsRefusedAndNotDropped() throws {
        var order = TWSOrder()
        order.totalQuantity = Quantity(units: 1)
        order.duration = 30
        let request = TWSRequest.placeOrder(TWSPlaceOrder(orderID: 1, contract: GoldenOrders.apple, order: order))
        let error = try wireError { _ = try codec(157).encode(request) }
        XCTAssertEqual(error.field, "duration")
        XCTAssertEqual(error.problem, .notInVersion)
        XCTAssertEqual(error.direction, .request)
        XCTAssertNoThrow(try codec(158).encode(request))
    }

    func testWhatIsSentOnlyWithAnotherValueIsRefusedAlone() throws {
        let changes: [(String, (inout TWSOrder) -> Void)] = [
            ("hedgeParam", { $0.hedgeParameter = "1" }),
            ("algoParams", { $0.algoParameters = [TWSTagValue("a", "b")] }),
            ("comboLegs", { $0.combination.legs = [TWSComboLeg()] }),
            ("scaleDetails", { $0.scaleDetails = TWSScaleDetails() }),
            ("deltaNeutralDetails", { $0.deltaNeutralDetails = TWSDeltaNeutralDetails() }),
            ("pegToBenchmark", { $0.pegToBenchmark = TWSPegToBenchmark() }),
        ]
        for (field, change) in changes {
            var order = TWSOrder()
            order.totalQuantity = Quantity(units: 1)
            change(&order)
            let error = try wireError {
                _ = try codec(178).encode(
                    .placeOrder(TWSPlaceOrder(orderID: 1, contract: GoldenOrders.apple, order: order)))
            }
            XCTAssertEqual(error.field, field)
            XCTAssertEqual(error.problem, .inconsistent)
        }
    }

    func testAnOrderWithoutAQuantityIsNotSent() throws {
        let request = TWSRequest.placeOrder(
            TWSPlaceOrder(orderID: 1, contract: GoldenOrders.apple, order: TWSOrder()))
        XCTAssertEqual(try wireError { _ = try codec(178).encode(request) }.problem, .absent)
    }

    func testAFrameBeyondTheLimitIsNotSent() throws {
        let long = String(repeating: "a", count: TWSFrame.maximumLength)
        let error = try wireError { _ = try codec(178).encode(TWSMessage.unknown(id: 1, fields: [long])) }
        XCTAssertEqual(error.problem, .tooLong)
    }

    func testTheVolatilityThatTWSReportedIsNotSentBack() throws {
        var order = TWSOrder()
        order.orderType = "LMT"
        order.totalQuantity = Quantity(units: 1)
        let without = TWSRequest.placeOrder(TWSPlaceOrder(orderID: 1, contract: GoldenOrders.apple, order: order))
        order.volatility = TWSDecimal(e8: 25)
        let with = TWSRequest.placeOrder(TWSPlaceOrder(orderID: 1, contract: GoldenOrders.apple, order: order))
        XCTAssertEqual(try codec(178).encode(with), try codec(178).encode(without))
    }
}
