import Reporting
import TradingModel

/// How the log of a session is written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// The time and the message, for people.
    case text
    /// One JSON object a line: `time`, `level`, `message`, and `code`, `run_id`, `decision_id`, `order_key` where known.
    case json

    /// A line without its end; secrets are blotted out.
    public func text(of line: LogLine, at time: Timestamp, redacting secrets: SecretRedactor) -> String {
        switch self {
        case .text: return "\(time) \(secrets.redacted(line.message))"
        case .json:
            let texts = [line.message, line.code, line.runID, line.decisionID, line.orderKey].map { text in
                text.map { secrets.redacted($0) }
            }
            let names = ["message", "code", "run_id", "decision_id", "order_key"]
            let known = zip(names, texts).compactMap { name, text in text.map { JSONValue.Member(name, .text($0)) } }
            return JSONValue.object(
                [.init("time", .text(time.description)), .init("level", .text(line.level.rawValue))] + known
            ).lineText
        }
    }
}
