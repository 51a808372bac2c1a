import Foundation
import TradingModel

#if canImport(Glibc)
    import Glibc
#endif

extension AccountLock {
    /// How the lock of an account looks from outside.
    public enum State: Sendable, Equatable {
        /// Nobody trades the account from this database.
        case free
        /// A process does; nil where it has not written itself down yet.
        case held(pid: Int64, by: Holder?)
        /// It cannot be told from here; the holder is the last one that the file names, where it names one.
        case notKnown(last: Holder?, why: String)
    }

    /// Looks who holds the lock of an account, and takes nothing: a rebalance that begins at this moment is not refused for it.
    ///
    /// The kernel's list of locks tells; those of other machines, and of containers with processes of their own, are not in it.
    public static func look(database: String, account: AccountID) -> State {
        let path = path(database: database, account: account)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            return errno == ENOENT ? .free : .notKnown(last: nil, why: "\(path): \(message(errno))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .notKnown(last: nil, why: "\(path): \(message(errno))") }
        // The list first: whoever is in it and has written itself down since is known, not taken for an earlier holder.
        let list = FileManager.default.contents(atPath: KernelLocks.path).map { String(decoding: $0, as: UTF8.self) }
        let holder = holder(in: descriptor)
        guard let list else { return .notKnown(last: holder, why: "\(KernelLocks.path) cannot be read") }
        let locks = KernelLocks(list).exclusiveLocks(onInode: UInt64(status.st_ino))
        // Some file systems name another device than the kernel's list does; there the holder's own word counts.
        if let lock = locks.first(where: { $0.isOn(device: UInt64(status.st_dev)) || $0.pid == holder?.pid }) {
            return .held(pid: lock.pid, by: holder?.pid == lock.pid ? holder : nil)
        }
        if let holder, holder.host != ProcessInfo.processInfo.hostName {
            return .notKnown(last: holder, why: "locks of \(holder.host) are not seen from here")
        }
        return .free
    }
}

/// The locks on whole files (`flock`) in the kernel's list, as Linux prints it in `/proc/locks`.
struct KernelLocks: Equatable {
    static let path = "/proc/locks"

    struct Lock: Equatable {
        var pid: Int64
        var major: UInt64
        var minor: UInt64
        var inode: UInt64

        /// Compares with a `st_dev`: major in bits 8 to 19 and 44 to 63, minor in 0 to 7 and 20 to 43 (`makedev` of glibc).
        func isOn(device: UInt64) -> Bool {
            major == (device >> 8 & 0xFFF | device >> 32 & ~0xFFF)
                && minor == (device & 0xFF | device >> 12 & 0xFFFF_FF00)
        }
    }

    /// The exclusive ones that are held; those who wait for one are not in it.
    private let locks: [Lock]

    init(_ list: String) { locks = list.split(separator: "\n").compactMap { Lock(line: $0) } }

    func exclusiveLocks(onInode inode: UInt64) -> [Lock] { locks.filter { $0.inode == inode } }
}

extension KernelLocks.Lock {
    /// `1: FLOCK  ADVISORY  WRITE 24606 fe:00:16222604 0 EOF`; nil for every other kind of line.
    fileprivate init?(line: Substring) {
        let words = line.split(separator: " ")
        guard words.count >= 6, words[1] == "FLOCK", words[3] == "WRITE", let pid = Int64(words[4]) else { return nil }
        let file = words[5].split(separator: ":")
        guard file.count == 3, let major = UInt64(file[0], radix: 16), let minor = UInt64(file[1], radix: 16),
            let inode = UInt64(file[2])
        else { return nil }
        self.init(pid: pid, major: major, minor: minor, inode: inode)
    }
}
