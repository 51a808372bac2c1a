import Foundation

/// A folder of one test.
public struct TemporaryFolder: Sendable {
    /// Where it is.
    public let url: URL

    /// Makes a new, empty folder.
    public init() throws { try self.init(in: FileManager.default.temporaryDirectory) }

    private init(in parent: URL) throws {
        url = parent.appendingPathComponent("execution-tests-\(UUID().uuidString)").resolvingSymlinksInPath()
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    /// A folder in memory where the system has a place for that, for tests that commit thousands of times.
    public static func inMemory() throws -> TemporaryFolder {
        let memory = "/dev/shm"
        guard FileManager.default.isWritableFile(atPath: memory) else { return try TemporaryFolder() }
        return try TemporaryFolder(in: URL(fileURLWithPath: memory))
    }

    /// The path of a file in it.
    public func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// Writes a text file and gives its path.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        try write(Data(text.utf8), to: name)
    }

    /// Writes a file and gives its path.
    @discardableResult
    public func write(_ data: Data, to name: String) throws -> String {
        let path = path(name)
        try data.write(to: URL(fileURLWithPath: path))
        return path
    }

    /// The bytes of a file in it; nil when it is not there.
    public func bytes(_ name: String) -> Data? { FileManager.default.contents(atPath: path(name)) }

    /// Whether it has a file or folder of that name.
    public func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    /// Takes it away with everything in it.
    public func remove() throws {
        guard FileManager.default.fileExists(atPath: url.path) else { return }
        try FileManager.default.removeItem(at: url)
    }
}
