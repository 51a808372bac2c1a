import Storage
import TradingModel

/// Reads the metrics of the PRODUCTION accounts of a database.
///
/// What only grows in the tables is a counter: it goes on from process to process. Throws as `AccountReader` does, and
/// `ArithmeticOverflow` for sums that no number holds.
public struct MetricsReader {
    private typealias Label = MetricFamily.Label
    private typealias Sample = MetricFamily.Sample

    private let database: Database
    private let time: Timestamp
    private let version: String

    /// - Parameters:
    ///   - time: when the database is read.
    ///   - version: of this program.
    public init(_ database: Database, at time: Timestamp, version: String) {
        self.database = database
        self.time = time
        self.version = version
    }

    /// Every family, in one order, as the database is at one moment.
    public func families() throws -> [MetricFamily] {
        let accounts = AccountReader(database)
        return try accounts.atOneMoment {
            let names = try accounts.accounts()
            return try orders() + [latencies(accounts, names)] + risk() + breakers() + books(accounts, names)
                + profits() + alerts() + runs() + [
                    gauge(
                        "execution_metrics_timestamp_seconds", "When these metrics were read from the database.",
                        [Sample([], .decimal(time.ms, scale: 3))]),
                    gauge(
                        "execution_build_info", "The version of the program that read them; always 1.",
                        [Sample([Label("version", version)], 1)]),
                ]
        }
    }

    private func gauge(_ name: String, _ help: String, _ samples: [MetricFamily.Sample]) -> MetricFamily {
        MetricFamily(name, .gauge, help, samples)
    }

    private func counter(_ name: String, _ help: String, _ samples: [MetricFamily.Sample]) -> MetricFamily {
        MetricFamily(name, .counter, help, samples)
    }

    /// A sample a row: the labels are the columns of their names, the value is the column after them.
    private func samples(_ labels: [String], _ sql: String, scale: Int? = nil) throws -> [MetricFamily.Sample] {
        let statement = try database.connection.prepare(sql)
        var samples: [MetricFamily.Sample] = []
        while try statement.step() {
            let named = labels.enumerated().map { Label($1, statement.text(Int32($0)) ?? "") }
            let value = statement.int64(Int32(labels.count))
            samples.append(scale.map { Sample(named, .decimal(value, scale: $0)) } ?? Sample(named, value))
        }
        return samples
    }

    /// Why a broker's order is refused; a counter that begins above 0 has not grown for Prometheus.
    private static let rejectReasons = [StatusReason.brokerRejected, .notSendable].map { "('\($0.rawValue)')" }
        .joined(separator: ", ")

    private static let production = "JOIN execution_runs r ON r.run_id = o.run_id WHERE r.mode = 'PRODUCTION'"
}

extension MetricsReader {
    private func orders() throws -> [MetricFamily] {
        [
            counter(
                "execution_orders_total", "Orders that were made, those of dry runs under their own venue.",
                try samples(
                    ["account", "venue"],
                    """
                    SELECT r.account, r.venue, count(*) FROM orders o \(Self.production) AND o.child_number IS NULL
                    GROUP BY 1, 2 ORDER BY 1, 2
                    """)),
            gauge(
                "execution_orders", "Orders by how they stand; dry runs are left out.",
                try samples(
                    ["account", "status"],
                    """
                    SELECT r.account, o.status, count(*) FROM orders o \(Self.production) AND r.venue <> 'dry_run'
                        AND o.child_number IS NULL
                    GROUP BY 1, 2 ORDER BY 1, 2
                    """)),
            counter(
                "execution_rejects_total", "Orders that the broker refused, by reason; 0 where there was none yet.",
                try samples(
                    ["account", "reason"],
                    """
                    SELECT account, reason, sum(n) FROM (
                        SELECT r.account, o.status_reason AS reason, count(*) AS n FROM orders o
                        \(Self.production) AND o.status = 'REJECTED' GROUP BY 1, 2
                        UNION ALL SELECT account, column1, 0 FROM execution_runs, (VALUES \(Self.rejectReasons))
                        WHERE mode = 'PRODUCTION')
                    GROUP BY 1, 2 ORDER BY 1, 2
                    """)),
            counter(
                "execution_fills_total", "Executions that are booked.",
                try samples(
                    ["account"],
                    """
                    SELECT account, count(*) FROM trades
                    WHERE mode = 'PRODUCTION' AND fill_rule IS NOT 'broker_reversal' GROUP BY 1 ORDER BY 1
                    """)),
            gauge(
                "execution_commission", "Commissions of all trades, in the account's currency.",
                try samples(
                    ["account"],
                    "SELECT account, sum(commission_e6) FROM trades WHERE mode = 'PRODUCTION' GROUP BY 1 ORDER BY 1",
                    scale: 6)),
        ]
    }

