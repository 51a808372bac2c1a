import Foundation
import TradingModel

#if canImport(Glibc)
    import Glibc
#endif

/// The right to trade one account from one database: a locked file beside the database, which the kernel frees with the process.
///
/// It is held until `release()` or the end of the process, also when no variable refers to it any more. The file stays: taking it
/// away would let a process that has just opened it lock a file that nobody else finds.
public final class AccountLock {
    /// Who holds a lock, as the file says.
    public struct Holder: Codable, Sendable, Equatable {
        public var host: String
        public var pid: Int64
        /// ISO 8601, UTC.
        public var since: String
        /// The words of its command line, at most 1,000 characters of them.
        public var command: String
        /// What it does once a kill switch is turned; nil in what older versions wrote.
        public var answer: HaltAnswer?
    }

    /// What a process does once a kill switch halts what it is about.
    public enum HaltAnswer: String, Codable, Sendable {
        /// It sends no orders, and cancels none for it.
        case ignores
        /// It stops sending, and cancels what is open where that is asked for.
        case stops
        /// The same, and it closes positions where that is asked for.
        case closes
    }

    /// The locked file.
    public let path: String
    private var descriptor: Int32?

    /// Locks an account without waiting. Throws `AccountLockRefusal`; when another process holds it, with what is known of that.
    ///
    /// - Parameters:
    ///   - database: path of the database, which need not exist yet.
    ///   - command: how this process was called, for the one that is refused.
    ///   - answer: what it does once a kill switch is turned, for the one who turns it.
    ///   - time: when the lock is taken.
    public init(
        database: String, account: AccountID, command: String, answer: HaltAnswer, at time: Timestamp
    ) throws(AccountLockRefusal) {
        path = Self.path(database: database, account: account)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else {
            throw AccountLockRefusal.unusable(
                path: path, why: errno == ENOENT ? "its folder does not exist" : Self.message(errno))
        }
        do throws(AccountLockRefusal) {
            try Self.lock(descriptor, path, account)
            let holder = Holder(
                host: ProcessInfo.processInfo.hostName, pid: Int64(getpid()), since: time.description,
                command: String(command.prefix(1_000)), answer: answer)
            try Self.write(holder, to: descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    /// Gives the account free; once is enough.
    public func release() {
        guard let descriptor else { return }
        self.descriptor = nil
        // So that nobody is named between the next lock and its first line.
        ftruncate(descriptor, 0)
        close(descriptor)
    }

    static func path(database: String, account: AccountID) -> String { "\(canonical(database)).\(account).lock" }

    /// One name for a database, whichever links lead to it; of a database to be made, its folder's.
    private static func canonical(_ database: String) -> String {
        if let whole = resolved(database) { return whole }
        let url = URL(fileURLWithPath: database)
        let folder = resolved(url.deletingLastPathComponent().path)
        return folder.map { "\($0)/\(url.lastPathComponent)" } ?? database
    }

    private static func resolved(_ path: String) -> String? {
        guard let text = realpath(path, nil) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }

    private static func lock(_ descriptor: Int32, _ path: String, _ account: AccountID) throws(AccountLockRefusal) {
        var code: Int32 = EINTR
        while code == EINTR { code = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno }
        if code == EWOULDBLOCK {
            throw AccountLockRefusal.held(account: account, path: path, by: holder(in: descriptor))
        }
        guard code == 0 else { throw AccountLockRefusal.unusable(path: path, why: message(code)) }
    }

    /// Nil where the holder has not written itself down yet.
    static func holder(in descriptor: Int32) -> Holder? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return try? JSONDecoder().decode(Holder.self, from: Data(bytes[..<count]))
    }

    private static func write(_ holder: Holder, to descriptor: Int32, _ path: String) throws(AccountLockRefusal) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(holder) else {
            throw AccountLockRefusal.unusable(path: path, why: "its holder cannot be written as JSON")
        }
        let bytes = Array(line + Data("\n".utf8))
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw AccountLockRefusal.unusable(path: path, why: message(errno))
        }
    }

    static func message(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// Why an account could not be locked; nothing was sent or written to the database.
public enum AccountLockRefusal: Error, Equatable, Sendable {
    /// Another process trades the account; nil where it has not written itself down yet.
    case held(account: AccountID, path: String, by: AccountLock.Holder?)
    /// The file cannot be opened, locked or written.
    case unusable(path: String, why: String)
}

extension AccountLockRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .held(let account, let path, let holder?):
            """
            account \(account) is being traded by process \(holder.pid) on \(holder.host) since \(holder.since) \
            (\(holder.command)); wait for it, or stop it; \(path) is locked by it
            """
        case .held(let account, let path, nil):
            "account \(account) is being traded by another process, which has locked \(path); wait for it"
        case .unusable(let path, let why):
            "\(path): the account cannot be locked: \(why); check the file and its folder"
        }
    }
}
