import InputFiles
import Reporting
import RiskControl
import Storage
import TradingModel

/// What `execution doctor` finds: everything that a rebalance needs, looked at before it is needed. It sends no order and writes nothing.
public struct DoctorReport: Sendable {
    /// What is looked at; what is nil is not.
    public struct Request: Sendable {
        public var database: String?
        public var bars: String?
        public var configuration: String?
        /// Whether the broker is asked.
        public var probes: Bool
        /// The variables of the process.
        public var environment: [String: String]
        public var time: Timestamp

        public init(
            database: String? = nil, bars: String? = nil, configuration: String? = nil, probes: Bool = false,
            environment: [String: String] = [:], time: Timestamp
        ) {
            self.database = database
            self.bars = bars
            self.configuration = configuration
            self.probes = probes
            self.environment = environment
            self.time = time
        }
    }

    public let checkedAt: Timestamp
    public private(set) var checks: [DoctorCheck] = []
    /// Every variable that counts, with its value and where it comes from.
    public let variables: [ExecutionEnvironment.Variable]
    private let secrets: SecretRedactor

    /// The worst of all checks.
    public var verdict: DoctorCheck.State { checks.map(\.state).max() ?? .ok }

    /// Looks at everything. Throws `InputError` for a configuration that cannot be read, and nothing else: what else is wrong is a finding.
    public init(_ request: Request) throws {
        checkedAt = request.time
        secrets = SecretRedactor(request.environment)
        let environment = ExecutionEnvironment(request.environment)
        variables = environment.variables()
        let configuration = try request.configuration.map {
            try Configuration.read(try InputFile(path: $0), for: .production)
        }
        checks += Self.environment(environment)
        checks += Self.switches(environment, request)
        if let path = request.database { checks += DatabaseDoctor(path, configuration, request).checks }
        if let bars = request.bars { checks.append(BarsDoctor.check(bars, at: request.time)) }
        checks += Self.broker(configuration, request)
        if let configuration, !checks.contains(where: { $0.name == .liveGate }) {
            checks.append(Self.liveGate(configuration, request))
        }
        let order = DoctorCheck.Name.allCases
        checks.sort {
            (order.firstIndex(of: $0.name) ?? 0, $0.subject ?? "") < (
                order.firstIndex(of: $1.name) ?? 0, $1.subject ?? ""
            )
        }
    }

    private static func environment(_ environment: ExecutionEnvironment) -> [DoctorCheck] {
        let problems = environment.problems.map { DoctorCheck(.environment, .critical, "\($0)", of: $0.name) }
        let warnings = environment.warnings.map { DoctorCheck(.environment, .warning, $0) }
        return problems.isEmpty && warnings.isEmpty
            ? [DoctorCheck(.environment, .ok, "every variable that is set can be read")] : problems + warnings
    }

    private static func switches(_ environment: ExecutionEnvironment, _ request: Request) -> [DoctorCheck] {
        var on = environment.switches()
        do {
            on += try request.database.map(DatabaseSwitches.look) ?? []
        } catch {
            return on.map { DoctorCheck(.killSwitch, .warning, $0.sentence) } + [
                DoctorCheck(
                    .killSwitch, .critical, "the switches in the database cannot be read, so nothing is sent: \(error)")
            ]
        }
        guard !on.isEmpty else {
            let extent = request.database == nil ? "; those of a database were not looked at" : ""
            return [DoctorCheck(.killSwitch, .ok, "every kill switch is off\(extent)")]
        }
        return on.map { DoctorCheck(.killSwitch, .warning, $0.sentence) }
    }

    /// What is said of a live gate that could not be held against a database.
    private static func liveGate(_ configuration: Configuration, _ request: Request) -> DoctorCheck {
        guard configuration.live.permit else {
            return DoctorCheck(.liveGate, .ok, "live.permit is false: the configuration is for dry runs")
        }
        guard configuration.brokers.ibkr.account != nil else {
            return DoctorCheck(.liveGate, .warning, "closed: live.permit is true, and brokers.ibkr.account is not set")
        }
        return DoctorCheck(
            .liveGate, .notChecked,
            request.database == nil
                ? "it was not looked at; --db names the database, which has kill switches of its own"
                : "it cannot be told, because the database cannot be read")
    }

    private static func broker(_ configuration: Configuration?, _ request: Request) -> [DoctorCheck] {
        guard request.probes else {
            return [
                DoctorCheck(.broker, .notChecked, "the broker was not asked; --probe asks it"),
                DoctorCheck(.clock, .notChecked, "the broker's clock was not asked for; --probe asks"),
            ]
        }
        guard let configuration else {
            return [DoctorCheck(.broker, .notChecked, "--probe needs --config, which says where the broker is")]
        }
        return BrokerProbe(configuration).checks()
    }
}

extension DoctorReport {
    private var table: AccountStatusTable<DoctorCheck> {
        AccountStatusTable(
            rows: checks,
            columns: [
                .init("check") { .text($0.name.rawValue) }, .init("subject") { .text($0.subject) },
                .init("state") { .text($0.state.rawValue) },
                .init("sentence") { [secrets] in .text(secrets.redacted($0.sentence)) },
            ])
    }

    private var variableTable: AccountStatusTable<ExecutionEnvironment.Variable> {
        AccountStatusTable(
            rows: variables,
            columns: [
                .init("variable") { .text($0.name) },
                .init("value") { [secrets] variable in
                    .text(
                        variable.value.map {
                            SecretRedactor.isSecret(variable.name) ? SecretRedactor.blot : secrets.redacted($0)
                        })
                },
                .init("source") { .text($0.source.rawValue) },
                .init("meaning") { [secrets] in .text(secrets.redacted($0.meaning)) },
            ])
    }

    /// The report for people, in lines.
    public var text: String {
        let words: String =
            switch verdict {
            case .ok, .notChecked: "all is well"
            case .warning: "WARNINGS"
            case .critical: "CRITICAL"
            }
        return (["At \(checkedAt): \(words)", table.text] + [variableTable.text])
            .map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 }.joined(separator: "\n")
    }

    /// The report as JSON, keys in one order, without a final newline.
    public var json: String {
        JSONValue.object([
            .init("checked_at", .text(checkedAt.description)), .init("verdict", .text(verdict.rawValue)),
            .init("checks", table.json), .init("environment", variableTable.json),
        ]).text
    }
}
