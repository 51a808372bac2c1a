import Foundation
import TestSupport
import XCTest

/// What a command printed, and how it ended.
struct CommandResult {
    /// The exit code; of a process that a signal ended, the signal's number with a minus.
    let code: Int32
    /// Standard output.
    let output: String
    /// Standard error.
    let errors: String
}

/// A command that runs.
final class RunningCommand {
    private let process: Process
    private let output: URL
    private let errors: URL

    fileprivate init(_ process: Process, output: URL, errors: URL) {
        self.process = process
        self.output = output
        self.errors = errors
    }

    var isRunning: Bool { process.isRunning }

    var processIdentifier: Int32 { process.processIdentifier }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for its end.
    func result() throws -> CommandResult {
        process.waitUntilExit()
        let wasKilled = process.terminationReason == .uncaughtSignal
        return CommandResult(
            code: wasKilled ? -process.terminationStatus : process.terminationStatus,
            output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }
}

/// Runs the built program in a folder that every test has for itself.
class CommandLineTestCase: XCTestCase {
    private var folderOfTest: TemporaryFolder?
    private var commands = 0

    override func setUpWithError() throws { folderOfTest = try TemporaryFolder() }

    override func tearDownWithError() throws { try folderOfTest?.remove() }

    /// The current directory of every command.
    var folder: TemporaryFolder {
        get throws { try XCTUnwrap(folderOfTest) }
    }

    /// The program, which is built into the folder of the test bundle.
    static var program: URL {
        let bundle = Bundle(for: CommandLineTestCase.self).bundleURL
        let folders = [bundle, bundle.deletingLastPathComponent(), Bundle.main.bundleURL]
        let programs = folders.map { $0.appendingPathComponent("execution") }
        return programs.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? programs[0]
    }

    /// Runs a command to its end.
    @discardableResult
    func execute(_ words: String..., input: String? = nil) throws -> CommandResult {
        try start(words, input: input).result()
    }

    /// Runs a command to its end.
    @discardableResult
    func execute(_ words: [String], input: String? = nil) throws -> CommandResult {
        try start(words, input: input).result()
    }

    /// Starts a command; what it prints goes to files, so that no pipe can fill.
    func start(_ words: [String], input: String? = nil) throws -> RunningCommand {
        try start(Self.program, words, input: input)
    }

    /// Runs a line of `sh`, in which `$EXECUTION` is the program.
    func shell(_ line: String) throws -> CommandResult {
        try start(URL(fileURLWithPath: "/bin/sh"), ["-c", line], input: nil).result()
    }

    private func start(_ program: URL, _ words: [String], input: String?) throws -> RunningCommand {
        commands += 1
        let folder = try folder
        let files = ["out", "err", "in"].map { URL(fileURLWithPath: folder.path(".\($0)\(commands)")) }
        try Data().write(to: files[0])
        try Data().write(to: files[1])
        try Data((input ?? "").utf8).write(to: files[2])
        let process = Process()
        process.executableURL = program
        process.arguments = words
        process.currentDirectoryURL = folder.url
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["EXECUTION": Self.program.path], uniquingKeysWith: { _, new in new })
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        process.standardInput = try FileHandle(forReadingFrom: files[2])
        try process.run()
        return RunningCommand(process, output: files[0], errors: files[1])
    }

    /// Fails with what the command said when its exit code is another one.
    func assertCode(_ expected: Int32, _ result: CommandResult, file: StaticString = #filePath, line: UInt = #line) {
        XCTAssertEqual(result.code, expected, result.errors + result.output, file: file, line: line)
    }

    func assertContains(_ text: String, _ parts: [String], file: StaticString = #filePath, line: UInt = #line) {
        for part in parts {
            XCTAssertTrue(text.contains(part), "\"\(part)\" is not in: \(text)", file: file, line: line)
        }
    }
}
