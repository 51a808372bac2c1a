import TradingModel

/// What a look at the trades of an account has to know.
public struct PostTradeFacts: Sendable, Equatable {
    /// An order whose fills are not those of its trades.
    public struct FillBreak: Sendable, Equatable {
        public var orderID: Int64
        public var ticker: String
        public var filled: Quantity
        public var traded: Quantity

        public init(orderID: Int64, ticker: String, filled: Quantity, traded: Quantity) {
            self.orderID = orderID
            self.ticker = ticker
            self.filled = filled
            self.traded = traded
        }
    }

    /// A position that was opened and closed again, and earned something else by its trades than by the broker's reports.
    public struct ProfitBreak: Sendable, Equatable {
        public var ticker: String
        public var closedAt: Timestamp
        /// Commissions taken off, as the broker does.
        public var booked: Money
        public var reported: Money

        public init(ticker: String, closedAt: Timestamp, booked: Money, reported: Money) {
            self.ticker = ticker
            self.closedAt = closedAt
            self.booked = booked
            self.reported = reported
        }
    }

    /// A run that says that it goes on.
    public struct RunningRun: Sendable, Equatable {
        public var runID: String
        public var lastHeardOf: Timestamp

        public init(runID: String, lastHeardOf: Timestamp) {
            self.runID = runID
            self.lastHeardOf = lastHeardOf
        }
    }

    public var account = ""
    /// The last run that sent anything; nil where none has.
    public var runID: String?
    public var sentOrders = 0
    /// Refused by the broker, of those.
    public var rejectedOrders = 0
    /// From sending to the broker's answer, of the orders of that run.
    public var answers = LatencyFigures([])
    public var fillBreaks: [FillBreak] = []
    public var positionBreaks: [PositionBreak] = []
    public var cashBreaks: [CashBreak] = []
    /// Of what was closed, or reported, in the run.
    public var profitBreaks: [ProfitBreak] = []
    public var runningRuns: [RunningRun] = []

    public init() {}
}

/// From when on what was done is worth an alert; nil is never.
public struct PostTradeLimits: Sendable, Equatable {
    public var maxLatency_ms: Int64?
    /// A share in units of 10⁻⁹.
    public var maxRejectRateE9: Int64?
    public var maxSilence_ms: Int64?

    public init(maxLatency_ms: Int64?, maxRejectRateE9: Int64?, maxSilence_ms: Int64?) {
        self.maxLatency_ms = maxLatency_ms
        self.maxRejectRateE9 = maxRejectRateE9
        self.maxSilence_ms = maxSilence_ms
    }
}

/// Something that is not as it should be after the trades.
public struct PostTradeFinding: Sendable, Equatable {
    /// The names that scripts know; they do not change.
    public enum Code: String, Sendable, CaseIterable {
        case fillsMismatch = "fills_mismatch"
        case positionDrift = "position_drift"
        case cashMismatch = "cash_mismatch"
        case profitMismatch = "profit_mismatch"
        case slowAnswers = "slow_answers"
        case rejectRate = "reject_rate"
        case silentRun = "silent_run"
    }

    public let code: Code
    public let severity: NotificationRecord.Severity
    /// What is the matter and what to do, without its point.
    public let sentence: String
}

/// The rules after the trades.
public enum PostTradeCheck {
    /// A rate of fewer orders says nothing.
    public static let ordersForARate = 5
    private static let namedRows = 3

    /// Everything that is not as it should be, by the order of the codes.
    public static func findings(
        _ facts: PostTradeFacts, _ limits: PostTradeLimits, at time: Timestamp
    ) -> [PostTradeFinding] {
        [
            fills(facts), positions(facts), cash(facts), profits(facts), latency(facts, limits), rejects(facts, limits),
        ].compactMap { $0 } + silence(facts, limits, at: time)
    }

