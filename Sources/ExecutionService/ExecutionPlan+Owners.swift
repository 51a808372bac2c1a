import InputFiles
import TradingModel

/// What targets have to have in common where they are those of strategies.
extension ExecutionPlan.Input {
    /// Throws `InputError` with every decision that names no strategy, every ticker that a strategy has two targets of at one
    /// time, and every two targets of one ticker and time whose common order could not be both of theirs.
    func checkOwners(_ configuration: Configuration, _ name: String) throws(InputError) {
        guard configuration.ownsTargets(of: self), case .targets(let sheet) = self else { return }
        var problems = ProblemLog(file: name == "-" ? "standard input" : name)
        var nameless: Set<Int32> = []
        var firstOfPlan: [PlanKey: TargetSheet.Row] = [:]
        var lineOfStrategy: [StrategyKey: Int32] = [:]
        for row in sheet.rows {
            let plan = PlanKey(time: sheet.asOf(row).instant, ticker: row.tickerIndex)
            guard let strategy = sheet.decisions[Int(row.decisionIndex)].strategyID else {
                if nameless.insert(row.decisionIndex).inserted { Self.noteNameless(row, &problems) }
                continue
            }
            let own = StrategyKey(plan: plan, strategy: strategy)
            if let line = lineOfStrategy.updateValue(row.line, forKey: own) {
                problems.add(
                    line: Int(row.line), field: "ticker", value: sheet.tickers[Int(row.tickerIndex)],
                    problem: "is decided for the strategy \"\(strategy)\" on line \(line) already, at the same time",
                    accepted: "give each ticker once for each strategy and time")
            }
            if let first = firstOfPlan[plan] {
                Self.noteDifference(row, first, &problems)
            } else {
                firstOfPlan[plan] = row
            }
        }
        try problems.throwIfAny()
    }

    private static func noteNameless(_ row: TargetSheet.Row, _ problems: inout ProblemLog) {
        problems.add(
            line: Int(row.line), field: "strategy_id", value: nil,
            problem: "is missing, and planning.target_owner is \"strategy\"",
            accepted: "say whose target it is, or set planning.target_owner to \"account\"")
    }

    /// The targets of one ticker and time become one order, at one price.
    private static func noteDifference(
        _ row: TargetSheet.Row, _ first: TargetSheet.Row, _ problems: inout ProblemLog
    ) {
        let fields: [(name: String, differs: Bool, value: String?)] = [
            ("reference_price", row.referencePrice != first.referencePrice, row.referencePrice?.description),
            ("limit_price", row.limitPrice != first.limitPrice, row.limitPrice?.description),
            ("time_in_force", row.timeInForce != first.timeInForce, row.timeInForce?.code),
            ("algorithm", row.algorithm != first.algorithm, row.algorithm?.name),
        ]
        for field in fields where field.differs {
            problems.add(
                line: Int(row.line), field: field.name, value: field.value,
                problem: "is another one than on line \(first.line), whose ticker is decided at the same time",
                accepted: "strategies that decide a ticker at one time share one order; give them the same")
        }
    }

    private struct PlanKey: Hashable {
        let time: Timestamp
        let ticker: Int32
    }

    private struct StrategyKey: Hashable {
        let plan: PlanKey
        let strategy: String
    }
}
