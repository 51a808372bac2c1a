/// Every command and its options, as help, parsing and dispatch know them.
enum Commands {
    private static let database = Option("--db", "FILE", "the database", isRequired: true)
    private static let format = Option("--format", "table|csv|json", "how to print; table unless said otherwise")
    private static let runID = Option("--run-id", "ID", "only this run")

    private static let inputs: [Option] = [
        Option("--bars", "FILE", "historical bars: a database, or a CSV file", isRequired: true),
        Option("--targets", "FILE", "target positions, CSV or JSON Lines; - is standard input"),
        Option("--orders", "FILE", "orders of your own instead of targets, CSV or JSON Lines; - is standard input"),
        Option("--config", "FILE", "configuration, JSON5; dev_workflows/CONFIGURATION.md has every key"),
        Option("--instruments", "FILE", "lot size, tick size, minimum notional, borrow rate by ticker, CSV"),
        Option("--actions", "FILE", "splits and dividends, CSV: ticker,ex_date,kind,value"),
        Option("--interval", "1d|5m|…", "which bars, where the database has several intervals"),
    ]

    private static let bars = Option(
        "--bars", "FILE", "historical bars, a database or a CSV file; production needs them for some limits")
    private static let configuration = Option(
        "--config", "FILE", "configuration, JSON5; dev_workflows/CONFIGURATION.md has every key", isRequired: true)
    private static let account = Option("--account", "ID", "production: the account; with --live it has to be given")
    private static let accountOfTask = Option("--account", "ID", "the account; that of the configuration unless said")
    private static let live = Option(
        "--live", nil, "production: send orders, if every condition of the live gate is met")
    private static let yes = Option("--yes", nil, "production: do not ask before sending; for batch jobs")
    static let logFormat = Option(
        "--log-format", "text|json",
        "production: how to write the log on standard error; the configuration's unless said")
    private static let liveOfTask = Option("--live", nil, "send, if every condition of the live gate is met")
    private static let summaryFormat = Option(
        "--format", "table|json", "how to print the summary; table unless said otherwise")

    static let initialize = CommandSpecification(
        "init", summary: "create a database, or bring one to this version's schema",
        options: [database])

    static let importBars = CommandSpecification(
        "bars", "import", summary: "import historical bars from CSV",
        arguments: "FILE…",
        options: [
            database,
            Option("--interval", "1d|5m|…", "how long the bars last; found from the file unless said"),
            Option("--ticker", "TICKER", "the ticker of a file without a ticker column; else the file's name"),
            Option("--time-zone", "NAME", "what dates and times without a zone are read in; UTC unless said"),
            Option("--actions", "FILE", "splits and dividends to import as well: ticker,ex_date,kind,value"),
            Option("--instruments", "FILE", "trading steps to import as well: ticker,lot_size,tick_size,…"),
        ],
        discussion: """
            A file has a header with ticker, timestamp (or date), open, high, low, close and volume in any order; gzip is \
            unpacked. Everything is checked before anything is kept, and importing a file again changes nothing.
            """)

    static let listBars = CommandSpecification(
        "bars", "list", summary: "show tickers, ranges, counts and gaps", options: [database, format])

    static let plan = CommandSpecification(
        "plan", summary: "show the orders of a batch, route and write nothing",
        options: inputs + [
            Option("--mode", "training", "what the plan is for", isRequired: true),
            Option("--as-of", "DATE", "which batch; the last one unless said"), format,
        ],
        discussion: """
            Everything decided before the batch is replayed in memory, so that the plan starts from the positions and the cash \
            that apply would have.
            """)

    /// The options of `apply` and `submit` but for what is carried out.
    private static func carryingOut(_ what: [Option]) -> [Option] {
        let others = inputs.filter { !["--bars", "--targets", "--orders"].contains($0.name) }
        return [Option("--mode", "training|production", "where orders go", isRequired: true), database, bars] + what
            + others + [
                Option("--run-id", "ID", "name of the run; made from the inputs unless given"),
                Option("--broker", "ibkr", "production: the broker"), account,
                live,
                Option(
                    "--timeout", "30m",
                    "production: after this, what is open is cancelled; the configuration's unless said"),
                yes, logFormat, summaryFormat,
            ]
    }