    private static func fills(_ facts: PostTradeFacts) -> PostTradeFinding? {
        guard !facts.fillBreaks.isEmpty else { return nil }
        let named = facts.fillBreaks.prefix(namedRows).map {
            "order \($0.orderID) of \($0.ticker) has filled \($0.filled) and traded \($0.traded)"
        }
        return PostTradeFinding(
            code: .fillsMismatch, severity: .critical,
            sentence: sentence(
                facts.fillBreaks.count, "orders whose fills are not their trades", named, "`execution verify` says more"
            ))
    }

    private static func positions(_ facts: PostTradeFacts) -> PostTradeFinding? {
        guard !facts.positionBreaks.isEmpty else { return nil }
        let named = facts.positionBreaks.prefix(namedRows).map {
            "\($0.ticker) is \($0.found) by the book and \($0.expected) by \($0.what == "book" ? "its journal" : "the broker")"
        }
        return PostTradeFinding(
            code: .positionDrift, severity: .critical,
            sentence: sentence(
                facts.positionBreaks.count, "positions that drifted", named, "`execution reconcile` compares again"))
    }

    private static func cash(_ facts: PostTradeFacts) -> PostTradeFinding? {
        guard !facts.cashBreaks.isEmpty else { return nil }
        let named = facts.cashBreaks.prefix(namedRows).map { "\($0.what): \($0.found) instead of \($0.expected)" }
        return PostTradeFinding(
            code: .cashMismatch, severity: .critical,
            sentence: sentence(
                facts.cashBreaks.count, "amounts of cash that contradict the journal", named,
                "`execution verify` says more"))
    }

    private static func profits(_ facts: PostTradeFacts) -> PostTradeFinding? {
        guard !facts.profitBreaks.isEmpty else { return nil }
        let named = facts.profitBreaks.prefix(namedRows).map {
            "\($0.ticker), closed at \($0.closedAt), earned \($0.booked) by its trades and \($0.reported) by the broker"
        }
        return PostTradeFinding(
            code: .profitMismatch, severity: .warning,
            sentence: sentence(
                facts.profitBreaks.count, "positions that earned something else than the broker says", named,
                "its statement of the trades says what it counts"))
    }

    private static func sentence(_ count: Int, _ what: String, _ named: [String], _ advice: String) -> String {
        let more = count > named.count ? "; …" : ""
        return "\(what): \(count) (\(named.joined(separator: "; "))\(more)); \(advice)"
    }

    private static func latency(_ facts: PostTradeFacts, _ limits: PostTradeLimits) -> PostTradeFinding? {
        guard let bound_ms = limits.maxLatency_ms, let p95_ms = facts.answers.p95_ms, p95_ms > bound_ms else {
            return nil
        }
        return PostTradeFinding(
            code: .slowAnswers, severity: .warning,
            sentence: "the answers to 95 in 100 orders of run \(facts.runID ?? "") took up to \(p95_ms) ms, and "
                + "checks.max_latency allows \(bound_ms) ms")
    }

    private static func rejects(_ facts: PostTradeFacts, _ limits: PostTradeLimits) -> PostTradeFinding? {
        guard let boundE9 = limits.maxRejectRateE9, facts.sentOrders >= ordersForARate,
            Int128(facts.rejectedOrders) * 1_000_000_000 > Int128(boundE9) * Int128(facts.sentOrders)
        else { return nil }
        return PostTradeFinding(
            code: .rejectRate, severity: .warning,
            sentence:
                "the broker refused \(facts.rejectedOrders) of \(facts.sentOrders) orders of run \(facts.runID ?? ""), and "
                + "checks.max_reject_rate allows \(DecimalText.format(boundE9, scale: 9))")
    }

    private static func silence(
        _ facts: PostTradeFacts, _ limits: PostTradeLimits, at time: Timestamp
    ) -> [PostTradeFinding] {
        guard let bound_ms = limits.maxSilence_ms else { return [] }
        return facts.runningRuns.filter { time.ms - $0.lastHeardOf.ms > bound_ms }.map { run in
            PostTradeFinding(
                code: .silentRun, severity: .critical,
                sentence: "run \(run.runID) says that it goes on and was last heard of at \(run.lastHeardOf), "
                    + "\((time.ms - run.lastHeardOf.ms) / 1_000) s ago; look at its process")
        }
    }
}
