import Foundation
import Reporting
import Storage
import TradingModel

#if canImport(Glibc)
    import Glibc
#endif

/// The metrics of a database as a file for the textfile collector of Prometheus' node_exporter.
public struct MetricsFile {
    private let database: String

    public init(database: String) { self.database = database }

    /// The text of the file. Throws what reading the database throws.
    public func text(at time: Timestamp) throws -> String {
        PrometheusText.text(
            try MetricsReader(try Database.openForReading(database), at: time, version: serviceVersion).families())
    }

    /// Writes the file whole or not at all: whoever reads it sees the old one or the new one.
    ///
    /// Throws `MetricsFileTrouble` and what reading the database throws; the old file stays as it was.
    public func write(to path: String, at time: Timestamp) throws {
        let text = try text(at: time)
        // The collector takes files that end in .prom; this one does not until it is complete.
        let draft = "\(path).\(getpid()).tmp"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw MetricsFileTrouble(path: path, code: errno) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data(text.utf8))
            try handle.close()
            guard rename(draft, path) == 0 else { throw MetricsFileTrouble(path: path, code: errno) }
        } catch {
            unlink(draft)
            throw error as? MetricsFileTrouble ?? MetricsFileTrouble(path: path, code: EIO)
        }
    }
}

/// The file of the metrics cannot be written; what it had stays.
public struct MetricsFileTrouble: Error, Equatable, Sendable, CustomStringConvertible {
    public let path: String
    /// The system's number for the reason.
    public let code: Int32

    public var description: String {
        "\(path): the metrics cannot be written: \(String(cString: strerror(code))); check the file's folder"
    }
}
