import BrokerAdapters
import Foundation
import InputFiles
import OrderRouting
import Rebalancing
import Reporting
import RiskControl
import Storage
import TradingModel

/// Takes a session from its lock to its report.
struct SessionRunner {
    private var request: SessionRequest
    private let options: RebalanceOptions
    private let gate: GateKeeper
    private let observer: RebalanceObserver

    init(
        _ request: SessionRequest, _ options: RebalanceOptions, _ gate: GateKeeper, _ observer: RebalanceObserver
    ) {
        self.request = request
        self.options = options
        self.gate = gate
        self.observer = observer
    }

    private var account: String { request.account.text }
    private var venue: String { RebalanceVenue.ibkr.rawValue }

    func run() throws -> RebalanceReport {
        let lock = try AccountLock(
            database: options.database, account: request.account, command: options.command,
            answer: request.haltAnswer, at: Timestamp.now)
        defer { lock.release() }
        let database = try Database.openForWriting(options.database, durability: .full)
        var runner = self
        try runner.skipRecordedIntents(in: database)
        return try runner.run(database)
    }

    /// Intents that the account has acted on already are not acted on again. It comes before anything is written.
    private mutating func skipRecordedIntents(in database: Database) throws {
        guard var intents = request.intents else { return }
        try intents.compare(with: database, account: account, runID: request.header.runID)
        request.goal.ownOrders.removeAll { intents.skipped.keys.contains(Int($0.row)) }
        request.intents = intents
        for note in intents.notes { observer.log(LogLine(.warning, note)) }
    }

    private func run(_ database: Database) throws -> RebalanceReport {
        let store = ProductionStore(database)
        switch try store.begin(try header(in: store), decisions: request.decisions) {
        case .alreadyCompleted(let finished):
            var report = try RebalanceReport.read(finished.summaryJSON ?? "")
            report.alreadyCompleted = true
            return report
        case .started(let handle), .resumes(let handle):
            try observer.step(.begun(runID: handle.header.runID))
            let companion = SessionCompanion(companionSettings(handle))
            var isUrgent = false
            defer {
                tell(companion.end(atOnce: isUrgent))
                writeMetrics()
            }
            let report = try SessionRunner(request, options, gate, observer.of(runID: handle.header.runID))
                .carryOut(handle, database, store, companion)
            lookAtTrades(of: handle, database)
            // Alerts come after the positions are closed; the session that closes them delivers what is left.
            isUrgent = request.closesWhenHalted && (try? isToFlatten(after: report, gate, request.account)) ?? false
            return report
        }
    }

    private func companionSettings(_ handle: RunHandle) -> SessionCompanion.Settings {
        SessionCompanion.Settings(
            database: options.database, account: account, runNumber: handle.runNumber,
            alerts: request.configuration.operations.alerts, environment: options.environment)
    }

    /// Whatever it finds is an alert; the session's own result stands, also where nothing can be looked at.
    private func lookAtTrades(of handle: RunHandle, _ database: Database) {
        guard request.isLive || request.isReconciliation else { return }
        do {
            let facts = try AccountReader(database).postTradeFacts(of: account, runID: handle.header.runID)
            let limits = PostTradeLimits(request.configuration.operations.checks)
            // Positions that drifted are an alert of the session's already.
            let findings = PostTradeCheck.findings(facts, limits, at: Timestamp.now)
                .filter { $0.code != .positionDrift && $0.code != .silentRun }
            let alerts = findings.map { finding in
                NotificationRecord(
                    time: Timestamp.now, severity: finding.severity, code: finding.code.rawValue,
                    message: finding.sentence)
            }
            try NotificationOutbox(database).add(alerts, runID: handle.header.runID)
            for alert in alerts {
                observer.log(
                    LogLine(
                        LogLine.Level(alert.severity), alert.message, code: alert.code, runID: handle.header.runID))
            }
        } catch {
            observer.log(LogLine(.warning, "the trades cannot be looked at: \(error)", code: "post_trade"))
        }
    }

    private func writeMetrics() {
        guard let path = request.configuration.operations.metricsFile else { return }
        do {
            try MetricsFile(database: options.database).write(to: path, at: Timestamp.now)
        } catch {
            observer.log(LogLine(.warning, "\(error)", code: "metrics"))
        }
    }

    private func tell(_ outcome: SessionCompanion.Outcome) {
        if outcome.delivered > 0 { observer.log(LogLine(.info, "alerts delivered: \(outcome.delivered)")) }
        guard let trouble = outcome.trouble else { return }
        observer.log(
            LogLine(
                .warning, "alerts are not delivered, or the run cannot show that it lives: \(trouble)",
                code: "alerts_undelivered"))
    }

    /// A task goes on with the run that was left unfinished, so that what it finds is of that run.
    private func header(in store: ProductionStore) throws -> RunHeader {
        guard request.isTask, let open = try store.openRuns(account).first else { return request.header }
        observer.log(LogLine(.warning, "goes on with run \(open.header.runID), which has not ended"))
        return open.header
    }

