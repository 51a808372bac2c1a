import TestSupport
import TradingModel
import XCTest

@testable import Reporting
@testable import Storage

final class MetricsTests: XCTestCase {
    private func text(_ change: (ProductionRows) throws -> Void) throws -> [Substring] {
        let folder = try TemporaryFolder()
        defer { try? folder.remove() }
        let rows = try ProductionRows(folder.path("runtime.db"))
        try change(rows)
        let reader = MetricsReader(
            try Database.openForReading(folder.path("runtime.db")), at: Timestamp(ms: 1_500), version: "0.9 \"x\\y\"\n")
        return PrometheusText.text(try reader.families()).split(separator: "\n", omittingEmptySubsequences: false)
    }

    private func assertContains(_ lines: [Substring], _ expected: [String], line: UInt = #line) {
        for text in expected { XCTAssertTrue(lines.contains(Substring(text)), "no line \(text)", line: line) }
    }

    func testEveryFamilyHasItsHelpAndType() throws {
        let lines = try text { _ in }
        let helps = lines.filter { $0.hasPrefix("# HELP ") }.map { $0.split(separator: " ")[2] }
        let types = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        XCTAssertEqual(helps, types)
        XCTAssertEqual(Set(helps).count, helps.count)
        XCTAssertEqual(
            helps.map(String.init),
            [
                "execution_orders_total", "execution_orders", "execution_rejects_total", "execution_fills_total",
                "execution_commission", "execution_order_latency_seconds", "execution_risk_limited_total",
                "execution_risk_failed_open_total", "execution_breaker_state",
                "execution_breaker_open_until_timestamp_seconds",
                "execution_breaker_errors_total", "execution_breaker_opened_total",
                "execution_position_size", "execution_cash", "execution_position_breaks", "execution_cash_breaks",
                "execution_realized_pnl", "execution_unrealized_pnl", "execution_oldest_mark_timestamp_seconds",
                "execution_notifications_total", "execution_notifications_undelivered", "execution_dead_letters",
                "execution_last_run_timestamp_seconds", "execution_unfinished_runs",
                "execution_run_heartbeat_timestamp_seconds", "execution_metrics_timestamp_seconds",
                "execution_build_info",
            ], "names are stable")
        for type in lines.filter({ $0.hasPrefix("# TYPE ") }).map({ $0.split(separator: " ") }) {
            XCTAssertEqual(type[3] == "counter", type[2].hasSuffix("_total"), "\(type)")
        }
        XCTAssertEqual(lines.last, "", "a file ends with its line")
    }

    func testLabelsAreEscaped() throws {
        let lines = try text { rows in
            try rows.run(1, "first", account: "a\"b\\c\nd")
        }
        assertContains(
            lines,
            [
                #"execution_build_info{version="0.9 \"x\\y\"\n"} 1"#,
                #"execution_unfinished_runs{account="a\"b\\c\nd"} 0"#, "execution_metrics_timestamp_seconds 1.5",
            ])
        XCTAssertEqual(PrometheusText.escaped("a\"b\\c\nd", quotes: false), "a\"b\\\\c\\nd")
    }

    func testHistogram() {
        var family = MetricFamily("h_seconds", .histogram, "h", [])
        family.addHistogram([MetricFamily.Label("a", "b")], durations_ms: [-5, 1, 2, 3, 1_800_000, 1_800_001])
        let lines = PrometheusText.text([family]).split(separator: "\n").map(String.init)
        XCTAssertEqual(lines.count, 2 + MetricFamily.latencyBounds_ms.count + 3)
        for text in [
            "h_seconds_bucket{a=\"b\",le=\"0.001\"} 2", "h_seconds_bucket{a=\"b\",le=\"0.002\"} 3",
            "h_seconds_bucket{a=\"b\",le=\"0.005\"} 4", "h_seconds_bucket{a=\"b\",le=\"300\"} 4",
            "h_seconds_bucket{a=\"b\",le=\"1800\"} 5", "h_seconds_bucket{a=\"b\",le=\"+Inf\"} 6",
            "h_seconds_sum{a=\"b\"} 3600.007", "h_seconds_count{a=\"b\"} 6",
        ] { XCTAssertTrue(lines.contains(text), text) }
        var bounds = MetricFamily.latencyBounds_ms
        bounds.sort()
        XCTAssertEqual(bounds, MetricFamily.latencyBounds_ms)
    }

