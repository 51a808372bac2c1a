import XCTest

@testable import Networking

/// Sockets on a free port of the loopback.
final class TCPTests: XCTestCase {
    func testBytesGoBothWays() throws {
        let listener = try TCPListener(port: 0)
        XCTAssertGreaterThan(listener.port, 0)
        let client = try TCPSocket(connectingTo: "127.0.0.1", port: listener.port)
        let server = try XCTUnwrap(accepted(listener))
        XCTAssertEqual(server.read(), .nothing)
        XCTAssertEqual(client.write([1, 2, 3]), 3)
        XCTAssertEqual(read(server), .bytes([1, 2, 3]))
        XCTAssertEqual(server.write([4]), 1)
        XCTAssertEqual(read(client), .bytes([4]))
    }

    func testTheEndOfAConnectionIsSeen() throws {
        let listener = try TCPListener(port: 0)
        let client = try TCPSocket(connectingTo: "localhost", port: listener.port)
        let server = try XCTUnwrap(accepted(listener))
        client.close()
        XCTAssertEqual(read(server), .ended)
        XCTAssertNil(client.write([1]))
        XCTAssertEqual(client.read(), .ended)
    }

    func testAPollTellsWhoIsReadable() throws {
        let listener = try TCPListener(port: 0)
        let quiet = try TCPListener(port: 0)
        let client = try TCPSocket(connectingTo: "127.0.0.1", port: listener.port)
        var poll = SocketPoll()
        poll.add(listener)
        poll.add(quiet)
        poll.add(client, wantsToWrite: true)
        XCTAssertFalse(poll.isReadable(listener), "nothing was waited for")
        poll.wait(timeout_ms: 5_000)
        XCTAssertTrue(poll.isReadable(listener))
        XCTAssertFalse(poll.isReadable(quiet))
        XCTAssertFalse(poll.isReadable(client), "it can be written to only")

        let server = try XCTUnwrap(accepted(listener))
        XCTAssertFalse(poll.isReadable(server), "it was not added")
        server.close()
        var second = SocketPoll()
        second.add(listener)
        second.add(client)
        second.wait(timeout_ms: 5_000)
        XCTAssertTrue(second.isReadable(client), "its end waits")
        XCTAssertFalse(second.isReadable(listener))
    }

    func testAPollThatStaysAwakeSeesWhatComesAndGivesUpInTime() throws {
        let listener = try TCPListener(port: 0)
        let client = try TCPSocket(connectingTo: "127.0.0.1", port: listener.port)
        let server = try XCTUnwrap(accepted(listener))
        var poll = SocketPoll()
        poll.add(server)
        let start_us = SystemClock.monotonic_us
        poll.wait(timeout_ms: 0, awake_us: 60_000_000)
        XCTAssertLessThan(SystemClock.monotonic_us - start_us, 30_000_000, "0 does not wait")
        poll.wait(timeout_ms: 1, awake_us: 2_000)
        XCTAssertGreaterThanOrEqual(SystemClock.monotonic_us - start_us, 2_000)
        XCTAssertFalse(poll.isReadable(server))

        XCTAssertEqual(client.write([1]), 1)
        poll.wait(timeout_ms: 60_000, awake_us: 60_000_000)
        XCTAssertLessThan(SystemClock.monotonic_us - start_us, 30_000_000)
        XCTAssertTrue(poll.isReadable(server))
        XCTAssertEqual(server.read(), .bytes([1]))
    }

    func testAPortThatIsTakenIsAnError() throws {
        let listener = try TCPListener(port: 0)
        XCTAssertThrowsError(try TCPListener(port: listener.port)) { error in
            XCTAssertEqual((error as? SocketError)?.operation, "listen on 127.0.0.1:\(listener.port)")
            XCTAssertTrue("\(error)".contains("cannot listen on"))
        }
    }

    func testNobodyListensAndNoAddress() throws {
        let port = try TCPListener(port: 0).port
        XCTAssertThrowsError(try TCPSocket(connectingTo: "127.0.0.1", port: port))
        XCTAssertThrowsError(try TCPListener(host: "nowhere", port: 0))
    }

    func testTheMonotonicClockDoesNotGoBack() {
        let first = SystemClock.monotonic_ms
        XCTAssertGreaterThanOrEqual(SystemClock.monotonic_ms, first)
        XCTAssertGreaterThan(SystemClock.now.ms, 0)
    }

    private func accepted(_ listener: TCPListener) -> TCPSocket? {
        var poll = SocketPoll()
        poll.add(listener)
        poll.wait(timeout_ms: 5_000)
        return listener.accept()
    }

    private func read(_ socket: TCPSocket) -> TCPSocket.ReadResult {
        var poll = SocketPoll()
        poll.add(socket)
        poll.wait(timeout_ms: 5_000)
        return socket.read()
    }
}