    private func latencies(_ reader: AccountReader, _ accounts: [String]) throws -> MetricFamily {
        var family = MetricFamily(
            "execution_order_latency_seconds", .histogram, "How long orders took from one stage to another.", [])
        for account in accounts {
            let timings = try reader.orderTimings(of: account).map(\.timings)
            for interval in TimingInterval.allCases {
                family.addHistogram(
                    [Label("account", account), Label("interval", interval.rawValue)],
                    durations_ms: timings.compactMap(interval.duration_ms))
            }
        }
        return family
    }

    private func risk() throws -> [MetricFamily] {
        [
            counter(
                "execution_risk_limited_total", "Orders that the risk gate cut or denied, by the limit that bound.",
                try samples(
                    ["account", "limit"],
                    """
                    SELECT r.account, coalesce(o.binding_limit, ''), count(*) FROM risk_decisions o
                    \(Self.production) AND o.approved_e8 < o.requested_e8 GROUP BY 1, 2 ORDER BY 1, 2
                    """)),
            counter(
                "execution_risk_failed_open_total",
                "Limits that let orders of a run pass without their data, as EXEC_RISK_FAIL_OPEN says; one for each run and limit.",
                try samples(
                    ["account", "venue"],
                    """
                    SELECT r.account, r.venue, count(n.notification_id) FROM execution_runs r
                    LEFT JOIN notifications n ON n.run_id = r.run_id AND n.code = 'risk_failed_open'
                    WHERE r.mode = 'PRODUCTION' GROUP BY 1, 2 ORDER BY 1, 2
                    """)),
        ]
    }

    private func breakers() throws -> [MetricFamily] {
        func events(_ kind: String) throws -> [MetricFamily.Sample] {
            try samples(
                ["account", "venue"],
                "SELECT account, venue, count(*) FROM breaker_events WHERE kind = '\(kind)' GROUP BY 1, 2 ORDER BY 1, 2"
            )
        }
        return [
            gauge(
                "execution_breaker_state", "The circuit breaker: 0 closed, 1 half-open, 2 open.",
                try samples(
                    ["account", "venue"],
                    """
                    SELECT account, venue, CASE state WHEN 'OPEN' THEN 2 WHEN 'HALF_OPEN' THEN 1 ELSE 0 END
                    FROM venue_breakers ORDER BY 1, 2
                    """)),
            gauge(
                "execution_breaker_open_until_timestamp_seconds", "From when on an open breaker lets probes through.",
                try samples(
                    ["account", "venue"],
                    """
                    SELECT account, venue, CAST(round((julianday(open_until) - 2440587.5) * 86400000) AS INTEGER)
                    FROM venue_breakers WHERE open_until IS NOT NULL ORDER BY 1, 2
                    """, scale: 3)),
            counter(
                "execution_breaker_errors_total", "Errors that count against the breaker's budget.", try events("ERROR")
            ),
            counter("execution_breaker_opened_total", "How often the breaker opened.", try events("OPENED")),
        ]
    }

    private func books(_ reader: AccountReader, _ accounts: [String]) throws -> [MetricFamily] {
        let breaks = try accounts.map {
            ($0, try reader.positionBreaks(of: $0).count, try reader.cashBreaks(of: $0).count)
        }
        return [
            gauge(
                "execution_position_size", "Shares or units held by the book, negative for short.",
                try samples(
                    ["account", "ticker"],
                    "SELECT account, ticker, size_e8 FROM positions WHERE book = 'account ' || account AND size_e8 <> 0 ORDER BY 1, 2",
                    scale: 8)),
            gauge(
                "execution_cash", "Cash by the book.",
                try samples(
                    ["account", "currency"],
                    "SELECT account, currency, balance_e6 FROM cash_balances WHERE book = 'account ' || account ORDER BY 1, 2",
                    scale: 6)),
            gauge(
                "execution_position_breaks", "Positions that contradict their journal or the broker.",
                breaks.map { Sample([Label("account", $0.0)], Int64($0.1)) }),
            gauge(
                "execution_cash_breaks", "Amounts of cash that contradict the journal.",
                breaks.map { Sample([Label("account", $0.0)], Int64($0.2)) }),
        ]
    }

