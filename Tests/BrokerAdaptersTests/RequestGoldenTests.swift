import TradingModel
import XCTest

@testable import BrokerAdapters

/// What this codec sends, byte for byte what ib_async sends.
final class RequestGoldenTests: XCTestCase {
    func testEveryOrderKindIsWhatIBAsyncSends() throws {
        for version in Golden.versions {
            let golden = try Golden.payloads("requests-\(version).txt")
            let codec = try codec(version)
            var names: Set<String> = []
            for (name, contract, order) in try GoldenOrders.all(version: version) {
                let request = TWSRequest.placeOrder(TWSPlaceOrder(orderID: 1001, contract: contract, order: order))
                let expected = try XCTUnwrap(golden["placeOrder-\(name)"], name)
                XCTAssertEqual(bars(try codec.encode(request).dropFirst(4)), bars(expected), "\(name) at \(version)")
                XCTAssertEqual(try codec.decodeRequest(expected), request, "\(name) at \(version)")
                names.insert("placeOrder-\(name)")
            }
            XCTAssertEqual(names, Set(golden.keys.filter { $0.hasPrefix("placeOrder-") }))
        }
    }

    func testEveryOtherRequestIsWhatIBAsyncSends() throws {
        for version in Golden.versions {
            let golden = try Golden.payloads("requests-\(version).txt")
            let codec = try codec(version)
            for (name, request) in GoldenRequests.all {
                let expected = try XCTUnwrap(golden[name], name)
                XCTAssertEqual(bars(try codec.encode(request).dropFirst(4)), bars(expected), "\(name) at \(version)")
                XCTAssertEqual(try codec.decodeRequest(expected), request, "\(name) at \(version)")
            }
            XCTAssertEqual(
                Set(GoldenRequests.all.map(\.0)), Set(golden.keys.filter { !$0.hasPrefix("placeOrder-") }))
        }
    }

    func testTheExampleOfTheProtocolDescription() throws {
        let text =
            "3|1001|0|AAPL|STK||0.0|||SMART||USD|||||BUY|100|MKT||||||O|0||1|0|0|0|0|0|0|0||0.0|||||||0||-1|0|||0|||0|0||0|"
            + "|||||0|||||0|||||||||||0|||0|0|||0||0|0|0|0|||||||0|||||||||0|0|0|0|||0|||"
        guard case .placeOrder(let request) = try codec(178).decodeRequest(payload(text)) else { return XCTFail(text) }
        XCTAssertEqual(request.orderID, 1001)
        XCTAssertEqual(request.order.totalQuantity, Quantity(units: 100))
        XCTAssertEqual(text.filter { $0 == "|" }.count, 114)
        XCTAssertNil(request.contract.conID)
        XCTAssertNil(request.order.limitPrice)
        XCTAssertTrue(request.order.transmit)
    }
}
