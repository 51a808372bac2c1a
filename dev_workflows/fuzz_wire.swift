// The target of dev_workflows/fuzz_wire.sh; compiled together with the sources of the wire codec.

/// Reads the input as a payload and as a stream. What can be read and written again has to come back the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzWire(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let choice = bytes.first else { return 0 }
    let payload = Array(bytes.dropFirst())
    let oldest = TWSVersion.oldest.number
    let codec = TWSCodec(version: TWSVersion(oldest + Int(choice & 0x3F) % 22) ?? .newest)
    if choice & 0x40 == 0 {
        check(payload, codec.decodeMessage, codec.encode)
    } else {
        check(payload, { (payload) throws(TWSWireError) in try request(payload, codec) }, codec.encode)
    }
    readStream(payload, pieceLength: Int(choice & 7) + 1, expectsPrefix: choice & 0x80 != 0)
    readHandshake(payload)
    return 0
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
) {
    do throws(TWSWireError) {
        let value = try decode(payload)
        // Some texts can be read but not sent.
        guard let frame = try? encode(value) else { return }
        let again = try decode(Array(frame.dropFirst(TWSFrame.headerLength)))
        precondition(again == value, "written and read again, the message differs")
    } catch {
        precondition(error.bytes == payload && !error.description.isEmpty, "an error carries its bytes")
    }
}

private func readStream(_ bytes: [UInt8], pieceLength: Int, expectsPrefix: Bool) {
    var decoder = TWSFrameDecoder(expectsPrefix: expectsPrefix)
    var position = 0
    while position < bytes.count {
        let end = min(position + pieceLength, bytes.count)
        decoder.append(bytes[position..<end])
        position = end
        while let frame = try? decoder.next() { precondition(frame.count <= TWSFrame.maximumLength) }
    }
}

private func readHandshake(_ bytes: [UInt8]) {
    if let hello = try? TWSClientHello(payload: bytes) { precondition(hello.minimum <= hello.maximum) }
    _ = try? TWSServerHello(payload: bytes)
    _ = TWSTime(String(decoding: bytes, as: UTF8.self))
}