    /// From the first run on there is a figure, so that a rise can be seen.
    func testLimitsThatFailedOpen() throws {
        let lines = try text { rows in
            try rows.run(1, "first")
            try rows.run(2, "second")
            try rows.run(3, "dry", venue: "dry_run")
            try rows.notification("CRITICAL", "risk_failed_open", of: "first")
            try rows.notification("CRITICAL", "risk_failed_open", of: "second")
            try rows.notification("CRITICAL", "late", of: "second")
        }
        assertContains(
            lines,
            [
                #"execution_risk_failed_open_total{account="DU123",venue="dry_run"} 0"#,
                #"execution_risk_failed_open_total{account="DU123",venue="ibkr"} 2"#,
            ])
    }

    func testFigures() throws {
        let lines = try text { rows in
            try rows.run(1, "first")
            try rows.run(2, "second", status: "RUNNING", writer: .silentElsewhere)
            try rows.run(3, "dry", venue: "dry_run")
            try rows.run(4, "killed", venue: "dry_run", status: "RUNNING", writer: .silentElsewhere)
            try rows.run(5, "left", account: "DU999", status: "RUNNING")
            try rows.order(1_000_000_001, of: "first", status: "WORKING")
            try rows.timings(1_000_000_001, [0, 0, 5, 12, nil, nil])
            try rows.order(1_000_000_002, of: "first", status: "REJECTED")
            try rows.execute("UPDATE orders SET status_reason = 'broker_rejected' WHERE status = 'REJECTED'")
            try rows.order(3_000_000_001, of: "dry", status: "CANCELLED")
            try rows.position("AAPL", 10, of: "first", number: 1, explained: 9)
            try rows.cash(100, of: "first", number: 1)
            try rows.notification("CRITICAL", "x", of: "first")
            try rows.execute(
                """
                INSERT INTO venue_breakers VALUES ('ibkr', 'DU123', 'OPEN', '2026-01-05T14:30:00.000Z', '2026-01-05T14:31:00.000Z', 'first');
                INSERT INTO breaker_events (venue, account, run_id, timestamp, kind, detail)
                VALUES ('ibkr', 'DU123', 'first', '2026-01-05T14:30:00.000Z', 'ERROR', ''), ('ibkr', 'DU123', 'first', '2026-01-05T14:30:00.000Z', 'OPENED', '');
                INSERT INTO dead_letters (order_id, run_id, reason, detail, created_at)
                VALUES (1000000002, 'first', 'given_up', '', '2026-01-05T14:30:00.000Z')
                """)
        }
        XCTAssertEqual(
            lines.filter { $0.hasPrefix("execution_run_heartbeat_timestamp_seconds") },
            [#"execution_run_heartbeat_timestamp_seconds{account="DU123",run="second"} 1452004260"#],
            "neither of dry runs nor of those that nobody writes")
        assertContains(
            lines,
            [
                #"execution_orders_total{account="DU123",venue="dry_run"} 1"#,
                #"execution_orders_total{account="DU123",venue="ibkr"} 2"#,
                #"execution_orders{account="DU123",status="WORKING"} 1"#,
                #"execution_rejects_total{account="DU123",reason="broker_rejected"} 1"#,
                #"execution_rejects_total{account="DU123",reason="not_sendable"} 0"#,
                #"execution_rejects_total{account="DU999",reason="broker_rejected"} 0"#,
                #"execution_order_latency_seconds_bucket{account="DU123",interval="sent_to_acknowledged",le="0.005"} 0"#,
                #"execution_order_latency_seconds_bucket{account="DU123",interval="sent_to_acknowledged",le="0.01"} 1"#,
                #"execution_order_latency_seconds_sum{account="DU123",interval="sent_to_acknowledged"} 0.007"#,
                #"execution_breaker_state{account="DU123",venue="ibkr"} 2"#,
                #"execution_breaker_open_until_timestamp_seconds{account="DU123",venue="ibkr"} 1767623460"#,
                #"execution_breaker_errors_total{account="DU123",venue="ibkr"} 1"#,
                #"execution_breaker_opened_total{account="DU123",venue="ibkr"} 1"#,
                #"execution_position_size{account="DU123",ticker="AAPL"} 10"#,
                #"execution_cash{account="DU123",currency="USD"} 100"#,
                #"execution_position_breaks{account="DU123"} 1"#, #"execution_cash_breaks{account="DU123"} 0"#,
                #"execution_realized_pnl{account="DU123",strategy=""} 0"#,
                #"execution_notifications_total{severity="CRITICAL"} 1"#,
                #"execution_notifications_undelivered{severity="CRITICAL"} 1"#,
                #"execution_notifications_undelivered{severity="INFO"} 0"#,
                #"execution_dead_letters{account="DU123",state="OPEN"} 1"#,
                #"execution_last_run_timestamp_seconds{account="DU123",venue="ibkr",status="COMPLETED"} 1767623700"#,
                #"execution_unfinished_runs{account="DU123"} 1"#,
                #"execution_unfinished_runs{account="DU999"} 1"#,
            ])
    }
}
