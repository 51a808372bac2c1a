import Glibc

/// What stands at a path; nil when nothing does.
enum FileKind {
    case file
    case directory

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self = status.st_mode & S_IFMT == S_IFDIR ? .directory : .file
    }
}
