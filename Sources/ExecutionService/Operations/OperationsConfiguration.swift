import OrderRouting
import TradingModel

/// How alerts reach somebody.
public struct AlertsConfiguration: Sendable, Equatable {
    /// What is run for each alert; nil runs nothing.
    public var command: HookCommand?
    /// Lesser ones stay in the database.
    public var minimumSeverity = NotificationRecord.Severity.warning
    /// A command that takes longer is ended, and counts as failed.
    public var timeout = TimeSpan.seconds(10)
    /// How often one process tries an alert, unless it follows what comes.
    public var attempts: Int64 = 5
    /// The pause after the first failure; it doubles with each further one.
    public var firstWait = TimeSpan.seconds(1)
    /// No pause is longer.
    public var longestWait = TimeSpan.minutes(1)

    /// The defaults: nothing is run.
    public init() {}
}

/// What is run for an alert.
public enum HookCommand: Sendable, Equatable {
    /// A program with its arguments, without a shell.
    case program([String])
    /// A line for `/bin/sh -c`.
    case shell(String)

    /// The words of the program.
    var words: [String] {
        switch self {
        case .program(let words): words
        case .shell(let line): ["/bin/sh", "-c", line]
        }
    }
}

/// From when on what a rebalance did is worth an alert; nil is never.
public struct ChecksConfiguration: Sendable, Equatable {
    /// Of the answer to an order, for 95 in 100 of them.
    public var maxLatency: TimeSpan? = .seconds(5)
    /// Refused orders as a share of those that were sent, in units of 10⁻⁹.
    public var maxRejectRateE9: Int64? = 100_000_000
    /// Of a run that says that it goes on.
    public var maxSilence: TimeSpan? = .minutes(5)

    /// The defaults.
    public init() {}
}

/// The circuit breaker of the broker.
public struct BreakerConfiguration: Sendable, Equatable {
    /// As many errors within the window open it; nil is no breaker.
    public var errors: Int64? = 5
    public var window = TimeSpan.minutes(1)
    public var openFor = TimeSpan.minutes(1)
    /// How many orders a half-open one lets through.
    public var probes: Int64 = 1

    /// The defaults.
    public init() {}

    /// Nil where there is no breaker.
    var rules: CircuitBreaker.Rules? {
        errors.map {
            CircuitBreaker.Rules(
                errorBudget: Int($0), window_ms: window.ms, openFor_ms: openFor.ms, probes: Int(probes))
        }
    }
}

/// What else an operator decides.
public struct OperationsConfiguration: Sendable, Equatable {
    public var alerts = AlertsConfiguration()
    public var checks = ChecksConfiguration()
    /// Where metrics go after each session; nil writes none.
    public var metricsFile: String?
    /// How the log of a session is written unless the command says.
    public var logFormat = LogFormat.text

    /// The defaults.
    public init() {}
}
