#if canImport(Glibc)
    import Glibc
#endif

/// A file that another system writes a word into, such as a key of a mounted ConfigMap.
struct WordFile: Sendable, Equatable {
    enum Contents: Equatable {
        /// Nothing stands at the path, in a folder that is there.
        case missing
        /// Without white space around it; at most 64 bytes are read.
        case word(String)
        /// It cannot be told; why is half a sentence.
        case unreadable(String)
    }

    let path: String

    /// What stands there now.
    ///
    /// A missing folder is not a missing file: nobody could make the file there. Neither is a link that leads nowhere.
    func read() -> Contents {
        guard !path.isEmpty else { return .unreadable("it names no file; unset it, or give a path") }
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { return unreadable(path, errno) }
            return stat(folder, &status) == 0 ? .missing : unreadable(folder, errno)
        }
        // A pipe that nobody writes to must not hold anybody up.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return unreadable(path, errno) }
        defer { close(descriptor) }
        guard fstat(descriptor, &status) == 0 else { return unreadable(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .unreadable("\(path): this is no file") }
        return contents(descriptor)
    }

    private func contents(_ descriptor: Int32) -> Contents {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { return unreadable(path, errno) }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        return .word(String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed()))
    }

    private var folder: String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    private func unreadable(_ path: String, _ code: Int32) -> Contents {
        .unreadable("\(path): \(String(cString: strerror(code)))")
    }
}
