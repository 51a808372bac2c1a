import InputFiles
import TradingModel

extension RebalancePlan {
    /// What `--account` says. Throws `UsageError` for a text that is no account id.
    static func readAccount(_ text: String?) throws(UsageError) -> AccountID? {
        guard let text else { return nil }
        if let account = AccountID(text) { return account }
        throw UsageError("--account \(JSONString.quoted(text)) is not an account id; give \(AccountID.accepted)")
    }

    /// The account that is traded. Throws `UsageError` where none is named.
    ///
    /// That the option and the configuration name the same one is for the live gate: a dry run may look at another.
    static func choose(_ option: AccountID?, _ configuration: Configuration) throws(UsageError) -> AccountID {
        if let account = option ?? configuration.brokers.ibkr.account { return account }
        throw UsageError("no account is named; give --account ID, or brokers.ibkr.account in the configuration")
    }

    /// The decision time of all rows; of intents, which are sent when they come, the last one.
    ///
    /// Throws `InputError`, naming two rows, where targets or orders have more than one.
    static func decisionTime(
        of input: ExecutionPlan.Input, _ name: String, _ localTime: LocalTime
    ) throws(InputError) -> DecisionTime {
        guard case .intents = input else { return try onlyTime(of: input, name, localTime) }
        return input.timesByLine.map(\.time).max { $0.instant < $1.instant }
            ?? DecisionTime(instant: Timestamp(ms: 0), isDate: false)
    }

    /// Throws `InputError` with every intent that names another account than the one that is traded.
    static func checkAccounts(
        of input: ExecutionPlan.Input, _ name: String, _ account: AccountID
    ) throws(InputError) {
        var problems = ProblemLog(file: name == "-" ? "standard input" : name)
        for row in input.intents?.sheet.rows ?? [] {
            guard let named = row.account, named != account.text else { continue }
            problems.add(
                line: Int(row.line), field: "account", value: named,
                problem: "is not the account that is traded, \(account)",
                accepted: "give \(account), or trade \(named) with --account \(named)")
        }
        try problems.throwIfAny()
    }

    /// What of an intents file makes no order.
    static func warnings(_ input: ExecutionPlan.Input, _ name: String) -> [String] {
        guard let intents = input.intents else { return [] }
        return [intents.sheet.repetitionNote(name), holdNote(intents.holds.count)].compactMap { $0 }
    }

    /// The decision time of all rows. Throws `InputError`, naming two rows, where there is more than one.
    private static func onlyTime(
        of input: ExecutionPlan.Input, _ name: String, _ localTime: LocalTime
    ) throws(InputError) -> DecisionTime {
        var problems = ProblemLog(file: name == "-" ? "standard input" : name)
        let rows = input.timesByLine
        let first = rows[0]
        if let other = rows.first(where: { $0.time != first.time }) {
            problems.add(
                line: other.line, field: "as_of", value: other.time.text(in: localTime),
                problem: "is another decision time than \"\(first.time.text(in: localTime))\" on line \(first.line)",
                accepted: "a rebalance carries out one decision time; give the rows of one as_of")
        }
        try problems.throwIfAny()
        return first.time
    }

    /// The rows of an instruments file; none where no file is given.
    static func readInstruments(_ path: String?, _ digest: SHA256Digest) throws -> [InstrumentRow] {
        guard let path else { return [] }
        return try ExecutionPlan.readDigested(path, as: "instruments", digest) { try InstrumentFile.read($0) }
    }

    /// What of the instruments file counts in TRAINING only.
    static func warnings(_ rows: [InstrumentRow], _ path: String?) -> [String] {
        guard let path, let row = rows.first(where: { $0.tickSize != nil }) else { return [] }
        return [
            "tick_size in \(path) (first: line \(row.line)) is for simulations; the broker's contracts say what prices it takes"
        ]
    }
}

extension ExecutionPlan.Input {
    /// When each row was decided, in the order of the file; a file that was read has at least one.
    fileprivate var timesByLine: [(line: Int, time: DecisionTime)] {
        switch self {
        case .targets(let sheet):
            sheet.rows.sorted { $0.queueRow < $1.queueRow }.map { (Int($0.line), sheet.asOf($0)) }
        case .orders(let sheet):
            sheet.rows.map { (Int($0.line), $0.asOf) }
        case .intents(let rows):
            rows.sheet.rows.map { (Int($0.line), $0.decidedAt) }
        }
    }
}
