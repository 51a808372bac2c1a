import BrokerAdapters
import GatewaySimulator
import SeededTesting
import TradingModel
import XCTest

/// Whatever a client sends, the gateway goes on for the others.
final class RobustnessTests: XCTestCase {
    func testMangledMessagesDoNoHarm() throws {
        let codec = TWSCodec(version: .newest)
        let contract = GatewayHarness.contract("AAA")
        let order = TWSOrder {
            $0.action = "BUY"
            $0.orderType = "LMT"
            $0.totalQuantity = Quantity(units: 5)
            $0.limitPrice = Price(cents: 5_000)
        }
        let requests: [TWSRequest] = [
            .placeOrder(TWSPlaceOrder(orderID: 1, contract: contract, order: order)),
            .cancelOrder(TWSCancelOrder { $0.orderID = 1 }), .reqExecutions(TWSReqExecutions()),
            .reqHistoricalData(
                TWSReqHistoricalData {
                    $0.contract = contract; $0.duration = "1 D"; $0.barSize = "1 day"
                }),
            .reqContractDetails(TWSReqContractDetails { $0.contract = contract }),
            .reqMarketRule(TWSReqMarketRule { $0.marketRuleID = 26 }), .reqMarketData(TWSReqMarketData()),
            .reqAccountUpdates(TWSReqAccountUpdates()), .reqPnLSingle(TWSReqPnLSingle()),
            .unknown(id: 76, fields: ["1", "5", "DU123", "", "0"]), .unknown(id: 74, fields: ["1"]),
        ]
        var random = SeededGenerator(seed: 3)
        let spellings = [
            "", "0", "-1", "2147483647", "-2147483648", "9223372036854775807", "-92233720368.54775808", "1e300", "NaN",
            "Infinity", "1.7976931348623157E308", "99999999999", "0.00000001", "TRAIL LIMIT", "GTD", "99999999", "é",
        ]
        var harness = GatewayHarness()
        let witness = try harness.connect(1)
        var id = try harness.connect(2)
        for round in 0..<4_000 {
            guard let request = requests.randomElement(using: &random) else { return }
            var fields = try codec.encode(request).dropFirst(4).split(separator: 0, omittingEmptySubsequences: false)
                .map(Array.init)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: fields.indices.dropFirst(), using: &random)
                fields[place] = Array((spellings.randomElement(using: &random) ?? "").utf8)
            }
            try harness.receive(try TWSFrame.bytes(Array(fields.joined(separator: [0]))), id)
            if round % 50 == 0 { try harness.play(50, 55, 45, 50) }
            if harness.isClosed(id) { id = try harness.connect(Int32(round + 3)) }
            _ = harness.messages(id)
        }
        _ = harness.messages(witness)
        try harness.send(.reqCurrentTime(TWSReqCurrentTime()), witness)
        XCTAssertEqual(harness.messages(witness).count, 1)
    }

    func testNoiseOnlyEndsItsOwnConnection() throws {
        var random = SeededGenerator(seed: 5)
        var harness = GatewayHarness()
        let witness = try harness.connect(1)
        for round in 0..<500 {
            let id = round % 2 == 0 ? harness.open() : try harness.connect(Int32(round + 10))
            let noise = (0..<40).map { _ in UInt8.random(in: 0...255, using: &random) }
            try harness.gateway.received(noise, on: id)
            _ = harness.gateway.takeOutput()
            try harness.close(id)
        }
        try harness.send(.reqCurrentTime(TWSReqCurrentTime()), witness)
        XCTAssertEqual(harness.messages(witness).count, 1)
    }

    func testOrdersBeyondTheRangeOfMoneyAreRefused() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.play(50, 50, 50, 50)
        try harness.place(1, id) { $0.totalQuantity = Quantity(units: 90_000_000_000) }
        try harness.place(2, id) { $0.totalQuantity = Quantity(units: 900_000_000) }
        try harness.place(3, id) { $0.totalQuantity = Quantity(units: 100_000_000) }
        XCTAssertEqual(harness.messages(id).errors.map(\.id), [1, 2])
        try harness.play(50, 50, 50, 50)
        XCTAssertEqual(harness.messages(id).status(3), "Filled")
    }
}
