import Foundation
import Reporting

/// Where the lines of a ledger go.
protocol LedgerDestination {
    /// Appends bytes, whole lines.
    func append(_ bytes: [UInt8]) throws(LedgerFailure)
    /// Returns when what was appended is on the disk.
    func synchronize() throws(LedgerFailure)
}

/// Standard output, which keeps nothing.
struct LedgerStandardOutput: LedgerDestination {
    func append(_ bytes: [UInt8]) throws(LedgerFailure) {
        try writeAll(bytes, to: STDOUT_FILENO, path: "standard output")
    }

    func synchronize() {}
}

/// The file of a ledger, which this process alone appends to.
final class LedgerFile: LedgerDestination {
    private let path: String
    private let descriptor: Int32
    /// What this process knows the file to have, in bytes.
    private var size: Int64 = 0

    /// Opens the file, or makes an empty one; throws `LedgerRefusal` when it cannot be, or when another exporter has it.
    init(_ path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        self.path = path
        guard descriptor >= 0 else {
            throw errno == EISDIR
                ? LedgerRefusal.noRegularFile(path: path) : LedgerRefusal.cannotOpen(path: path, code: errno)
        }
        let status = try status()
        guard status.st_mode & S_IFMT == S_IFREG else { throw LedgerRefusal.noRegularFile(path: path) }
        // The lock goes with the process, however that ends.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw LedgerRefusal.inUse(path: path) }
        size = Int64(try self.status().st_size)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private func status() throws(LedgerFailure) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .inputOutput(path: path, code: errno) }
        return status
    }

    /// Hands out every whole line without its newline; returns how many bytes they are.
    ///
    /// Throws `LedgerRefusal` where a line, or what is left of a last one, is of no ledger, and what the system refuses.
    func readLines(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Int64 {
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        var pending: [UInt8] = []
        var bytes: Int64 = 0
        var lines = 0
        while case let count = try read(at: bytes + Int64(pending.count), into: &piece), count > 0 {
            pending += piece[..<count]
            let used = try pending.withUnsafeBytes { buffer in
                try LedgerFile.split(buffer) { line in
                    lines += 1
                    do { try body(line) } catch let problem as LedgerProblem {
                        throw LedgerRefusal.noLedger(path: path, line: lines, problem: problem)
                    }
                }
            }
            bytes += Int64(used)
            pending.removeFirst(used)
            guard pending.withUnsafeBytes({ LedgerReader.mayBeCutOff($0) }) else {
                throw LedgerRefusal.noLedger(path: path, line: lines + 1, problem: .noLine)
            }
        }
        return bytes
    }

    /// Reads from a place in the file on; 0 is its end.
    private func read(at offset: Int64, into piece: inout [UInt8]) throws(LedgerFailure) -> Int {
        while true {
            let count = piece.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
            if count >= 0 { return count }
            guard errno == EINTR else { throw .inputOutput(path: path, code: errno) }
        }
    }

    /// Hands out the whole lines of a buffer, and returns how many bytes they are with their newlines.
    private static func split(
        _ buffer: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows -> Int {
        var start = 0
        while let base = buffer.baseAddress, let end = memchr(base + start, 0x0A, buffer.count - start) {
            let next = UnsafeRawPointer(end) - base
            try body(UnsafeRawBufferPointer(rebasing: buffer[start..<next]))
            start = next + 1
        }
        return start
    }

    /// Takes away what is after the whole lines, which a writer that was killed has left.
    func cut(to bytes: Int64) throws(LedgerFailure) {
        guard bytes < size else { return }
        guard ftruncate(descriptor, off_t(bytes)) == 0 else { throw .inputOutput(path: path, code: errno) }
        size = bytes
        try synchronize()
    }

    func append(_ bytes: [UInt8]) throws(LedgerFailure) {
        let status = try status()
        guard Int64(status.st_size) == size, FileIdentity(path) == FileIdentity(status) else {
            throw .outputChanged(path: path)
        }
        try writeAll(bytes, to: descriptor, path: path)
        size += Int64(bytes.count)
    }

    func synchronize() throws(LedgerFailure) {
        guard fsync(descriptor) == 0 else { throw .inputOutput(path: path, code: errno) }
    }
}

/// Writes all bytes, in one call unless the system takes only a part of them.
private func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(LedgerFailure) {
    var done = 0
    while done < bytes.count {
        let count = bytes.withUnsafeBytes { buffer in
            write(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
        }
        if count >= 0 {
            done += count
        } else if errno != EINTR {
            throw .inputOutput(path: path, code: errno)
        }
    }
}

/// Which file stands at a path.
struct FileIdentity: Equatable {
    private let device: dev_t
    private let number: ino_t

    init(_ status: stat) {
        device = status.st_dev
        number = status.st_ino
    }

    /// Nil where there is none.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }
}
