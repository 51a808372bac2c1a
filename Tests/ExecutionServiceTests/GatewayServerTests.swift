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

    /// The rows of a table, cut into columns.
    private func table(_ words: String, _ socket: TCPSocket, _ server: inout GatewayServer) throws -> [[String]] {
        let lines = try command(words, socket, &server).split(separator: "\n").map(String.init)
        XCTAssertEqual(lines.first, "ok \(lines.count - 1)")
        return lines.dropFirst().map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    private func control(_ server: GatewayServer) throws -> TCPSocket {
        try TCPSocket(connectingTo: "127.0.0.1", port: try XCTUnwrap(server.controlPort))
    }

    private static func order(_ orderID: Int32, _ change: (inout TWSOrder) -> Void = { _ in }) -> TWSRequest {
        let contract = TWSContract {
            $0.symbol = "AAA"
            $0.securityType = "STK"
        }
        let order = TWSOrder {
            $0.action = "BUY"
            $0.orderType = "MKT"
            $0.totalQuantity = Quantity(units: 10)
            change(&$0)
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
        XCTAssertTrue(try command("step 5", control, &server).hasPrefix("end "))
        XCTAssertTrue(try command("step", control, &server).hasPrefix("end "))
        XCTAssertTrue(try command("jump", control, &server).hasPrefix("error "))
        XCTAssertTrue(try command("step 0", control, &server).hasPrefix("error "))
        XCTAssertTrue(try command("fault tremble", control, &server).hasPrefix("error "))
        XCTAssertEqual(try command("quit", control, &server), "ok\n")
        try server.run { false }
    }

    func testTheTablesHaveTheGatewaysOwnRecord() throws {
        var server = try GatewayServer(try options())
        var client = try Client(server.port, clientID: 3)
        let control = try control(server)
        XCTAssertEqual(try table("executions", control, &server), [])
        try client.send(Self.order(1) { $0.orderRef = "a\tb\\" })
        try client.send(
            Self.order(2) {
                $0.orderType = "LMT"; $0.limitPrice = Price(e8: 100_000_000); $0.timeInForce = "GTC"
            })
        XCTAssertTrue(try command("step", control, &server).hasPrefix("ok "))
        _ = try serve(&server, &client, until: Self.isCommission)
        XCTAssertEqual(
            try table("orders", control, &server),
            [
                ["a\\tb\\\\", "1000000001", "3", "Filled", "10", "10", "1", "DU123", "AAA", "BUY", "1"],
                ["", "1000000002", "3", "Submitted", "10", "0", "2", "DU123", "AAA", "BUY", "0"],
            ])
        // 10 at 10 with five basis points of slippage; IBKR's minimum commission is a hundredth of the value here.
        XCTAssertEqual(
            try table("executions", control, &server),
            [
                [
                    "00000001.00000001.01.01", "a\\tb\\\\", "3", "1000000001", "DU123", "AAA", "BUY", "10", "10.005",
                    "1", "2020-01-02T00:00:00.000Z", "1", "0",
                ]
            ])
        XCTAssertEqual(try table("positions", control, &server), [["DU123", "AAA", "10", "10.105"]])
        XCTAssertEqual(try table("cash", control, &server), [["DU123", "USD", "\(server.replay.gateway.cash)"]])
    }

    func testStepsUntilATime() throws {
        var server = try GatewayServer(try options())
        let control = try control(server)
        for (words, answer) in [
            ("step until 2020-01-02", "ok 0\n"), ("step until 2020-01-02T00:00:00.001Z", "ok 1\n"),
            ("step until 2020-01-03T00:00:00Z", "ok 0\n"), ("step until 2020-01-06", "ok 1\n"),
            ("step until 2030-01-01", "ok 1\n"), ("step until 2030-01-01", "ok 0\n"),
        ] { XCTAssertEqual(try command(words, control, &server), answer, words) }
        for words in ["step until", "step until soon", "step until 2020-13-01"] {
            XCTAssertTrue(try command(words, control, &server).hasPrefix("error step until needs a date"), words)
        }
        XCTAssertTrue(server.announcement.contains("no bars"))
    }

    // MARK: - When ordered

    func testBarsGoByWhileAnOrderWorksAndClientsAreSilent() throws {
        var server = try GatewayServer(try options(.whenOrdered(quiet_ms: 250)))
        var client = try Client(server.port, clientID: 1)
        _ = try serve(&server, &client, until: Self.isFarm)
        try turn(&server, for_ms: 400)
        XCTAssertTrue(server.announcement.contains("from 2020-01-02"), "no order, no bar")

        // The order fills on the next bar, once the client has been silent for so long, and then the bars stand still.
        try client.send(Self.order(1))
        let sent_ms = SystemClock.monotonic_ms
        let messages = try serve(&server, &client, until: Self.isCommission)
        XCTAssertGreaterThanOrEqual(SystemClock.monotonic_ms - sent_ms, 250)
        let times = messages.compactMap { if case .executionDetails(let details) = $0 { details.time } else { nil } }
        XCTAssertEqual(times.map(\.description), ["20200102 00:00:00 UTC"])
        try turn(&server, for_ms: 400)
        XCTAssertTrue(server.announcement.contains("from 2020-01-03"), "the order has filled: no bar")

        // Whoever keeps talking keeps the bars from going by.
        try client.send(
            Self.order(2) {
                $0.orderType = "LMT"; $0.limitPrice = Price(e8: 100_000_000); $0.timeInForce = "GTC"
            })
        for _ in 0..<15 {
            try client.send(.reqCurrentTime(TWSReqCurrentTime()))
            try turn(&server, for_ms: 30)
        }
        XCTAssertTrue(server.announcement.contains("from 2020-01-03"), "the client is talking")

        // A resting order lets one bar after the other go by, as far apart as the silence is long.
        let silent_ms = SystemClock.monotonic_ms
        while !server.announcement.contains("no bars"), SystemClock.monotonic_ms < silent_ms + 5_000 {
            try server.turn(longestWait_ms: 5)
        }
        XCTAssertGreaterThanOrEqual(SystemClock.monotonic_ms - silent_ms, 450)
        XCTAssertFalse(server.replay.isBarRunning, "a bar is played as a whole")
    }

    func testBarsGoByForTheOrderOfAClientThatHasGone() throws {
        var server = try GatewayServer(try options(.whenOrdered(quiet_ms: 20)))
        var client = try Client(server.port, clientID: 1)
        _ = try serve(&server, &client, until: Self.isFarm)
        try client.send(Self.order(1))
        _ = try serve(&server, &client, until: Self.isStatus)
        client.socket.close()
        try turn(&server, for_ms: 200)
        XCTAssertEqual(server.replay.gateway.executionRecords.count, 1)
        XCTAssertTrue(server.announcement.contains("from 2020-01-03"))
    }

    private func turn(_ server: inout GatewayServer, for_ms duration_ms: Int64) throws {
        let end_ms = SystemClock.monotonic_ms + duration_ms
        while SystemClock.monotonic_ms < end_ms { try server.turn(longestWait_ms: 5) }
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
