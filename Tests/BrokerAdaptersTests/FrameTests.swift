import XCTest

@testable import BrokerAdapters

final class FrameTests: XCTestCase {
    private func frames(_ decoder: inout TWSFrameDecoder) throws -> [[UInt8]] {
        var frames: [[UInt8]] = []
        while let payload = try decoder.next() { frames.append(payload) }
        return frames
    }

    func testAFrameIsItsLengthAndItsPayload() throws {
        XCTAssertEqual(try TWSFrame.bytes([1, 2, 3]), [0, 0, 0, 3, 1, 2, 3])
        XCTAssertEqual(try TWSFrame.bytes([]), [0, 0, 0, 0])
    }

    func testManyFramesAtOnceAndInPieces() throws {
        let payloads: [[UInt8]] = [[1], [], [2, 3, 0, 4], Array(repeating: 7, count: 300)]
        let stream = try payloads.flatMap { try TWSFrame.bytes($0) }
        for size in [1, 2, 3, 5, 100, stream.count] {
            var decoder = TWSFrameDecoder()
            var found: [[UInt8]] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                decoder.append(stream[start..<min(start + size, stream.count)])
                found += try frames(&decoder)
            }
            XCTAssertEqual(found, payloads, "pieces of \(size)")
            XCTAssertEqual(decoder.pendingCount, 0)
        }
    }

    func testAnIncompleteFrameWaits() throws {
        var decoder = TWSFrameDecoder()
        decoder.append([0, 0, 0, 2, 9])
        XCTAssertNil(try decoder.next())
        XCTAssertEqual(decoder.pendingCount, 5)
        decoder.append([8])
        XCTAssertEqual(try decoder.next(), [9, 8])
        XCTAssertNil(try decoder.next())
    }

    func testALengthBeyondTheLimitEndsTheStream() throws {
        var decoder = TWSFrameDecoder()
        decoder.append([1, 0, 0, 0, 5])
        for _ in 0..<2 {
            XCTAssertThrowsError(try decoder.next()) {
                XCTAssertEqual($0 as? TWSFrameError, .tooLong(0x100_0000, bytes: [1, 0, 0, 0, 5]))
            }
        }
        var largest = TWSFrameDecoder()
        largest.append([0, 0xFF, 0xFF, 0xFF])
        XCTAssertNil(try largest.next())
        XCTAssertThrowsError(try TWSFrame.bytes(Array(repeating: 0, count: TWSFrame.maximumLength + 1)))
    }

    func testTheClientsHelloIsThatOfIBAsync() throws {
        let golden = try Golden.text("hello.txt").trimmingCharacters(in: .whitespacesAndNewlines)
        XCTAssertEqual(hexadecimal(try TWSClientHello().bytes), golden)
    }

    func testAServerReadsTheHelloByteByByte() throws {
        let hello = TWSClientHello(minimum: 157, maximum: 187, options: "+PACEAPI")
        var decoder = TWSFrameDecoder(expectsPrefix: true)
        var payloads: [[UInt8]] = []
        for byte in try hello.bytes + (try TWSFrame.bytes([0x37, 0])) {
            decoder.append([byte])
            payloads += try frames(&decoder)
        }
        XCTAssertEqual(payloads.count, 2)
        XCTAssertEqual(try TWSClientHello(payload: payloads[0]), hello)
    }

    func testAStreamWithoutThePrefixIsRefusedAtTheFirstWrongByte() {
        var decoder = TWSFrameDecoder(expectsPrefix: true)
        decoder.append(Array("AP".utf8))
        XCTAssertNil(try decoder.next())
        decoder.append(Array("X".utf8))
        XCTAssertThrowsError(try decoder.next()) {
            XCTAssertEqual($0 as? TWSFrameError, .noPrefix(bytes: Array("APX".utf8)))
        }
    }

    func testTheOfferIsNegotiated() throws {
        let rules: [(String, Int?)] = [
            ("v157..178", 178), ("v100..187", 178), ("v100..160", 160), ("v179..187", nil), ("v100..150", nil),
            ("v178", 178),
        ]
        for (text, version) in rules {
            XCTAssertEqual(try TWSClientHello(payload: Array(text.utf8)).negotiated()?.number, version, text)
        }
        XCTAssertEqual(TWSClientHello().negotiated(with: .oldest)?.number, 157)
    }

    func testWhatIsNoOfferIsRefusedWithItsBytes() {
        for text in ["", "v", "178", "v178..157", "v1.2", "v-1..5", "v1..2..3", "v9999999..99999999", "v157..178x"] {
            XCTAssertThrowsError(try TWSClientHello(payload: Array(text.utf8)), text) {
                XCTAssertEqual(($0 as? TWSHandshake.Problem)?.bytes, Array(text.utf8))
            }
        }
    }

    func testTheServersAnswerHasTwoFields() throws {
        let hello = TWSServerHello(version: .newest, time: "20250425 15:23:54 EST")
        XCTAssertEqual(bars(try hello.bytes.dropFirst(4)), "178|20250425 15:23:54 EST|")
        XCTAssertEqual(try TWSServerHello(payload: Array(try hello.bytes.dropFirst(4))), hello)
        for text in ["", "178|", "178|a", "178|a|b|", "x|a|", "9999999|a|", "|a|"] {
            XCTAssertThrowsError(try TWSServerHello(payload: payload(text)), text)
        }
    }
}
