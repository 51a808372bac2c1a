import ExecutionService
import Foundation
import InputFiles
import Reporting
import Storage
import TradingModel

/// `bars import` and `bars list`.
enum BarCommands {
    static func importBars(_ arguments: CommandArguments) throws -> ExitCode {
        var request = BarImport(database: arguments["--db"] ?? "", files: arguments.arguments)
        request.interval = arguments["--interval"]
        request.ticker = arguments["--ticker"]
        request.timeZone = arguments["--time-zone"]
        request.corporateActions = arguments["--actions"]
        request.instruments = arguments["--instruments"]
        if request.files.isEmpty, request.corporateActions == nil, request.instruments == nil {
            throw CommandLineError(description: "execution bars import needs at least one FILE (- is standard input)")
        }
        let bar = ProgressBar("Importing")
        defer { bar.finish() }
        let summary = try request.run { fraction, file in bar.show(fraction, file) }
        bar.finish()
        Terminal.note(summary.text)
        return .done
    }

    static func list(_ arguments: CommandArguments) throws -> ExitCode {
        let format = try arguments.choice("--format", default: ReportFormat.table)
        try Terminal.write(try BarListing(database: arguments["--db"] ?? "").rendered(as: format))
        return .done
    }
}
