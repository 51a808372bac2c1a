import Networking

#if canImport(Glibc)
    import Glibc
#endif

/// Runs the command of a hook: input on its standard input, a limit of time, and its words where it fails.
struct HookProcess {
    /// How a command ended.
    enum Outcome: Equatable {
        /// With exit code 0.
        case succeeded
        /// For people: how, and what it said.
        case failed(String)
    }

    /// What the kernel takes before anybody reads; more is not given.
    static let longestInput = 60_000
    private static let shownOutput = 400
    private static let patience_ms: Int64 = 1_000

    let words: [String]
    let environment: [String: String]
    let timeout_ms: Int64

    /// Runs the command to its end, or to the end of its time, and then ends it with everything that it started.
    func run(input: [UInt8]) -> Outcome {
        guard input.count <= Self.longestInput else { return .failed("the input has \(input.count) bytes") }
        guard let stdin = Pipe(), let output = Pipe() else { return .failed("no pipe: \(message(errno))") }
        // The reading end is open here, so that nothing breaks while the input is put in.
        guard stdin.fill(with: input) else { return .failed("the input cannot be written: \(message(errno))") }
        stdin.closeWriter()
        var pid: pid_t = 0
        let code = spawn(&pid, stdin: stdin.reader, output: output.writer)
        stdin.closeReader()
        output.closeWriter()
        defer { output.closeReader() }
        guard code == 0 else { return .failed("\(words.first ?? "") cannot be run: \(message(code))") }
        return wait(for: pid, output)
    }

    /// A group of its own: Ctrl-C at the terminal is not meant for it, and its end is the end of what it started.
    private func spawn(_ pid: inout pid_t, stdin: Int32, output: Int32) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (from, to) in [(stdin, STDIN_FILENO), (output, STDOUT_FILENO), (output, STDERR_FILENO)] {
            posix_spawn_file_actions_adddup2(&actions, from, to)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return withCStrings(words) { arguments in
            withCStrings(variables) { variables in
                posix_spawnp(&pid, words.first ?? "", &actions, &attributes, arguments, variables)
            }
        }
    }

    /// How a process stands.
    private enum Progress {
        case runs
        case ended(status: Int32)
        /// It ended, and the kernel kept no word of how: so it is where SIGCHLD is ignored.
        case forgotten
    }

    private func wait(for pid: pid_t, _ output: Pipe) -> Outcome {
        let giveUp_ms = SystemClock.monotonic_ms + timeout_ms
        var said: [UInt8] = []
        while SystemClock.monotonic_ms < giveUp_ms {
            switch Self.progress(of: pid) {
            case .runs: said += output.wait(atMost_ms: 10)
            case .ended(let status):
                said += output.drain()
                return outcome(status, said)
            case .forgotten:
                said += output.drain()
                return .failed("how it ended is not known, because this process ignores SIGCHLD\(words(of: said))")
            }
        }
        Self.end(pid)
        return .failed("it took longer than \(timeout_ms) ms and was ended\(words(of: said))")
    }

    /// Asks the group to end, and makes it.
    private static func end(_ pid: pid_t) {
        kill(-pid, SIGTERM)
        let giveUp_ms = SystemClock.monotonic_ms + patience_ms
        while SystemClock.monotonic_ms < giveUp_ms {
            guard case .runs = progress(of: pid) else {
                kill(-pid, SIGKILL)
                return
            }
            usleep(10_000)
        }
        kill(-pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }

    private static func progress(of pid: pid_t) -> Progress {
        var status: Int32 = 0
        let found = waitpid(pid, &status, WNOHANG)
        if found == pid { return .ended(status: status) }
        return found < 0 && errno == ECHILD ? .forgotten : .runs
    }

    private func outcome(_ status: Int32, _ said: [UInt8]) -> Outcome {
        let signal = status & 0x7F
        if signal != 0 { return .failed("signal \(signal) ended it\(words(of: said))") }
        let code = (status >> 8) & 0xFF
        return code == 0 ? .succeeded : .failed("exit code \(code)\(words(of: said))")
    }

    private func words(of said: [UInt8]) -> String {
        let text = String(decoding: said, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: " ")
        return text.isEmpty ? "" : ": \(text.prefix(Self.shownOutput))"
    }

    private func message(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// The two ends of a pipe that no other process inherits.
private final class Pipe {
    private(set) var reader: Int32
    private(set) var writer: Int32
    private static let kept = 4_096

    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        (reader, writer) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        closeReader()
        closeWriter()
    }

    func closeReader() {
        if reader >= 0 { close(reader) }
        reader = -1
    }

    func closeWriter() {
        if writer >= 0 { close(writer) }
        writer = -1
    }

    /// Whether all of it went in.
    func fill(with bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(writer, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest.removeFirst(count)
        }
        return true
    }

    /// What has come, once something has or the time is over; what nobody will show is read and forgotten.
    func wait(atMost_ms: Int32) -> [UInt8] {
        var entry = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
        guard reader >= 0, poll(&entry, 1, atMost_ms) > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: Self.kept)
        let count = read(reader, &buffer, buffer.count)
        // Whoever closed its output goes on without; the pauses are the same.
        guard count > 0 else {
            usleep(useconds_t(atMost_ms) * 1_000)
            return []
        }
        return Array(buffer[..<count])
    }

    /// Everything that is there already.
    func drain() -> [UInt8] {
        var all: [UInt8] = []
        while all.count < Self.kept {
            let more = wait(atMost_ms: 0)
            guard !more.isEmpty else { break }
            all += more
        }
        return all
    }
}

/// Lends texts as C does.
private func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let pointers = texts.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
}
