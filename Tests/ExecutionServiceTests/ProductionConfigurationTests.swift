import InputFiles
import RiskControl
import TradingModel
import XCTest

@testable import ExecutionService

final class ProductionConfigurationTests: XCTestCase {
    private func read(_ text: String, for mode: ExecutionMode = .training) throws -> Configuration {
        try Configuration.read(InputFile(name: "execution.json", bytes: Array(text.utf8)), for: mode)
    }

    private func assertRefused(_ cases: [(text: String, message: String)]) {
        for (text, message) in cases {
            XCTAssertThrowsError(try read(text), text) { error in
                let found = (error as? InputError)?.description ?? "another error: \(error)"
                XCTAssertTrue(found.contains(message), "\(text): \(found)")
            }
        }
    }

    private let everyKey = """
        { brokers: { ibkr: { host: "192.168.1.5", port: 7497, client_id: 0, account: "DU123",
                             messages_per_second: null } },
          live: { permit: true, account: "DU123" },
          production: { timeout: "6h", confirmation_timeout: "90s", quiet_period: "1500ms", price_max_age: "72h",
                        cash_buffer: 0.005, on_reject: "stop", cancel_on_exit: false, commission_wait: "1m",
                        alert_every: "60s", what_if: { max_initial_margin_share: 0.9, timeout: "3s" }, breaker: { errors: null, window: "2m", open_for: "30s", probes: 3 } },
          alerts: { command: ["/bin/page", "-u"], minimum_severity: "CRITICAL", timeout: "3s", attempts: 2,
                    first_wait: "10ms", longest_wait: "20ms" },
          checks: { max_latency: null, max_reject_rate: 0.25, max_silence: "1m" }, metrics: { file: "a.prom" },
          log: { format: "json" } }
        """

    func testReadsEveryKey() throws {
        let configuration = try read(everyKey)
        XCTAssertEqual(configuration.brokers.ibkr.host, "192.168.1.5")
        XCTAssertEqual(configuration.brokers.ibkr.port, 7497)
        XCTAssertEqual(configuration.brokers.ibkr.clientID, 0)
        XCTAssertEqual(configuration.brokers.ibkr.account, AccountID("DU123"))
        XCTAssertNil(configuration.brokers.ibkr.messagesPerSecond)
        XCTAssertTrue(configuration.live.permit)
        XCTAssertEqual(configuration.live.account?.text, "DU123")
        XCTAssertEqual(configuration.production.timeout.ms, 21_600_000)
        XCTAssertEqual(configuration.production.confirmationTimeout.ms, 90_000)
        XCTAssertEqual(configuration.production.quietPeriod.ms, 1_500)
        XCTAssertEqual(configuration.production.priceMaxAge.ms, 259_200_000)
        XCTAssertEqual(configuration.production.cashBufferE9, 5_000_000)
        XCTAssertEqual(configuration.production.onReject, .stop)
        XCTAssertFalse(configuration.production.cancelOnExit)
        XCTAssertEqual(configuration.production.commissionWait.ms, 60_000)
        XCTAssertEqual(configuration.production.alertEvery.ms, 60_000)
        XCTAssertEqual(configuration.production.whatIf.maxInitialMarginShare, Share(e9: 900_000_000))
        XCTAssertEqual(configuration.production.whatIf.timeout.ms, 3_000)
        XCTAssertNil(configuration.production.breaker.rules)
        XCTAssertEqual(configuration.production.breaker.window.ms, 120_000)
        XCTAssertEqual(configuration.production.breaker.openFor.ms, 30_000)
        XCTAssertEqual(configuration.production.breaker.probes, 3)
    }

