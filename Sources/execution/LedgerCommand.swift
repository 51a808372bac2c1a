import ExecutionService
import Foundation

/// `export-ledger`.
enum LedgerCommand {
    static func run(_ arguments: CommandArguments) throws -> ExitCode {
        var options = LedgerOptions(database: arguments["--db"] ?? "")
        options.output = arguments["--out"]
        options.follows = arguments.has("--follow")
        options.selection.runID = arguments["--run-id"]
        options.selection.account = arguments["--account"]
        try refuseDatabaseAsOutput(options)
        // Without --follow it may end at any place: the next export goes on from there.
        if options.follows { Interruption.listen() }
        var export = try LedgerExport(options)
        try export.run { Interruption.isAsked }
        if options.outputPath != "-" { Terminal.note("\(options.outputPath): \(export.lineCount) lines added.") }
        return .done
    }

    /// A ledger in a file that SQLite writes, the log beside the database for one, would ruin both.
    private static func refuseDatabaseAsOutput(_ options: LedgerOptions) throws(CommandLineError) {
        let output = URL(fileURLWithPath: options.outputPath).resolvingSymlinksInPath().path
        let database = URL(fileURLWithPath: options.database).resolvingSymlinksInPath().path
        if ["", "-wal", "-shm", "-journal"].contains(where: { output == database + $0 }) {
            throw CommandLineError(
                description: "--out \"\(options.outputPath)\" is a file of the database; give another one")
        }
    }
}
