import TradingModel

/// Something that a session tells while it goes on, with what it is about.
public struct LogLine: Sendable, Equatable {
    /// How much it matters; the names that log readers know.
    public enum Level: String, Sendable, CaseIterable {
        case info
        /// For the operator at once.
        case warning
        /// Somebody has to act.
        case critical
    }

    public var level: Level
    public var message: String
    /// One word for programs, where there is one, such as `broker_away`.
    public var code: String?
    /// The run, once it has begun.
    public var runID: String?
    public var decisionID: String?
    public var orderKey: String?

    public init(
        _ level: Level, _ message: String, code: String? = nil, runID: String? = nil, decisionID: String? = nil,
        orderKey: String? = nil
    ) {
        self.level = level
        self.message = message
        self.code = code
        self.runID = runID
        self.decisionID = decisionID
        self.orderKey = orderKey
    }

    /// Whether the operator has to see it at once.
    public var isImportant: Bool { level != .info }
}

extension LogLine.Level {
    init(_ severity: NotificationRecord.Severity) {
        self =
            switch severity {
            case .info: .info
            case .warning: .warning
            case .critical: .critical
            }
    }
}
