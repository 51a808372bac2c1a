import SeededTesting
import XCTest

@testable import BrokerAdapters

final class RoundTripTests: XCTestCase {
    private func version(_ generator: inout SeededGenerator) throws -> TWSVersion {
        try XCTUnwrap(TWSVersion(Int.random(in: TWSVersion.offered, using: &generator)))
    }

    func testEveryRequestComesBack() throws {
        try forEachSeed(40) { generator in
            let version = try version(&generator)
            let codec = TWSCodec(version: version)
            var random = RandomVisitor(generator, version: version, isRequest: true)
            for request in try Samples.requests(&random) {
                let bytes = try codec.encode(request)
                XCTAssertEqual(try codec.decodeRequest(Array(bytes.dropFirst(4))), request, "version \(version)")
            }
        }
    }

    func testEveryMessageComesBack() throws {
        try forEachSeed(40) { generator in
            let version = try version(&generator)
            let codec = TWSCodec(version: version)
            var random = RandomVisitor(generator, version: version, isRequest: false)
            for message in try Samples.messages(&random) {
                let bytes = try codec.encode(message)
                XCTAssertEqual(try codec.decodeMessage(Array(bytes.dropFirst(4))), message, "version \(version)")
            }
        }
    }

    func testEveryVersionHasItsFields() throws {
        for number in TWSVersion.offered {
            let version = try XCTUnwrap(TWSVersion(number))
            let codec = TWSCodec(version: version)
            var random = RandomVisitor(SeededGenerator(seed: UInt64(number)), version: version, isRequest: false)
            for message in try Samples.messages(&random) {
                XCTAssertEqual(try codec.decodeMessage(Array(try codec.encode(message).dropFirst(4))), message)
            }
        }
    }

    func testUnknownIdsKeepTheirFields() throws {
        let codec = try codec(178)
        let message = TWSMessage.unknown(id: 45, fields: ["6", "1", "", "Nestlé"])
        XCTAssertEqual(bars(try codec.encode(message).dropFirst(4)), "45|6|1||Nestlé|")
        XCTAssertEqual(try codec.decodeMessage(payload("45|6|1||Nestlé|")), message)
        let request = TWSRequest.unknown(id: 78, fields: [])
        XCTAssertEqual(try codec.decodeRequest(Array(try codec.encode(request).dropFirst(4))), request)
    }

    func testFramesAreAppendedOneAfterTheOther() throws {
        let codec = try codec(178)
        var bytes: [UInt8] = []
        try codec.encode(TWSRequest.reqIDs(TWSReqIDs()), into: &bytes)
        let first = bytes
        XCTAssertThrowsError(
            try codec.encode(TWSRequest.reqMatchingSymbols(TWSReqMatchingSymbols { $0.pattern = "ä" }), into: &bytes))
        XCTAssertEqual(bytes, first)
        try codec.encode(TWSRequest.reqPositions(TWSReqPositions()), into: &bytes)
        var decoder = TWSFrameDecoder()
        decoder.append(bytes)
        XCTAssertEqual(try codec.decodeRequest(try XCTUnwrap(try decoder.next())), .reqIDs(TWSReqIDs()))
        XCTAssertEqual(try codec.decodeRequest(try XCTUnwrap(try decoder.next())), .reqPositions(TWSReqPositions()))
        XCTAssertNil(try decoder.next())
    }
}
