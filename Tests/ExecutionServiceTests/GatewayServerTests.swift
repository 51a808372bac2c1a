import BrokerAdapters
import Networking
import TestSupport
import TradingModel
import XCTest

@testable import ExecutionService

/// The simulated gateway on real sockets: free ports of the loopback, served by the test's own turns.
final class GatewayServerTests: XCTestCase {
    private var folderOfTest: TemporaryFolder?

    override func setUpWithError() throws { folderOfTest = try TemporaryFolder() }

    override func tearDownWithError() throws { try folderOfTest?.remove() }

    private static let bars = """
        ticker,timestamp,open,high,low,close,volume
        AAA,2020-01-02,10,11,9,10,100000
        AAA,2020-01-03,12,13,11,12,100000
        AAA,2020-01-06,14,15,13,14,100000

        """

    private func options(_ pace: GatewayOptions.Pace = .stepped) throws -> GatewayOptions {
        let path = try XCTUnwrap(folderOfTest).path("bars.csv")
        try Self.bars.write(toFile: path, atomically: true, encoding: .utf8)
        var options = GatewayOptions(bars: path)
        options.port = 0
        options.controlPort = 0
        options.pace = pace
        return options
    }

    /// A client at one end of a socket, and the server that answers at the other.
    private struct Client {
        let socket: TCPSocket
        var decoder = TWSFrameDecoder()
        let codec = TWSCodec(version: .newest)
        var hasHello = false

        init(_ port: UInt16, clientID: Int32) throws {
            socket = try TCPSocket(connectingTo: "127.0.0.1", port: port)
            try write(try TWSClientHello().bytes)
            try send(.startAPI(TWSStartAPI { $0.clientID = clientID }))
        }

        func write(_ bytes: [UInt8]) throws { XCTAssertEqual(socket.write(bytes[...]), bytes.count) }

        func send(_ request: TWSRequest) throws { try write(try codec.encode(request)) }

        mutating func received() throws -> [TWSMessage] {
            while case .bytes(let bytes) = socket.read() { decoder.append(bytes) }
            var messages: [TWSMessage] = []
            while let payload = try decoder.next() {
                if hasHello { messages.append(try codec.decodeMessage(payload)) }
                hasHello = true
            }
            return messages
        }
    }

    /// Serves until a message comes that is looked for; all that came until then.
    private func serve(
        _ server: inout GatewayServer, _ client: inout Client, until isWanted: (TWSMessage) -> Bool
    ) throws -> [TWSMessage] {
        var messages: [TWSMessage] = []
        let deadline_ms = SystemClock.monotonic_ms + 5_000
        while SystemClock.monotonic_ms < deadline_ms {
            try server.turn(longestWait_ms: 5)
            messages += try client.received()
            if messages.contains(where: isWanted) { return messages }
        }
        XCTFail("the message did not come")
        return messages
    }

    private func command(_ words: String, _ socket: TCPSocket, _ server: inout GatewayServer) throws -> String {
        XCTAssertNotNil(socket.write(Array((words + "\n").utf8)[...]))
        let deadline_ms = SystemClock.monotonic_ms + 5_000
        while SystemClock.monotonic_ms < deadline_ms {
            try server.turn(longestWait_ms: 5)
            if case .bytes(let bytes) = socket.read() { return String(decoding: bytes, as: UTF8.self) }
        }
        XCTFail("no answer to \(words)")
        return ""
    }

    private func control(_ server: GatewayServer) throws -> TCPSocket {
        try TCPSocket(connectingTo: "127.0.0.1", port: try XCTUnwrap(server.controlPort))
    }

    private static func order(_ orderID: Int32) -> TWSRequest {
        let contract = TWSContract {
            $0.symbol = "AAA"
            $0.securityType = "STK"
        }
        let order = TWSOrder {
            $0.action = "BUY"
            $0.orderType = "MKT"
            $0.totalQuantity = Quantity(units: 10)
        }
        return .placeOrder(TWSPlaceOrder(orderID: orderID, contract: contract, order: order))
    }

    private static func isStatus(_ message: TWSMessage) -> Bool {
        if case .orderStatus = message { true } else { false }
    }

    private static func isCommission(_ message: TWSMessage) -> Bool {
        if case .commissionReport = message { true } else { false }
    }

    private static func isFarm(_ message: TWSMessage) -> Bool {
        if case .error(let error) = message { error.code == 2158 } else { false }
    }

