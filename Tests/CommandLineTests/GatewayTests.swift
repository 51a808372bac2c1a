import Foundation
import Networking
import TestSupport
import XCTest

/// `execution gateway` as a program.
final class GatewayTests: CommandLineTestCase {
    private let words = ["gateway", "--bars", Fixtures.bars, "--from", "2012-01-03", "--stepped", "--port", "0"]

    func testItListensAndQuits() throws {
        let gateway = try start(words)
        defer { gateway.send(SIGKILL) }
        let ports = try portsOfGateway()
        XCTAssertEqual(ports.count, 2)
        let control = try TCPSocket(connectingTo: "127.0.0.1", port: try XCTUnwrap(ports.last))
        XCTAssertEqual(control.write(Array("quit\n".utf8)[...]), 5)
        let result = try gateway.result()
        assertCode(0, result)
        assertContains(result.output, ["Listening on 127.0.0.1:", "account DU123, bars of 5 tickers from 2012-01-03"])
    }

    func testASignalEndsIt() throws {
        let gateway = try start(words)
        defer { gateway.send(SIGKILL) }
        _ = try portsOfGateway()
        gateway.send(SIGINT)
        assertCode(0, try gateway.result())
    }

    func testAPortThatIsTaken() throws {
        let listener = try TCPListener(port: 0)
        let result = try execute("gateway", "--bars", Fixtures.bars, "--port", "\(listener.port)")
        assertCode(3, result)
        assertContains(result.errors, ["cannot listen on 127.0.0.1:\(listener.port)"])
    }

    func testTheValueOfWhenOrderedMayBeLeftOut() throws {
        for (number, words) in [(1, ["--when-ordered"]), (2, ["--when-ordered", "20"])] {
            let gateway = try start(["gateway", "--bars", Fixtures.bars, "--port", "0"] + words)
            defer { gateway.send(SIGKILL) }
            XCTAssertEqual(try portsOfGateway(ofCommand: number).count, 1)
            gateway.send(SIGINT)
            assertCode(0, try gateway.result())
        }
    }

    func testOptionsThatAreRefused() throws {
        for (words, part) in [
            (["--speed", "0"], "--speed"), (["--speed", "2", "--stepped"], "either"), (["--port", "70000"], "--port"),
            (["--when-ordered", "--stepped"], "either --stepped or --when-ordered"),
            (["--when-ordered", "soon"], "--when-ordered"), (["--when-ordered=-1"], "--when-ordered"),
            (["--when-ordered", "3600001"], "--when-ordered"),
            (["--account", "A B"], "--account"), (["--cash", "lots"], "--cash"), (["--clock", "sun"], "--clock"),
        ] {
            let result = try execute(["gateway", "--bars", Fixtures.bars] + words)
            assertCode(64, result)
            assertContains(result.errors, [part])
        }
        assertCode(2, try execute("gateway", "--bars", Fixtures.bars, "--from", "soon"))
    }
}
