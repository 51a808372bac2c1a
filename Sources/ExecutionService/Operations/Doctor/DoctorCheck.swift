import Reporting
import TradingModel

/// One thing that was looked at, and how it stands.
public struct DoctorCheck: Sendable, Equatable {
    /// The names that monitors know; they do not change.
    public enum Name: String, Sendable, CaseIterable {
        case database
        case schema
        case disk
        case environment
        case killSwitch = "kill_switch"
        case liveGate = "live_gate"
        case bars
        case broker
        case clock
        case lock
        case lastRun = "last_run"
        case orders
        case afterTrades = "after_trades"
        case breaker
        case deadLetters = "dead_letters"
        case alerts
    }

    /// The worst of all is the verdict.
    public enum State: String, Sendable, CaseIterable, Comparable {
        case ok
        /// Nobody asked for it, or it cannot be told from here.
        case notChecked = "not_checked"
        case warning
        case critical

        public static func < (left: State, right: State) -> Bool { left.rank < right.rank }

        private var rank: Int { State.allCases.firstIndex(of: self) ?? 0 }
    }

    public let name: Name
    /// What it is about, such as an account; nil where there is one of it.
    public let subject: String?
    public let state: State
    /// How it stands and, where it is not well, what to do; without its point.
    public let sentence: String

    init(_ name: Name, _ state: State, _ sentence: String, of subject: String? = nil) {
        self.name = name
        self.subject = subject
        self.state = state
        self.sentence = sentence
    }
}

extension DoctorCheck.State {
    init(_ severity: NotificationRecord.Severity) {
        self =
            switch severity {
            case .info: .ok
            case .warning: .warning
            case .critical: .critical
            }
    }
}