    func testStepsFillWhatWasSentBefore() throws {
        var options = try options()
        options.from = "2020-01-03"
        var server = try GatewayServer(options)
        XCTAssertTrue(server.announcement.contains("from 2020-01-03"), server.announcement)
        var client = try Client(server.port, clientID: 1)
        let control = try control(server)
        // No turn between the order and the command: what was sent first is served first.
        try client.send(Self.order(1))
        XCTAssertTrue(try command("step", control, &server).hasPrefix("ok "))
        let messages = try serve(&server, &client, until: Self.isCommission)
        let prices = messages.compactMap { if case .executionDetails(let details) = $0 { details.price } else { nil } }
        XCTAssertEqual(prices, [Price(e8: 1_200_600_000)])
        XCTAssertTrue(try command("orders", control, &server).contains("client=1 id=1"))
        XCTAssertTrue(try command("step 5", control, &server).hasPrefix("end "))
        XCTAssertTrue(try command("step", control, &server).hasPrefix("end "))
        XCTAssertTrue(try command("jump", control, &server).hasPrefix("error "))
        XCTAssertTrue(try command("step 0", control, &server).hasPrefix("error "))
        XCTAssertTrue(try command("fault tremble", control, &server).hasPrefix("error "))
        XCTAssertEqual(try command("quit", control, &server), "ok\n")
        try server.run { false }
    }

    func testAScriptCutsTheConnectionInAMessage() throws {
        var options = try options()
        let path = try XCTUnwrap(folderOfTest).path("faults")
        try "# bars, fault\n1 cut bytes 40 # in the middle\n\n".write(toFile: path, atomically: true, encoding: .utf8)
        options.faults = path
        var server = try GatewayServer(options)
        var client = try Client(server.port, clientID: 1)
        _ = try serve(&server, &client, until: Self.isFarm)
        let control = try control(server)
        _ = try command("step", control, &server)
        try client.send(Self.order(1))
        let deadline_ms = SystemClock.monotonic_ms + 5_000
        var count = 0
        var hasEnded = false
        while !hasEnded, SystemClock.monotonic_ms < deadline_ms {
            try server.turn(longestWait_ms: 5)
            switch client.socket.read() {
            case .bytes(let bytes): count += bytes.count
            case .nothing: break
            case .ended: hasEnded = true
            }
        }
        XCTAssertTrue(hasEnded)
        XCTAssertEqual(count, 40)
    }

    func testADelayDelays() throws {
        var server = try GatewayServer(try options())
        var client = try Client(server.port, clientID: 1)
        _ = try serve(&server, &client, until: Self.isFarm)
        let control = try control(server)
        XCTAssertEqual(try command("fault delay 60", control, &server), "ok\n")
        let start_ms = SystemClock.monotonic_ms
        try client.send(Self.order(1))
        _ = try serve(&server, &client, until: Self.isStatus)
        XCTAssertGreaterThanOrEqual(SystemClock.monotonic_ms - start_ms, 60)
    }

    func testFastBarsEndWithTheLastClient() throws {
        var server = try GatewayServer(try options(.fast))
        for _ in 0..<3 { try server.turn(longestWait_ms: 1) }
        XCTAssertTrue(server.announcement.contains("from 2020-01-02"), "bars begin with the first client")
        var client = try Client(server.port, clientID: 1)
        _ = try serve(&server, &client, until: Self.isFarm)
        client.socket.close()
        let deadline_ms = SystemClock.monotonic_ms + 5_000
        try server.run { SystemClock.monotonic_ms > deadline_ms }
        XCTAssertLessThan(SystemClock.monotonic_ms, deadline_ms)
        XCTAssertTrue(server.announcement.contains("no bars"))
    }

    func testBarsGoByAtTheirSpeed() throws {
        // A day in 40 ms, the weekend in three times that.
        var server = try GatewayServer(try options(.speed(86_400_000 / 40)))
        var client = try Client(server.port, clientID: 1)
        _ = try serve(&server, &client, until: Self.isFarm)
        let start_ms = SystemClock.monotonic_ms
        try client.send(Self.order(1))
        _ = try serve(&server, &client, until: Self.isCommission)
        while !server.announcement.contains("no bars"), SystemClock.monotonic_ms < start_ms + 5_000 {
            try server.turn(longestWait_ms: 5)
        }
        XCTAssertGreaterThanOrEqual(SystemClock.monotonic_ms - start_ms, 120)
    }

    func testInputsThatAreRefused() throws {
        let changes: [(inout GatewayOptions) -> Void] = [
            { $0.from = "2020-13-01" }, { $0.to = "tomorrow" }, { $0.bars = "/no/such/file" }, { $0.interval = "soon" },
            { $0.faults = "/no/such/file" }, { $0.host = "nowhere" },
        ]
        for change in changes {
            var options = try options()
            change(&options)
            XCTAssertThrowsError(try GatewayServer(options))
        }
    }
}
