import Storage
import TradingModel

/// What an operator has to know of: the breaker, alerts, runs.
extension MetricsReader {
    func breakers() throws -> [MetricFamily] {
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

    func alerts() throws -> [MetricFamily] {
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

    func runs() throws -> [MetricFamily] {
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
