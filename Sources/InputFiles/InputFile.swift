import Foundation

/// A file or standard input, read once from beginning to end; gzip is unpacked, a UTF-8 byte order mark is dropped.
public final class InputFile {
    /// The path as the user gave it, or `standard input`.
    public let name: String
    /// Size on disk, in bytes; nil where it is not known beforehand.
    public let byteCount: Int64?
    /// Bytes taken from the disk so far, before unpacking.
    public private(set) var bytesTaken: Int64 = 0
    /// Is given every byte after unpacking, in order, once: for a digest.
    public var onBytes: ((UnsafeRawBufferPointer) -> Void)?
    /// Is told `bytesTaken` after every read from the disk: for a progress bar.
    public var onProgress: ((Int64) -> Void)?

    private var source: ByteSource
    private var inflater: GzipInflater?
    private var hasStarted = false

    /// Opens a path; `-` is standard input. Throws for a directory, a missing or an unreadable file.
    public convenience init(path: String) throws(InputError) {
        if path == "-" {
            self.init(name: "standard input", source: .descriptor(0, closes: false), byteCount: nil)
            return
        }
        let opened = try ByteSource.open(path: path)
        self.init(name: path, source: opened.source, byteCount: opened.byteCount)
    }

    /// Reads bytes that are already in memory under a name for messages.
    public convenience init(name: String, bytes: [UInt8]) {
        self.init(name: name, source: .memory(bytes, position: 0), byteCount: Int64(bytes.count))
    }

    private init(name: String, source: ByteSource, byteCount: Int64?) {
        self.name = name
        self.source = source
        self.byteCount = byteCount
    }

    deinit {
        source.close()
    }

    /// The file's name without folders and extensions: `AAPL` for `bars/AAPL.csv.gz`; nil for standard input.
    public var stem: String? {
        if case .descriptor(_, closes: false) = source { return nil }
        let last = name.split(separator: "/").last.map(String.init) ?? name
        let extensions = ["gz", "csv", "tsv", "txt", "jsonl", "ndjson", "json"]
        var parts = last.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        while parts.count > 1, let suffix = parts.last, extensions.contains(suffix.lowercased()) { parts.removeLast() }
        let stem = parts.joined(separator: ".")
        return stem.isEmpty ? nil : stem
    }

    /// Everything after unpacking. Throws for an empty, broken or wrongly encoded file.
    public func readAll() throws(InputError) -> [UInt8] {
        var all: [UInt8] = []
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { chunk.deallocate() }
        while true {
            let count = try read(into: chunk)
            if count == 0 { return all }
            all.append(contentsOf: chunk[..<count])
        }
    }

    /// Fills a part of `target`, of at least 16 bytes; 0 is the end.
    ///
    /// Throws for an empty file, gzip that is truncated or corrupt, and UTF-16.
    func read(into target: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
        if hasStarted { return try readUnpacked(into: target) }
        hasStarted = true
        try detectGzip()
        var count = 0
        // A pipe may hand over single bytes, and the mark of the encoding is up to three long.
        while count < 4 {
            let more = try readUnpacked(into: UnsafeMutableRawBufferPointer(rebasing: target[count...]))
            if more == 0 { break }
            count += more
        }
        guard count > 0 else { throw InputError(file: name, problem: "is empty", accepted: "give a file with rows") }
        return try dropByteOrderMark(in: target, count: count)
    }

    private func detectGzip() throws(InputError) {
        let head = try source.peek(name: name)
        guard head.count >= 2, head[0] == 0x1F, head[1] == 0x8B else { return }
        inflater = try GzipInflater(name: name)
    }

    private func dropByteOrderMark(in target: UnsafeMutableRawBufferPointer, count: Int) throws(InputError) -> Int {
        let wrongEncoding = InputError(
            file: name, line: 1, problem: "is UTF-16 (wrong encoding)", accepted: "save it as UTF-8")
        if count >= 2, (target[0] == 0xFF && target[1] == 0xFE) || (target[0] == 0xFE && target[1] == 0xFF) {
            throw wrongEncoding
        }
        // Without a mark, a text of UTF-16 shows by its zero bytes.
        if count >= 2, target[0] == 0 || target[1] == 0 { throw wrongEncoding }
        guard count >= 3, target[0] == 0xEF, target[1] == 0xBB, target[2] == 0xBF else { return count }
        guard count > 3 else { throw InputError(file: name, problem: "is empty", accepted: "give a file with rows") }
        target.copyBytes(from: target[3..<count])
        return count - 3
    }

    private func readUnpacked(into target: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
        let count: Int
        if let inflater {
            count = try inflater.inflate(into: target) { (input) throws(InputError) in try self.readRaw(into: input) }
        } else {
            count = try readRaw(into: target)
        }
        if count > 0 { onBytes?(UnsafeRawBufferPointer(rebasing: target[..<count])) }
        return count
    }

    private func readRaw(into target: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
        let count = try source.read(into: target, name: name)
        bytesTaken += Int64(count)
        onProgress?(bytesTaken)
        return count
    }
}

extension InputFile {
    /// The first bytes of a regular file as they are on disk, fewer where it is shorter; none of anything that can be read
    /// only once.
    ///
    /// Throws for a directory, a missing or an unreadable file.
    public static func firstBytes(of path: String, count: Int) throws(InputError) -> [UInt8] {
        var opened = try ByteSource.open(path: path)
        defer { opened.source.close() }
        guard opened.byteCount != nil else { return [] }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        defer { buffer.deallocate() }
        return Array(buffer[..<(try opened.source.read(into: buffer, name: path))])
    }
}