    static let apply = CommandSpecification(
        "apply", summary: "turn targets or orders into fills, and record them",
        options: carryingOut(inputs.filter { ["--targets", "--orders"].contains($0.name) }),
        discussion: """
            TRAINING replays --bars. PRODUCTION connects to the broker, compares books and positions, shows the orders, and \
            without --live sends nothing: a dry run. Sending needs every condition of the live gate \
            (dev_workflows/OPERATIONS.md). The same run id with the same inputs changes nothing; a run that was killed is completed by \
            the same command, and nothing is sent twice. Exit codes: 0 done, 1 done but orders were rejected or expired, or are not \
            certain, 2 refused before anything was sent, 3 broker or database trouble, 4 halted by a kill switch, 64 usage, 130 stopped by \
            Ctrl-C.
            """)

    static let submit = CommandSpecification(
        "submit", summary: "turn order intents into fills; each id is acted on once",
        options: carryingOut([
            Option("--intents", "FILE", "order intents, CSV or JSON Lines; - is standard input", isRequired: true)
        ]),
        discussion: """
            What goes for apply goes for submit: modes, dry runs, live gate, exit codes. An intent that is on record of the account \
            with the same content is skipped, whichever run or file brought it; an id that stands for another intent there refuses the \
            whole file. HOLD and an intent whose expires_at is over make no order, and are recorded. A training run has a book of its \
            own. The columns algorithm and algorithm_parameters say how an intent's order is carried out, as for apply. execution \
            intents shows what became of each, also where its order died and was made again.
            """)

    static let reconcile = CommandSpecification(
        "reconcile", summary: "bring the books of an account up to date with the broker; sends no order",
        options: [
            database, configuration, accountOfTask,
            Option("--accept", nil, "book what nobody explains as the broker says it is"),
            Option("--split", "TICKER=RATIO,…", "book these differences as splits, RATIO new shares for each old one"),
            logFormat, summaryFormat,
        ],
        discussion: """
            Executions that were missed are booked, the broker's positions are compared with the book, and cash that moved without a \
            trade is booked. A split scales what each strategy holds, which --accept does not; one that does not make what the broker \
            holds, but for a fraction of a share, is not booked. Exit codes: 0 the books agree, 1 they do not, 3 broker or database trouble.
            """)

    static let cancelAll = CommandSpecification(
        "cancel-all",
        summary: "cancel every open order of an account, also those of others, and wait for the confirmations",
        options: [
            database, configuration, accountOfTask, liveOfTask,
            Option("--yes", nil, "changes nothing: cancels are not asked about"), logFormat, summaryFormat,
        ],
        discussion: """
            A run that was left unfinished ends with it. Of the live gate it needs the mode, --live, EXEC_DRY_RUN=0, the permit and \
            the account: kill switches, the agent's state and the comparison of the books do not keep it from cancelling. Exit codes: 0 \
            everything is cancelled, 1 it is not certain, 2 refused before anything was sent, 3 broker or database trouble.
            """)

    static let resetPaper = CommandSpecification(
        "reset-paper", summary: "close everything that a paper account holds, for tests",
        options: [
            database, configuration, accountOfTask, liveOfTask,
            Option("--yes", nil, "do not ask before sending; for batch jobs"), logFormat, summaryFormat,
        ],
        discussion: "Refused for accounts that do not begin with DU or DF.")

    static let flatten = CommandSpecification(
        "flatten", summary: "close the positions that kill switches ask to be closed",
        options: [
            database, configuration, accountOfTask, liveOfTask,
            Option("--yes", nil, "do not ask before sending; for batch jobs"), summaryFormat,
        ],
        discussion: """
            `execution halt --flatten` asks for it; a rebalance that it halts does it by itself, and this command does it where none \
            ran. Positions are closed with market orders, under the live gate but for the agent's conditions; a switch that does not \
            ask for it stops it. A run that was left unfinished has to end first: `execution cancel-all`.
            """)

    static let trades = table("trades", "show trades with their lineage")
    static let orders = table("orders", "show orders with what became of them")
    static let intents = table("intents", "show order intents with what became of them")
    static let positions = table("positions", "show positions")
    static let gap = table("gap", "show what is missing at each target, and why")
    static let runs = table("runs", "show runs")