    private func profits() throws -> [MetricFamily] {
        let rows = try ProfitReader(database).rows()
        var groups: [(labels: [MetricFamily.Label], total: ProfitTotal)] = []
        for row in rows {
            let labels = [Label("account", row.owner.account), Label("strategy", row.owner.strategyID ?? "")]
            guard groups.last?.labels != labels else { continue }
            let own = rows.filter {
                $0.owner.account == row.owner.account && $0.owner.strategyID == row.owner.strategyID
            }
            groups.append((labels, try ProfitTotal(own)))
        }
        return [
            gauge(
                "execution_realized_pnl",
                "Profit taken by closing, before commissions; no strategy is what is nobody's.",
                try groups.map {
                    Sample($0.labels, .decimal(try Money($0.total.realized, rounding: .nearest).e6, scale: 6))
                }),
            gauge(
                "execution_unrealized_pnl", "Value less cost of what is held, at the latest prices that are known.",
                try groups.map {
                    Sample($0.labels, .decimal(try Money($0.total.unrealized, rounding: .nearest).e6, scale: 6))
                }),
            gauge(
                "execution_oldest_mark_timestamp_seconds",
                "When the oldest price was known that unrealized profit is taken from.",
                groups.compactMap { group in
                    group.total.markedAt.map { Sample(group.labels, .decimal($0.ms, scale: 3)) }
                }),
        ]
    }

    private func alerts() throws -> [MetricFamily] {
        [
            counter(
                "execution_notifications_total", "Alerts that were raised.",
                try samples(["severity"], "SELECT severity, count(*) FROM notifications GROUP BY 1 ORDER BY 1")),
            gauge(
                "execution_notifications_undelivered", "Alerts that nobody was told.",
                try samples(
                    ["severity"],
                    """
                    SELECT s.column1, count(n.notification_id) FROM (VALUES ('CRITICAL'), ('INFO'), ('WARNING')) s
                    LEFT JOIN notifications n ON n.severity = s.column1 AND n.delivered_at IS NULL GROUP BY 1 ORDER BY 1
                    """)),
            gauge(
                "execution_dead_letters",
                "Orders that could not be sent or ended in doubt, by what was decided about them.",
                try samples(
                    ["account", "state"],
                    "SELECT account, state, count(*) FROM dead_letter_list GROUP BY 1, 2 ORDER BY 1, 2")),
        ]
    }

    private func runs() throws -> [MetricFamily] {
        [
            gauge(
                "execution_last_run_timestamp_seconds",
                "When the last run ended, by how it ended; dry runs under their venue.",
                try samples(
                    ["account", "venue", "status"],
                    """
                    SELECT account, venue, status, CAST(round((julianday(max(finished_at)) - 2440587.5) * 86400000) AS INTEGER)
                    FROM execution_runs WHERE mode = 'PRODUCTION' AND finished_at IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
                    """, scale: 3)),
            gauge(
                "execution_unfinished_runs", "Runs that have not ended; dry runs are left out.",
                try samples(
                    ["account"],
                    """
                    SELECT account, sum(status = 'RUNNING' AND venue <> '\(ProductionStore.dryRunVenue)')
                    FROM execution_runs WHERE mode = 'PRODUCTION' GROUP BY 1 ORDER BY 1
                    """)),
            gauge(
                "execution_run_heartbeat_timestamp_seconds",
                "When the run that a process writes was last heard of; dry runs are left out.",
                try samples(
                    ["account", "run"],
                    """
                    SELECT account, run_id, CAST(round((julianday(heartbeat_at) - 2440587.5) * 86400000) AS INTEGER)
                    FROM execution_runs
                    WHERE mode = 'PRODUCTION' AND venue <> '\(ProductionStore.dryRunVenue)' AND status = 'RUNNING'
                        AND writer_token <> ''
                    ORDER BY run_number
                    """, scale: 3)),
        ]
    }
}
