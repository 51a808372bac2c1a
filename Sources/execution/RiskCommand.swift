import ExecutionService

/// `risk`.
enum RiskCommand {
    static let specification = CommandSpecification(
        "risk", summary: "show value at risk, correlations, drawdown and Kelly of what is held",
        options: [
            Option("--bars", "FILE", "historical bars: a database, or a CSV file", isRequired: true),
            Option("--positions", "FILE", "positions, CSV or JSON Lines: ticker,quantity"),
            Option("--db", "FILE", "the database of the book, instead of --positions"),
            Option("--run-id", "ID", "the book of this training run"),
            Option("--account", "ID", "the book of this production account"),
            Option("--level", "0.99", "confidence of the value at risk; 0.99 unless said"),
            Option("--horizon", "DAYS", "days a loss may take; 1 unless said"),
            Option("--window", "DAYS", "days looked back; 250 unless said"),
            Option("--interval", "1d|5m|…", "which bars, where the database has several intervals"),
            Option("--time-zone", "NAME", "what the dates of the bars are in; UTC unless said"),
            Option("--format", "table|json", "how to print; table unless said otherwise"),
        ],
        discussion: """
            Returns are those of daily closes, splits taken out; a day without a bar is a return of zero. The historical value at \
            risk is an empirical quantile with linear interpolation, the parametric one the normal quantile times the standard \
            deviation, with an expected return of zero; both grow with the square root of the horizon. A correlation is that of \
            a position's profit to the profit of all others. Drawdown is of the book's equity at the end of each day; Kelly is \
            p - (1 - p) / b over the round trips of a strategy, where b is the average win to the average loss, both as shares of \
            what was put in. It reads, and writes nothing.
            """)

    static func run(_ arguments: CommandArguments) throws -> ExitCode {
        let format = try arguments.choice("--format", default: RunCommands.SummaryFormat.table)
        var request = RiskReport.Request(bars: arguments["--bars"] ?? "")
        request.positions = arguments["--positions"]
        request.database = arguments["--db"]
        request.runID = arguments["--run-id"]
        request.account = arguments["--account"]
        request.interval = arguments["--interval"]
        request.timeZone = arguments["--time-zone"]
        guard (request.positions == nil) != (request.database == nil) else {
            throw CommandLineError(description: "execution risk needs either --positions FILE or --db FILE")
        }
        if request.positions != nil {
            try RunCommands.refuse(["--run-id", "--account"], with: "--positions", arguments)
        }
        if request.runID != nil { try RunCommands.refuse(["--account"], with: "--run-id", arguments) }
        request.level = try number(arguments, "--level", request.level, "from 0.5 to below 1, such as 0.99") {
            0.5..<1 ~= $0
        }
        request.horizon_days = try number(
            arguments, "--horizon", request.horizon_days, "of days above zero, such as 10"
        ) { $0 > 0 }
        request.window_days = Int(
            try number(
                arguments, "--window", Double(request.window_days), "of whole days from 2 to 100000, such as 250"
            ) {
                2...100_000 ~= $0 && $0.rounded() == $0
            })
        let report = try RiskReport(request)
        if format == .json { try Terminal.print(report.json) } else { try Terminal.write(report.text) }
        return .done
    }

    private static func number(
        _ arguments: CommandArguments, _ option: String, _ otherwise: Double, _ range: String,
        _ isAccepted: (Double) -> Bool
    ) throws(CommandLineError) -> Double {
        guard let word = arguments[option] else { return otherwise }
        guard let number = Double(word), number.isFinite, isAccepted(number) else {
            throw CommandLineError(description: "\(option) \"\(word)\" is not a number \(range)")
        }
        return number
    }
}