    private func carryOut(
        _ handle: RunHandle, _ database: Database, _ store: ProductionStore, _ companion: SessionCompanion
    ) throws -> RebalanceReport {
        let refs = request.orderRefs
        let intents = request.intents?.rows.records ?? []
        let names = RunNames(
            tickers: request.goal.instruments.map(\.ticker), decisions: request.decisions,
            ocaGroups: request.ocaGroupNames,
            orderRef: { row in refs.indices.contains(Int(row)) ? refs[Int(row)] : nil },
            intent: { row in intents.indices.contains(Int(row)) ? intents[Int(row)] : nil })
        let known = KnownAccount(try store.record(of: account, run: handle, names: names), names)
        let journal = try ProductionJournal(database, handle: handle, names: known.names)
        let keys = SessionKeys(
            account: account, runID: handle.header.runID, isLive: request.isLive, names: known.names, request.retry)
        do {
            let mark = try store.highWaterMark(venue: venue, account: account) ?? 0
            let session = try session(
                known, journal, keys, handle, mark: mark, try KillSwitchWatch(database), try breaker(database),
                companion)
            return try end(session, try session.run(), journal, handle)
        } catch let error as DatabaseError {
            try? journal.release()
            throw error
        } catch {
            // The run stays open, and the same command goes on with it.
            try? journal.release()
            throw RunFailed(runID: handle.header.runID, cause: error, isOfProduction: true)
        }
    }

    // MARK: - Parts

    private func session(
        _ known: KnownAccount, _ journal: ProductionJournal, _ keys: SessionKeys, _ handle: RunHandle, mark: Int32,
        _ watch: KillSwitchWatch, _ breaker: CircuitBreaker?, _ companion: SessionCompanion
    ) throws -> BrokerSession {
        var goal = request.goal
        goal.instruments += known.names.tickers.dropFirst(goal.instruments.count).map(request.instrument)
        goal.strategies = known.names.decisions.map(\.strategyID)
        let ibkr = request.configuration.brokers.ibkr
        var settings = request.settings
        if request.purpose == .rebalance, !request.isTask {
            settings.risk = RiskSetup(
                request.configuration, environment: gate.environment, decisions: known.names.decisions,
                isIntraday: request.history?.isIntraday ?? false)
            settings.whatIf = WhatIfSetup(
                request.configuration.production.whatIf, failsOpen: gate.environment.failsOpen)
        }
        if usesLevels {
            settings.aggressiveness = AggressivenessSetup(
                rules: request.configuration.aggressiveness, decisions: known.names.decisions)
        }
        var machine = try RebalanceMachine(
            settings: settings, goal: goal, record: known.record,
            keys: known.keys,
            session: IBKRSessionConfiguration(account, ibkr),
            highWaterMark: mark, groupPrefix: String(handle.header.inputDigest.prefix(8)),
            clock: GatewayZones(local: request.configuration.localTime).clock, breaker: breaker, makeKey: keys.key)
        if let history = request.history {
            try machine.prepare { engine in try history.tell(&engine, known.names.tickers) }
        }
        if let volumes = request.volumes {
            for past in try volumes.past(of: known.names.tickers) { try machine.prepare(past.tell) }
        }
        let decisions = known.names.decisions
        let (runID, isLive) = (handle.header.runID, request.isLive)
        let (account, currency) = (account, goal.currency)
        return BrokerSession(
            machine: machine, levels: try levels(), journal: journal,
            surroundings: BrokerSession.Surroundings(
                host: ibkr.host, journalPatience_ms: options.journalPatience_ms,
                consentPatience_ms: request.settings.priceMaximumAge_ms,
                // What sends nothing has nothing to stop; a dry run says that a switch is on.
                switches: request.heedsSwitches
                    ? SwitchLookout(gate.environment, watch, isFlattening: request.isFlattening) : nil,
                decisionID: { id in
                    decisions.indices.contains(Int(id.index)) ? decisions[Int(id.index)].decisionID : nil
                },
                beat: { companion.beat(for: $0) }),
            observer: observer,
            passesGate: { comparison in try passesGate(comparison) },
            preview: { engine, verdicts in
                RebalancePreview(
                    engine, verdicts: verdicts, runID: runID, account: account, isLive: isLive, currency: currency)
            })
    }

    /// The venue's circuit breaker, as earlier sessions left it; nil where the configuration has none.
    private func breaker(_ database: Database) throws -> CircuitBreaker? {
        guard let rules = request.configuration.production.breaker.rules else { return nil }
        let (record, errors) = try BreakerStore(database).breaker(
            venue: venue, account: account, errors: rules.errorBudget)
        return CircuitBreaker(rules, record, errors: errors)
    }

    private var usesLevels: Bool {
        request.purpose == .rebalance && !request.isTask && !request.configuration.aggressiveness.isIdle
    }

    /// What sets levels while the session runs; nil where no level changes anything.
    private func levels() throws -> AggressivenessWatch? {
        guard usesLevels else { return nil }
        return try AggressivenessWatch(options.database) { observer.log(LogLine(.warning, $0)) }
    }

