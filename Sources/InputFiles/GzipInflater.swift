import CZlib

/// Unpacks gzip as it streams by, several members one after the other included.
final class GzipInflater {
    private let name: String
    /// zlib keeps the address of its state, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    private var inputEnded = false
    /// Between two members, where the file may end.
    private var atMemberEnd = false
    private var finished = false
    /// Packed bytes handed to zlib so far.
    private var taken: Int64 = 0

    init(name: String) throws(InputError) {
        self.name = name
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        input = .allocate(byteCount: 1 << 16, alignment: 16)
        // 15 is the largest window, 16 more asks for the gzip wrapper.
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw InputError(file: name, problem: "is gzip, and there is no memory to unpack it")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Fills a part of `target` from what `read` gives; 0 is the end.
    ///
    /// Throws for truncated or corrupt gzip, with the offset in the packed file.
    func inflate(
        into target: UnsafeMutableRawBufferPointer, read: (UnsafeMutableRawBufferPointer) throws(InputError) -> Int
    ) throws(InputError) -> Int {
        stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(target.count)
        while !finished, stream.pointee.avail_out == UInt32(target.count) {
            if stream.pointee.avail_in == 0 { try refill(read) }
            if atMemberEnd {
                skipPadding()
                finished = stream.pointee.avail_in == 0 && inputEnded
                guard stream.pointee.avail_in > 0 else { continue }
                inflateReset(stream)
                atMemberEnd = false
            }
            if stream.pointee.avail_in == 0, inputEnded { throw truncated }
            try step()
        }
        return target.count - Int(stream.pointee.avail_out)
    }

    private func refill(_ read: (UnsafeMutableRawBufferPointer) throws(InputError) -> Int) throws(InputError) {
        guard !inputEnded else { return }
        let count = try read(input)
        inputEnded = count == 0
        taken += Int64(count)
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
    }

    /// Zero bytes after a member are padding, as for the gzip program.
    private func skipPadding() {
        while stream.pointee.avail_in > 0, stream.pointee.next_in.pointee == 0 {
            stream.pointee.next_in += 1
            stream.pointee.avail_in -= 1
        }
    }

    private func step() throws(InputError) {
        switch CZlib.inflate(stream, Z_NO_FLUSH) {
        case Z_STREAM_END: atMemberEnd = true
        case Z_OK: break
        case Z_BUF_ERROR where stream.pointee.avail_in == 0: break
        default:
            throw InputError(
                file: name, problem: "is corrupt gzip at byte \(offset)", accepted: "make or download the file again")
        }
    }

    private var truncated: InputError {
        InputError(
            file: name, problem: "is truncated gzip: it ends at byte \(offset) in the middle of the data",
            accepted: "make or download the file again")
    }

    private var offset: Int64 { taken - Int64(stream.pointee.avail_in) }
}
