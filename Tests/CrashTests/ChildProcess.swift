import Foundation
import TestSupport

/// A program of this package in a process of its own, which is never waited for without an end.
final class ChildProcess {
    enum Ending: Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    /// It was killed because it did not end.
    struct TimedOut: Error, CustomStringConvertible {
        let description: String
    }

    private let process = Process()
    private let outputPath: String
    private let errorsPath: String

    /// Starts a program; what it prints goes to files named after it, so that no pipe can fill.
    init(
        _ name: String, _ words: [String], in folder: TemporaryFolder, printsTo label: String? = nil,
        environment: [String: String] = [:]
    ) throws {
        outputPath = try folder.write("", to: "\(label ?? name).out")
        errorsPath = try folder.write("", to: "\(label ?? name).err")
        process.executableURL = Self.program(name)
        process.arguments = words
        process.currentDirectoryURL = folder.url
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: outputPath))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorsPath))
        try process.run()
    }

    deinit { if process.isRunning { send(SIGKILL) } }

    /// Programs are built into the folder of the test bundle.
    private static func program(_ name: String) -> URL {
        let bundle = Bundle(for: ChildProcess.self).bundleURL
        let folders = [bundle, bundle.deletingLastPathComponent(), Bundle.main.bundleURL]
        let programs = folders.map { $0.appendingPathComponent(name) }
        return programs.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? programs[0]
    }

    var processIdentifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    var output: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }
    var errors: String { (try? String(contentsOfFile: errorsPath, encoding: .utf8)) ?? "" }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for its end; throws `TimedOut` after so many seconds.
    func ending(within longest_s: TimeInterval = 90) throws -> Ending {
        guard Wait.until(longest_s, { !process.isRunning }) else {
            send(SIGKILL)
            throw TimedOut(
                description: "\(process.arguments ?? []) did not end in \(longest_s) s: \(errors.suffix(4_000))")
        }
        return process.terminationReason == .uncaughtSignal
            ? .killed(signal: process.terminationStatus) : .exited(process.terminationStatus)
    }
}

enum Wait {
    /// Waits for a condition; false when it did not come in so many seconds.
    static func until(
        _ longest_s: TimeInterval, every pause_s: TimeInterval = 0.001, _ isTrue: () throws -> Bool
    ) rethrows -> Bool {
        let end = Date(timeIntervalSinceNow: longest_s)
        while try !isTrue() {
            if Date() > end { return false }
            Thread.sleep(forTimeInterval: pause_s)
        }
        return true
    }
}
