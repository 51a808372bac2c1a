import Foundation

/// The same CSV through the sqlite3 shell.
enum ShellImport {
    /// Seconds of `.import --csv` into a new table without keys; nil, with a note, where there is no sqlite3 shell.
    static func measure(_ files: WorkloadFiles) throws -> Double? {
        let database = files.path("shell.db")
        defer { try? FileManager.default.removeItem(atPath: database) }
        try? FileManager.default.removeItem(atPath: database)
        let table =
            "CREATE TABLE bars (ticker TEXT, timestamp TEXT, open REAL, high REAL, low REAL, close REAL, volume REAL)"
        do {
            let result = try ChildProcess.run(
                "sqlite3", ["-batch", database, table, ".import --csv --skip 1 \(files.bars) bars"],
                outputPath: files.path("output.txt"))
            return result.exitCode == 0 ? result.cost.wall_s : nil
        } catch {
            FileHandle.standardError.write(Data("Note: no sqlite3 shell, so .import is not timed (\(error)).\n".utf8))
            return nil
        }
    }

    /// The rows of a CSV file, its header not counted.
    static func rows(of path: String) throws -> Int {
        guard let file = FileHandle(forReadingAtPath: path) else { throw BenchmarkError("\(path) cannot be read") }
        defer { try? file.close() }
        var lines = 0
        while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty {
            lines += chunk.count { $0 == UInt8(ascii: "\n") }
        }
        return lines - 1
    }
}
