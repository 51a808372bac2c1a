import Storage
import TradingModel

/// Orders, what the gate made of them, and how long they took.
extension MetricsReader {
    /// Why a broker's order is refused; a counter that begins above 0 has not grown for Prometheus.
    private static let rejectReasons = [StatusReason.brokerRejected, .notSendable].map { "('\($0.rawValue)')" }
        .joined(separator: ", ")

    func orders() throws -> [MetricFamily] {
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

    func latencies(_ reader: AccountReader, _ accounts: [String]) throws -> MetricFamily {
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

    func risk() throws -> [MetricFamily] {
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
}
