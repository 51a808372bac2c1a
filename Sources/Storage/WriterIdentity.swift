import Glibc

/// Which process writes a run, so that another one can tell whether it still does.
struct WriterIdentity: Equatable {
    var host: String
    var pid: Int64
    /// The machine's boot and the process's start, so that a reused process number is not taken for the writer; empty for a
    /// writer that has given its run up.
    var token: String

    /// This process.
    static func current() -> WriterIdentity {
        let pid = Int64(getpid())
        return WriterIdentity(host: hostName(), pid: pid, token: token(ofProcess: pid) ?? "")
    }

    /// Whether the process is there; nil where this machine cannot know, because it is another one.
    var isAlive: Bool? {
        if token.isEmpty { return false }
        guard host == WriterIdentity.hostName() else { return nil }
        return WriterIdentity.token(ofProcess: pid) == token
    }

    private static func hostName() -> String {
        firstLine(of: "/proc/sys/kernel/hostname") ?? "unknown"
    }

    /// Nil when there is no such process.
    private static func token(ofProcess pid: Int64) -> String? {
        // The command in field 2 may hold spaces and parentheses; the start time is the 20th field after its last ")".
        guard let status = firstLine(of: "/proc/\(pid)/stat"), let end = status.lastIndex(of: ")") else { return nil }
        let fields = status[status.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        return "\(firstLine(of: "/proc/sys/kernel/random/boot_id") ?? ""):\(fields[19])"
    }

    private static func firstLine(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = fread(&buffer, 1, buffer.count, file)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
