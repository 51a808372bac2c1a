import ExecutionService
import Foundation
import Reporting
import Storage

/// `init`, `verify`, and the tables.
enum DatabaseCommands {
    static func initialize(_ arguments: CommandArguments) throws -> ExitCode {
        let path = arguments["--db"] ?? ""
        let existed = FileManager.default.fileExists(atPath: path)
        _ = try Database.openForWriting(path, durability: .full)
        Terminal.note(existed ? "\(path) is at this version's schema." : "Created \(path).")
        return .done
    }

    static func verify(_ arguments: CommandArguments) throws -> ExitCode {
        let path = arguments["--db"] ?? ""
        let findings = try DatabaseVerifier(try Database.openForReading(path)).verify()
        for finding in findings { try Terminal.print("\(finding)") }
        let breaks = findings.filter { $0.severity == .broken }
        try Terminal.print(breaks.isEmpty ? "\(path): every invariant holds." : "\(path): \(breaks.count) findings.")
        return breaks.isEmpty ? .done : .incomplete
    }

    static func table(_ name: String, _ arguments: CommandArguments) throws -> ExitCode {
        let runID = arguments["--run-id"]
        let query: TableQuery =
            switch name {
            case Commands.orders.name: .orders(runID: runID)
            case Commands.intents.name: .intents(runID: runID)
            case Commands.positions.name: .positions(runID: runID)
            case Commands.gap.name: .gap(runID: runID)
            case Commands.runs.name: .runs(runID: runID)
            default: .trades(runID: runID)
            }
        let format = try arguments.choice("--format", default: ReportFormat.table)
        let report = Report(try Database.openForReading(arguments["--db"] ?? ""))
        try report.write(query, as: format) { try Terminal.write($0) }
        return .done
    }
}
