#if canImport(Glibc)
    import Glibc
#endif

/// The kill switch that is a file: it stops orders by being there, whatever it holds.
public struct HaltFile: Sendable, Equatable {
    /// As the environment names it; nil where there is no such switch.
    public let path: String?

    /// The file that `EXECUTION_HALTED_FILE` names.
    public init(path: String?) { self.path = path }

    /// Looks whether the file is there.
    ///
    /// A missing folder is not a missing file: nobody could make the file there, so the switch counts as unreadable.
    public func look() -> KillSwitch {
        guard let path else { return .off }
        guard !path.isEmpty else {
            return .unreadable(why: "EXECUTION_HALTED_FILE is set and names no file; unset it, or give a path")
        }
        var status = stat()
        // A link counts as it stands, also one that leads nowhere.
        if lstat(path, &status) == 0 { return .on(reason: "the file of EXECUTION_HALTED_FILE is there: \(path)") }
        guard errno == ENOENT else { return unreadable(path, errno) }
        return stat(folder(of: path), &status) == 0 ? .off : unreadable(folder(of: path), errno)
    }

    private func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    private func unreadable(_ path: String, _ code: Int32) -> KillSwitch {
        .unreadable(why: "EXECUTION_HALTED_FILE cannot be looked at: \(path): \(String(cString: strerror(code)))")
    }
}