    func testReadsEveryKeyOfOperations() throws {
        let operations = try read(everyKey).operations
        XCTAssertEqual(operations.alerts.command, .program(["/bin/page", "-u"]))
        XCTAssertEqual(operations.alerts.minimumSeverity, .critical)
        XCTAssertEqual(operations.alerts.timeout.ms, 3_000)
        XCTAssertEqual(operations.alerts.attempts, 2)
        XCTAssertEqual(operations.alerts.firstWait.ms, 10)
        XCTAssertEqual(operations.alerts.longestWait.ms, 20)
        XCTAssertNil(operations.checks.maxLatency)
        XCTAssertEqual(operations.checks.maxRejectRateE9, 250_000_000)
        XCTAssertEqual(operations.checks.maxSilence?.ms, 60_000)
        XCTAssertEqual(operations.metricsFile, "a.prom")
        XCTAssertEqual(operations.logFormat, .json)
        XCTAssertEqual(try read(#"{alerts: {command: "page -u"}}"#).operations.alerts.command, .shell("page -u"))
    }

    func testDefaultsSendNothing() throws {
        let configuration = try read("{}", for: .production)
        XCTAssertFalse(configuration.live.permit)
        XCTAssertNil(configuration.live.account)
        XCTAssertNil(configuration.brokers.ibkr.account)
        XCTAssertNil(configuration.production.whatIf.maxInitialMarginShare)
        XCTAssertEqual(configuration.production.timeout.ms, 1_800_000)
        XCTAssertEqual(configuration.production.onReject, .continue)
        XCTAssertTrue(configuration.production.cancelOnExit)
    }

    func testDurations() throws {
        let spans: [(String, Int64)] = [
            ("1ms", 1), ("999ms", 999), ("45s", 45_000), ("30m", 1_800_000), ("2h", 7_200_000), ("0030m", 1_800_000),
            ("0s", 0), ("9223372036854775807ms", .max),
        ]
        for (text, ms) in spans { XCTAssertEqual(TimeSpan(text)?.ms, ms, text) }
        let texts = [
            "", "30", "m", "30 m", " 30m", "30m ", "30M", "30min", "1h30m", "1.5h", "-1s", "+1s", "٣m", "1d", "1e3s",
            "9223372036854775808ms", "9223372036854775807h",
        ]
        for text in texts { XCTAssertNil(TimeSpan(text), text) }
        let shown = [
            ("1800s", "30m"), ("60m", "1h"), ("90s", "90s"), ("1500ms", "1500ms"), ("0ms", "0s"), ("24h", "24h"),
        ]
        for (text, canonical) in shown { XCTAssertEqual(TimeSpan(text)?.description, canonical, text) }
    }

    func testWrongDurations() {
        let timeout = "give a duration above 0 and up to 168h: a whole number with ms, s, m or h, such as \"30m\""
        assertRefused([
            (#"{production: {timeout: 30}}"#, "production.timeout \"30\" has no unit; \(timeout)"),
            (#"{production: {timeout: "30"}}"#, "production.timeout \"30\" is not a duration; \(timeout)"),
            (#"{production: {timeout: "half an hour"}}"#, "is not a duration"),
            (#"{production: {timeout: "0s"}}"#, "production.timeout \"0s\" is out of range; \(timeout)"),
            (#"{production: {timeout: "-5m"}}"#, "is not a duration"),
            (#"{production: {timeout: "169h"}}"#, "production.timeout \"169h\" is out of range"),
            (#"{production: {timeout: true}}"#, "production.timeout \"true\" is not a text"),
            (#"{production: {timeout: null}}"#, "production.timeout \"null\" is not a text"),
        ])
    }

    /// The limits that are documented are those that are kept.
    func testEveryDurationHasItsLimit() throws {
        let limits = [
            ("production.timeout", "168h"), ("production.confirmation_timeout", "1h"),
            ("production.quiet_period", "1h"), ("production.price_max_age", "168h"),
            ("production.commission_wait", "1h"), ("production.alert_every", "24h"),
            ("production.what_if.timeout", "1h"), ("production.breaker.window", "24h"),
            ("production.breaker.open_for", "24h"), ("alerts.timeout", "5m"),
            ("alerts.first_wait", "5m"), ("alerts.longest_wait", "1h"), ("checks.max_latency", "1h"),
            ("checks.max_silence", "24h"),
        ]
        for (path, limit) in limits {
            let accepted = ConfigurationKey.all.first { $0.path == path }?.accepted ?? ""
            XCTAssertTrue(accepted.contains("up to \(limit):"), accepted)
            XCTAssertNoThrow(try read(text(path, "\"\(limit)\"")), path)
            assertRefused([
                (text(path, "\"\((TimeSpan(limit)?.ms ?? 0) + 1)ms\""), path),
                (text(path, "\"0ms\""), "is out of range"),
            ])
        }
        let durations = ConfigurationKey.all.filter { $0.accepted.hasPrefix("a duration") }.map(\.path)
        XCTAssertEqual(durations, limits.map(\.0), "a duration is without a test")
    }

    /// A configuration with one key.
    private func text(_ path: String, _ value: String) -> String {
        path.split(separator: ".").reversed().reduce(value) { "{ \($1): \($0) }" }
    }

    func testWrongValues() {
        assertRefused([
            (#"{brokers: {ibkr: {host: "gateway_1"}}}"#, "brokers.ibkr.host \"gateway_1\" is no address"),
            (
                #"{brokers: {ibkr: {host: "127.0.0.256"}}}"#,
                "give an IPv4 address such as \"127.0.0.1\", or the name of a host"
            ),
            (#"{brokers: {ibkr: {host: "127.0.0.+1"}}}"#, "is no address"),
            (#"{brokers: {ibkr: {host: ""}}}"#, "is no address"),
            (#"{brokers: {ibkr: {port: 0}}}"#, "brokers.ibkr.port \"0\" is out of range; give a port from 1 to 65535"),
            (#"{brokers: {ibkr: {port: 65536}}}"#, "is out of range"),
            (#"{brokers: {ibkr: {port: "4002"}}}"#, "is not a number"),
            (#"{brokers: {ibkr: {client_id: -1}}}"#, "brokers.ibkr.client_id \"-1\" is out of range"),
            (#"{brokers: {ibkr: {client_id: 2147483648}}}"#, "is out of range"),
            (
                #"{brokers: {ibkr: {account: ""}}}"#,
                "brokers.ibkr.account \"\" is not an account id; give null, or an account id of letters"
            ),
            (#"{brokers: {ibkr: {account: "DU 123"}}}"#, "is not an account id"),
            (#"{brokers: {ibkr: {account: 123}}}"#, "is not a text"),
            (
                #"{brokers: {ibkr: {acount: "DU123"}}}"#,
                "brokers.ibkr.acount is an unknown key; did you mean \"account\"?"
            ),
            (#"{brokers: {ibrk: {}}}"#, "brokers.ibrk is an unknown key; did you mean \"ibkr\"?"),
            (
                #"{brokers: {ibkr: {password: "x"}}}"#,
                "the keys of brokers.ibkr are host, port, client_id, account, messages_per_second"
            ),
            (#"{broker: {}}"#, "did you mean \"brokers\"?"),
            (#"{live: {permit: "yes"}}"#, "live.permit \"yes\" is not true or false"),
            (#"{live: {permit: 1}}"#, "live.permit \"1\" is not true or false"),
            (#"{live: {account: "../DU123"}}"#, "live.account \"../DU123\" is not an account id"),
            (#"{live: true}"#, "live \"true\" is not a section; give an object such as { permit: … }"),
            (#"{production: {cash_buffer: -0.01}}"#, "production.cash_buffer \"-0.01\" is out of range"),
            (#"{production: {cash_buffer: 2}}"#, "give a share of the cost from 0 to 1"),
            (#"{production: {on_reject: "halt"}}"#, "give \"continue\" or \"stop\""),
            (#"{production: {on_reject: "stpo"}}"#, "did you mean \"stop\"?"),
            (#"{production: {cancel_on_exit: "no"}}"#, "production.cancel_on_exit \"no\" is not true or false"),
            (
                #"{production: {what_if: {max_initial_margin_share: 1.1}}}"#,
                "production.what_if.max_initial_margin_share \"1.1\" is out of range; give null, or a share from 0 to 1"
            ),
            (
                #"{production: {what_if: {max_margin_share: 1}}}"#,
                "the keys of production.what_if are max_initial_margin_share, timeout"
            ),
            (#"{production: {breaker: {errors: 0}}}"#, "production.breaker.errors \"0\" is out of range"),
            (#"{production: {breaker: {probe: 1}}}"#, "did you mean \"probes\"?"),
            (#"{alerts: {command: []}}"#, "alerts.command \"[…]\" is no command; give null, a list such as"),
            (#"{alerts: {command: ["page", 5]}}"#, "alerts.command \"[…]\" is no command"),
            (#"{alerts: {command: ""}}"#, "alerts.command \"\" is no command"),
            (#"{alerts: {command: 5}}"#, "alerts.command \"5\" is no command"),
            (#"{alerts: {minimum_severity: "WARN"}}"#, "give \"INFO\", \"WARNING\" or \"CRITICAL\""),
            (#"{alerts: {attempts: 0}}"#, "alerts.attempts \"0\" is out of range"),
            (#"{checks: {max_reject_rate: 1.1}}"#, "checks.max_reject_rate \"1.1\" is out of range"),
            (#"{metrics: {file: ""}}"#, "metrics.file \"\" names no file"),
            (#"{log: {format: "xml"}}"#, "give \"text\" or \"json\""),
            (#"{production: {price_age: "1m"}}"#, "production.price_age is an unknown key"),
        ])
    }

    /// What only PRODUCTION looks at does not tell two TRAINING runs apart.
    func testTrainingKeepsItsIdentity() throws {
        XCTAssertEqual(try read(everyKey).canonicalJSON(), try Configuration().canonicalJSON())
    }

    func testProductionTextReadsBack() throws {
        for text in ["{}", everyKey, #"{production: {timeout: "1800s", cash_buffer: 0.000000001}}"#] {
            let configuration = try read(text, for: .production)
            let canonical = try configuration.canonicalJSON(for: .production)
            XCTAssertEqual(try read(canonical, for: .production), configuration, canonical)
        }
        let text = try read(everyKey).canonicalJSON(for: .production)
        XCTAssertTrue(text.contains(#""live":{"account":"DU123","permit":true}"#), text)
        XCTAssertTrue(text.contains(#""quiet_period":"1500ms","timeout":"6h""#), text)
    }

    func testIdentityOfARebalance() throws {
        let identity = try read("{}").rebalanceJSON()
        let same = [
            #"{live: {permit: true, account: "DU1"}, brokers: {ibkr: {port: 4001, account: "DU1"}}}"#,
            #"{production: {timeout: "1800s"}}"#, #"{record: "trades", account: {cash: 5}}"#,
            #"{simulation: {latency_ms: 5}}"#, #"{production: {breaker: {errors: 1}}}"#,
            #"{alerts: {command: "page"}, checks: {max_latency: "1s"}, metrics: {file: "m.prom"}, log: {format: "json"}}"#,
        ]
        for text in same { XCTAssertEqual(try read(text).rebalanceJSON(), identity, text) }
        let others = [
            #"{production: {timeout: "31m"}}"#, #"{planning: {lot_size: 10}}"#, #"{orders: {time_in_force: "IOC"}}"#,
            #"{time_zone: "America/New_York"}"#, #"{production: {on_reject: "stop"}}"#,
            #"{account: {currency: "EUR"}, simulation: {commission: {model: "none"}}}"#,
        ]
        for text in others { XCTAssertNotEqual(try read(text).rebalanceJSON(), identity, text) }
    }

    /// In PRODUCTION the simulation's costs are nobody's, so an account in euros needs no other model.
    func testSimulatedCostsDoNotMatterInProduction() throws {
        let text = #"{account: {currency: "EUR"}}"#
        XCTAssertThrowsError(try read(text))
        XCTAssertEqual(try read(text, for: .production).account.currency.description, "EUR")
    }

    func testAccountIDs() {
        for text in ["DU123", "U1234567", "001-011-5838423-001", "x", String(repeating: "9", count: 32)] {
            XCTAssertEqual(AccountID(text)?.text, text)
        }
        let refused = [
            "", " ", "DU 123", "DU/123", "..", "DÜ1", "-1", "DU123\n", "DU.1", String(repeating: "9", count: 33),
        ]
        for text in refused { XCTAssertNil(AccountID(text), text) }
        XCTAssertNotEqual(AccountID("du123"), AccountID("DU123"))
    }
}