    static let verify = CommandSpecification(
        "verify", summary: "check every invariant of a database: books, event chains, keys, integrity",
        options: [database])

    static let exportLedger = CommandSpecification(
        "export-ledger", summary: "append the journal to a file of JSON lines, each record once",
        options: [
            database,
            Option(
                "--out", "FILE", "where to; delta_trades.ndjson beside the database unless said, - is standard output"),
            Option("--follow", nil, "go on with what is committed later, until Ctrl-C or SIGTERM"),
            runID, Option("--account", "ID", "only the runs of this account"),
        ],
        discussion: """
            A line is one JSON object: record, id, and the columns of its table, with the exact integers and the times as \
            they are there. Records are run, decision, intent, risk_decision, trade, order_event, cash_entry, position_adjustment \
            and run_finished; what a run's column record says is recorded. What a line refers to is before it: whenever \
            something was committed, the new lines of each run follow in this order, and by their ids. A line never changes: \
            a commission that a broker reports late is a cash_entry, so what a trade cost is the sum of its COMMISSION \
            entries; a run that failed and was taken up again is finished more than once. The file tells what it has: the \
            same command adds what is missing, whatever ended the one before, and cuts off the rest of a line that was not \
            written whole. A file that is no ledger, or the ledger of another database, is refused, and so is a second \
            exporter. With --run-id or --account, decisions are those that the rows refer to.
            """)

    static let gateway = CommandSpecification(
        "gateway", summary: "simulate the gateway of Interactive Brokers over historical bars",
        options: [
            Option("--bars", "FILE", "historical bars: a database, or a CSV file", isRequired: true),
            Option("--from", "DATE", "the first date played; what is before it is history for clients that ask"),
            Option("--to", "DATE", "the last date played"),
            Option("--speed", "N", "N times real time; as fast as possible unless said"),
            Option("--stepped", nil, "bars go by when a control command says so"),
            Option("--when-ordered", "[MS]", "bars go by while orders work and clients were silent for MS (100)"),
            Option("--port", "PORT", "where clients connect; 4002 unless said, 0 takes a free one"),
            Option("--control-port", "PORT", "where commands are taken; a free one with --stepped unless said"),
            Option("--account", "ID", "the account of the login; DU123 unless said"),
            Option("--cash", "AMOUNT", "what it starts with; the configuration's unless said"),
            Option("--config", "FILE", "configuration, JSON5; its simulation, account and time_zone count"),
            Option("--instruments", "FILE", "lot size, tick size, borrow rate by ticker, CSV"),
            Option("--actions", "FILE", "splits and dividends, CSV: ticker,ex_date,kind,value"),
            Option("--interval", "1d|5m|…", "which bars, where the database has several intervals"),
            Option("--clock", "simulated|wall", "what the gateway's clock shows; simulated unless said"),
            Option("--pacing", "N", "send error 100 beyond N messages a second; never unless said"),
            Option(
                "--initial-margin", "SHARE", "what of everything held the account needs to begin with; 0.5 unless said"),
            Option("--days-kept", "N", "executions and completed orders of N days can be asked for; all unless said"),
            Option("--faults", "FILE", "faults by bar, one a line; dev_workflows/GATEWAY.md has them"),
        ],
        discussion: """
            Clients of the TWS protocol connect to it on the loopback as they do to the real one. It prints one line when it \
            listens, and ends at the end of the data when no client is connected, or by Ctrl-C. Bars begin with the first client.
            """)

    static let all = [
        initialize, importBars, listBars, plan, apply, submit, reconcile, cancelAll, resetPaper, flatten,
        SwitchCommands.halt, SwitchCommands.resume, StatusCommand.specification,
        AlertCommand.specification, DeadLetterCommands.list, DeadLetterCommands.retry, DeadLetterCommands.discard,
        ReportCommands.profit, ReportCommands.metrics, DoctorCommand.specification,
        trades,
        orders, intents, positions, gap, runs, AggressivenessCommands.set, AggressivenessCommands.show,
        RiskCommand.specification, verify, exportLedger, gateway,
    ]

    private static func table(_ name: String, _ summary: String) -> CommandSpecification {
        CommandSpecification(name, summary: summary, options: [database, runID, format])
    }
}
