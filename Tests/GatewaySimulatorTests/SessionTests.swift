import BrokerAdapters
import GatewaySimulator
import TradingModel
import XCTest

/// Handshake, session start, and what ends a connection.
final class SessionTests: XCTestCase {
    func testVersions() throws {
        for (offered, negotiated) in [(157, 157), (176, 176), (178, 178), (222, 178)] {
            var harness = GatewayHarness()
            let id = try harness.greet(maximum: offered)
            XCTAssertEqual(harness.version(id), negotiated)
        }
    }

    func testNoCommonVersionCloses() throws {
        var harness = GatewayHarness()
        let id = harness.open()
        try harness.receive(try TWSClientHello(minimum: 190, maximum: 200).bytes, id)
        XCTAssertTrue(harness.isClosed(id))
    }

    func testNoHandshakeCloses() throws {
        for bytes in [Array("GET / HTTP/1.1\r\n".utf8), Array("API\0".utf8) + [0, 0, 0, 2, 65, 66]] {
            var harness = GatewayHarness()
            let id = harness.open()
            try harness.receive(bytes, id)
            XCTAssertTrue(harness.isClosed(id))
        }
    }

    func testEveryByteMayComeAlone() throws {
        var harness = GatewayHarness()
        let id = harness.open()
        for byte in try TWSClientHello().bytes { try harness.receive([byte], id) }
        let codec = TWSCodec(version: .newest)
        for byte in try codec.encode(.startAPI(TWSStartAPI { $0.clientID = 9 })) { try harness.receive([byte], id) }
        XCTAssertEqual(harness.gateway.clientCount, 1)
    }

    func testStartTellsAccountIDAndFarms() throws {
        var harness = GatewayHarness()
        let id = try harness.greet()
        try harness.send(.startAPI(TWSStartAPI { $0.clientID = 3 }), id)
        let messages = harness.messages(id)
        XCTAssertEqual(
            messages.kinds, ["managedAccounts", "nextValidId", "error 2104", "error 2106", "error 2158"])
        XCTAssertEqual(messages.first, .managedAccounts(TWSManagedAccounts { $0.list = "DU123" }))
        XCTAssertEqual(messages.dropFirst().first, .nextValidID(TWSNextValidID { $0.orderID = 1 }))
    }

    func testAClientIDInUseIs326() throws {
        var harness = GatewayHarness()
        let first = try harness.connect(7)
        let second = try harness.greet()
        try harness.send(.startAPI(TWSStartAPI { $0.clientID = 7 }), second)
        XCTAssertEqual(harness.messages(second).errorCodes, [326])
        XCTAssertTrue(harness.isClosed(second))
        XCTAssertFalse(harness.isClosed(first))
        try harness.close(first)
        _ = try harness.connect(7)
        XCTAssertEqual(harness.gateway.clientCount, 1)
    }

    func testRequestsBeforeTheStartGetNoAnswer() throws {
        var harness = GatewayHarness()
        let id = try harness.greet()
        try harness.send(.reqCurrentTime(TWSReqCurrentTime()), id)
        XCTAssertTrue(harness.messages(id).isEmpty)
    }

    func testNextIDGoesOnFromTheHighest() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.place(41, id)
        _ = harness.messages(id)
        try harness.send(.reqIDs(TWSReqIDs()), id)
        XCTAssertEqual(harness.messages(id), [.nextValidID(TWSNextValidID { $0.orderID = 42 })])
    }

    func testTheClockIsThatOfTheBarsOrOfTheWorld() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.play(10, 10, 10, 10)
        try harness.send(.reqCurrentTime(TWSReqCurrentTime()), id)
        XCTAssertEqual(harness.messages(id), [.currentTime(TWSCurrentTime { $0.seconds = 14_001 * 86_400 })])

        var settings = GatewaySettings()
        settings.clock = .wall
        harness = GatewayHarness(settings: settings)
        let other = try harness.connect()
        harness.gateway.tick(Timestamp(ms: 1_700_000_000_999))
        try harness.send(.reqCurrentTime(TWSReqCurrentTime()), other)
        XCTAssertEqual(harness.messages(other), [.currentTime(TWSCurrentTime { $0.seconds = 1_700_000_000 })])
    }

    func testWhatCannotBeReadIs320AndWhatIsUnknown505() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.receive(try TWSFrame.bytes(Array("3\u{0}77\u{0}".utf8)), id)
        let error = try XCTUnwrap(harness.messages(id).errors.first)
        XCTAssertEqual(error.code, 320)
        XCTAssertEqual(error.id, 77)
        try harness.send(.unknown(id: 999, fields: ["1"]), id)
        XCTAssertEqual(harness.messages(id).errorCodes, [505])
        XCTAssertFalse(harness.isClosed(id))
    }

    func testPacingOnlyWhenAsked() throws {
        for (limit, errors) in [(nil, 0), (50, 10)] as [(Int?, Int)] {
            var settings = GatewaySettings()
            settings.messagesPerSecond = limit
            var harness = GatewayHarness(settings: settings)
            let id = try harness.connect()
            harness.gateway.tick(Timestamp(ms: 2_000_000_000_000))
            for _ in 0..<60 { try harness.send(.reqCurrentTime(TWSReqCurrentTime()), id) }
            XCTAssertEqual(harness.messages(id).errorCodes.count { $0 == 100 }, errors)
            harness.gateway.tick(Timestamp(ms: 2_000_000_001_001))
            try harness.send(.reqCurrentTime(TWSReqCurrentTime()), id)
            XCTAssertTrue(harness.messages(id).errorCodes.isEmpty)
        }
    }
}
