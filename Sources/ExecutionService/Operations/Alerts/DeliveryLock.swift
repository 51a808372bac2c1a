import Foundation
import TradingModel

#if canImport(Glibc)
    import Glibc
#endif

/// The right to deliver the alerts of a database: a locked file beside it, which the kernel frees with the process.
final class DeliveryLock {
    private let path: String
    private var descriptor: Int32 = -1

    init(database: String) { path = "\(database).alerts.lock" }

    deinit { release() }

    /// Takes it; false where another process has it. Throws `AlertLockTrouble` for a file that cannot be locked at all.
    func take() throws(AlertLockTrouble) -> Bool {
        guard descriptor < 0 else { return true }
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard opened >= 0 else { throw AlertLockTrouble(path: path, code: errno) }
        var code: Int32 = EINTR
        while code == EINTR { code = flock(opened, LOCK_EX | LOCK_NB) == 0 ? 0 : errno }
        guard code == 0 else {
            close(opened)
            if code == EWOULDBLOCK { return false }
            throw AlertLockTrouble(path: path, code: code)
        }
        descriptor = opened
        return true
    }

    func release() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }
}

/// The file that says who delivers alerts cannot be locked, so none are delivered.
public struct AlertLockTrouble: Error, Equatable, Sendable, CustomStringConvertible {
    public let path: String
    /// The system's number for the reason.
    public let code: Int32

    public var description: String {
        "\(path) cannot be locked, so no alert is delivered: \(String(cString: strerror(code))); check the file and its folder"
    }
}