    private func passesGate(_ comparison: Reconciliation) throws -> Bool {
        if comparison.isFirst {
            observer.log(LogLine(.warning, "account \(account) is new here: its book begins with what the broker says"))
        }
        let judged = try gate.check(comparison)
        guard request.isLive else {
            if request.purpose == .rebalance { sayWhatWouldSend(judged) }
            return true
        }
        let missing = judged.unmet(besides: request.needlessConditions)
        if !missing.isEmpty {
            observer.log(LogLine(.critical, "\(LiveGateClosed(conditions: missing))", code: "live_gate"))
        }
        return missing.isEmpty
    }

    private func sayWhatWouldSend(_ judged: LiveGate) {
        let missing = judged.conditions.filter { $0.state != .met }
        let conditions = missing.map { "\($0.name.rawValue) (\($0.sentence))" }.joined(separator: ", ")
        observer.log(
            LogLine(
                .warning,
                missing.isEmpty
                    ? "a dry run; the live gate would be open" : "a dry run; the live gate is closed by \(conditions)"))
    }

    // MARK: - The end

    private func end(
        _ session: BrokerSession, _ outcome: RebalanceOutcome, _ journal: ProductionJournal, _ handle: RunHandle
    ) throws -> RebalanceReport {
        let engine = session.machine.engine
        var report = RebalanceReport(engine, outcome, header: handle.header, currency: request.goal.currency)
        report.remarks += request.intents?.notes ?? []
        report.addExpiredIntents(engine.expiredIntents.count)
        if request.isReconciliation, report.isWhole { report.remarks.append("the books agree with the broker") }
        if report.ending == .stopped || report.ending == .halted, report.orders == 0, !request.isTask {
            report.remarks.append("nothing was ordered; the same command begins again")
        }
        // Of a run that was stopped, what an earlier process planned is still to be sent, or to be cancelled.
        let isOver =
            report.ending == .stopped || report.ending == .halted
            ? engine.openOrderCount() == 0
            : engine.openOrders.allSatisfy { $0.number.isOfEarlierRun || $0.state == .planned }
        guard isOver, !(request.isReconciliation && handle.header.runID != request.header.runID) else {
            try journal.release()
            return report
        }
        // What was stopped before it ordered anything may begin again.
        let isComplete =
            report.ending == .completed
            || (report.ending == .stopped || report.ending == .halted) && report.orders > 0
        try journal.finish(
            RunOutcome(
                status: isComplete ? .completed : .failed, summaryJSON: try report.json(), finalEquity: nil,
                finishedAt: Timestamp.now,
                intentsWithoutOrder: isComplete ? request.intents?.withoutOrder(engine, request.header) ?? [] : []))
        return report
    }
}

/// What is on record of the account, with the names that its numbers stand for.
private struct KnownAccount {
    let record: AccountRecord
    let names: RunNames
    let keys: [OrderNumber: OrderKey]

    init(
        _ stored: (AccountRecord, tickers: [String], decisions: [Decision], orderKeys: [OrderNumber: String]),
        _ own: RunNames
    ) {
        record = stored.0
        var names = own
        names.tickers = stored.tickers
        names.decisions = stored.decisions
        self.names = names
        keys = stored.orderKeys.compactMapValues { OrderKey($0) }
    }
}

/// The keys of a session's orders.
struct SessionKeys: Sendable {
    private let account: String
    private let runID: String
    /// Whether orders are sent; what a dry run makes of an intent is no order of it.
    private let isLive: Bool
    private let names: RunNames
    private let retry: DeadLetterRetry?

    /// - Parameter retry: A dead order that the session makes again: another attempt of the order it was first.
    init(account: String, runID: String, isLive: Bool, names: RunNames, _ retry: DeadLetterRetry? = nil) {
        self.account = account
        self.runID = retry?.original.rootRunID ?? runID
        self.isLive = isLive
        self.names = names
        self.retry = retry
    }

    /// The same order has the same key in whichever process, and that of an intent in whichever run of the account.
    func key(_ order: OrderRecord, ticker: String) throws -> OrderKey {
        let text: String
        if isLive, let row = order.inputRow, let intent = names.intent(row) {
            text = try OrderKeyMaker(owner: account).key(
                decision: "", ticker: ticker,
                leg: "intent \(intent.intent.intentID)" + (order.childNumber.map { " child \($0)" } ?? ""))
        } else {
            text = try OrderKeyMaker(owner: "\(account)/\(runID)").key(
                decision: names.decisions[Int(order.decision.index)].decisionID, ticker: ticker,
                leg: retry?.original.rootLeg ?? order.leg(in: names),
                attempt: retry.map { Int($0.letter.attempt) + 1 } ?? 0)
        }
        guard let key = OrderKey(text) else { throw UnusableOrderKey(text: text) }
        return key
    }
}

/// A key that venues would not carry unchanged.
struct UnusableOrderKey: Error, CustomStringConvertible {
    let text: String

    var description: String { "the order key \(text) is not 1 to 32 letters and digits" }
}

extension IBKRSessionConfiguration {
    fileprivate init(_ account: String, _ ibkr: IBKRConfiguration) {
        self.init(account: account, clientID: ibkr.clientID, port: ibkr.port)
        pacing = ibkr.messagesPerSecond.map { IBKRPacingRules(atMost: $0) }
    }
}
