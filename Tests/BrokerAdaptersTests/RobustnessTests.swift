import XCTest

@testable import BrokerAdapters

final class RobustnessTests: XCTestCase {
    /// The frames of one random message of every kind.
    private func frames(_ generator: SeededGenerator, _ codec: TWSCodec) throws -> [(TWSMessage, [UInt8])] {
        var random = RandomVisitor(generator, version: codec.version, isRequest: false)
        return try Samples.messages(&random).map { ($0, try codec.encode($0)) }
    }

    func testEveryMessageSplitAtEveryByte() throws {
        try forEachSeed(2) { generator in
            let codec = try codec(178)
            for (message, bytes) in try frames(generator, codec) {
                for split in 0...bytes.count {
                    var decoder = TWSFrameDecoder()
                    decoder.append(bytes[..<split])
                    let early = try decoder.next()
                    XCTAssertEqual(early == nil, split < bytes.count)
                    decoder.append(bytes[split...])
                    let payload = try XCTUnwrap(try early ?? decoder.next())
                    if split % 16 == 0 { XCTAssertEqual(try codec.decodeMessage(payload), message) }
                    XCTAssertNil(try decoder.next())
                }
            }
        }
    }

    func testEveryRequestByteByByte() throws {
        try forEachSeed(2) { generator in
            let codec = try codec(178)
            var random = RandomVisitor(generator, version: codec.version, isRequest: true)
            var decoder = TWSFrameDecoder()
            for request in try Samples.requests(&random) {
                var found: [TWSRequest] = []
                for byte in try codec.encode(request) {
                    decoder.append([byte])
                    if let payload = try decoder.next() { found.append(try codec.decodeRequest(payload)) }
                }
                XCTAssertEqual(found, [request])
            }
        }
    }

    /// Cut anywhere, a message is an error or a whole message, never half of one.
    func testATruncatedMessageIsAnError() throws {
        try forEachSeed(2) { generator in
            let codec = try codec(178)
            for (_, bytes) in try frames(generator, codec) {
                for end in 4..<bytes.count {
                    let payload = Array(bytes[4..<end])
                    let error = try wireError { _ = try codec.decodeMessage(payload) }
                    XCTAssertEqual(error.bytes, payload)
                    XCTAssertTrue(
                        [.missing, .unterminated, .badCount].contains(error.problem), "\(error.field) \(error.problem)")
                }
            }
        }
    }

    /// Whatever the bytes, the answer is an error with them or a message that is read again as it was written.
    func testMutatedFramesNeverCrash() throws {
        try forEachSeed(20) { generator in
            let codec = try codec(Int.random(in: TWSVersion.offered, using: &generator))
            var random = RandomVisitor(generator, version: codec.version, isRequest: true)
            let requests = try Samples.requests(&random).map { try codec.encode($0) }
            let seeds = (try frames(generator, codec).map(\.1) + requests).map { Array($0.dropFirst(4)) }
            for seed in seeds {
                for _ in 0..<10 {
                    let payload = mutated(seed, &generator)
                    try check(payload, codec.decodeMessage, codec.encode)
                    try check(payload, { (payload) throws(TWSWireError) in try request(payload, codec) }, codec.encode)
                }
            }
        }
    }

    /// A volatility that came with another type of order is read, so that a server can refuse it, and never written.
    private func request(_ payload: [UInt8], _ codec: TWSCodec) throws(TWSWireError) -> TWSRequest {
        let request = try codec.decodeRequest(payload)
        guard case .placeOrder(var order) = request, !order.order.orderType.hasPrefix("VOL") else { return request }
        order.order.volatility = nil
        return .placeOrder(order)
    }

    private func check<Value: Equatable>(
        _ payload: [UInt8], _ decode: ([UInt8]) throws(TWSWireError) -> Value,
        _ encode: (Value) throws(TWSWireError) -> [UInt8]
    ) throws {
        let value: Value
        do throws(TWSWireError) {
            value = try decode(payload)
        } catch {
            XCTAssertEqual(error.bytes, payload)
            XCTAssertFalse(error.description.isEmpty)
            return
        }
        // Control characters can be read but not sent.
        guard let bytes = try? encode(value) else { return }
        XCTAssertEqual(try decode(Array(bytes.dropFirst(4))), value)
    }

    private func mutated(_ payload: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = payload
        let pieces: [[UInt8]] = ["", "-1", "2147483647", "1E999999999999", "Infinity", "4000000000", "None", "0"].map {
            [0] + Array($0.utf8) + [0]
        }
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let position = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: position)
            case 2: bytes.insert(0, at: position)
            case 3: bytes.removeSubrange(position..<min(bytes.count, position + 8))
            default: bytes.insert(contentsOf: pieces.randomElement(using: &generator) ?? [], at: position)
            }
        }
        return bytes
    }
}
