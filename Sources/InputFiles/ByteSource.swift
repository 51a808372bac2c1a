import Foundation

/// Where raw bytes come from: an open file or memory.
enum ByteSource {
    case descriptor(Int32, closes: Bool)
    /// What was read to look at it, before the rest of the file.
    indirect case staged([UInt8], position: Int, then: ByteSource)
    case memory([UInt8], position: Int)

    /// Opens a file for reading; its size is known for regular files only.
    static func open(path: String) throws(InputError) -> (source: ByteSource, byteCount: Int64?) {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw openError(path: path, code: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            Foundation.close(descriptor)
            throw openError(path: path, code: code)
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            Foundation.close(descriptor)
            throw InputError(file: path, problem: "is a directory", accepted: "give a file")
        }
        let isRegular = status.st_mode & S_IFMT == S_IFREG
        return (.descriptor(descriptor, closes: true), isRegular ? Int64(status.st_size) : nil)
    }

    private static func openError(path: String, code: Int32) -> InputError {
        if path.isEmpty {
            return InputError(
                file: "(no name)", problem: "names no file", accepted: "give a path, or - for standard input")
        }
        guard code == ENOENT || code == ENOTDIR else {
            return InputError(file: path, problem: "cannot be read: \(String(cString: strerror(code)))")
        }
        let url = URL(fileURLWithPath: path)
        let siblings =
            (try? FileManager.default.contentsOfDirectory(atPath: url.deletingLastPathComponent().path)) ?? []
        let suggestion = Suggestion.nearest(to: url.lastPathComponent, in: siblings.sorted())
        return InputError(
            file: path, problem: "does not exist",
            accepted: suggestion.map { "did you mean \"\($0)\" in the same folder?" })
    }

    /// The first bytes, which a later read gives again.
    mutating func peek(name: String) throws(InputError) -> [UInt8] {
        if case .memory(let bytes, _) = self { return Array(bytes.prefix(4)) }
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 4, alignment: 1)
        defer { scratch.deallocate() }
        var count = 0
        while count < scratch.count {
            let more = try read(into: UnsafeMutableRawBufferPointer(rebasing: scratch[count...]), name: name)
            if more == 0 { break }
            count += more
        }
        let head = Array(scratch[..<count])
        self = .staged(head, position: 0, then: self)
        return head
    }

    /// Fills a part of `target`; 0 is the end.
    mutating func read(into target: UnsafeMutableRawBufferPointer, name: String) throws(InputError) -> Int {
        switch self {
        case .descriptor(let descriptor, _):
            return try ByteSource.read(descriptor, into: target, name: name)
        case .staged(let bytes, let position, let rest):
            let count = ByteSource.copy(bytes, from: position, into: target)
            self = position + count == bytes.count ? rest : .staged(bytes, position: position + count, then: rest)
            return count > 0 ? count : try read(into: target, name: name)
        case .memory(let bytes, let position):
            let count = ByteSource.copy(bytes, from: position, into: target)
            self = .memory(bytes, position: position + count)
            return count
        }
    }

    private static func copy(_ bytes: [UInt8], from position: Int, into target: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(bytes.count - position, target.count)
        target.copyBytes(from: bytes[position..<position + count])
        return count
    }

    private static func read(
        _ descriptor: Int32, into target: UnsafeMutableRawBufferPointer, name: String
    ) throws(InputError) -> Int {
        while true {
            let count = Foundation.read(descriptor, target.baseAddress, target.count)
            if count >= 0 { return count }
            guard errno == EINTR else {
                throw InputError(file: name, problem: "cannot be read: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// Gives the file back to the system; standard input stays open.
    func close() {
        switch self {
        case .descriptor(let descriptor, let closes): if closes { Foundation.close(descriptor) }
        case .staged(_, _, let rest): rest.close()
        case .memory: break
        }
    }
}
