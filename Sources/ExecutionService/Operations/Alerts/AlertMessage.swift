import Reporting
import Storage

/// An alert as a hook gets it.
struct AlertMessage {
    let entry: NotificationOutbox.Entry
    let database: String
    let host: String
    let secrets: SecretRedactor

    private static let longestMessage = 20_000

    /// One JSON object and a newline.
    var bytes: [UInt8] {
        let members: [JSONValue.Member] = [
            .init("notification_id", .integer(entry.id)), .init("created_at", .text(entry.createdAt.description)),
            .init("severity", .text(entry.severity.rawValue)), .init("code", text(entry.code)),
            .init("message", text(String(entry.message.prefix(Self.longestMessage)))),
            .init("account", text(entry.account)), .init("run_id", text(entry.runID)),
            .init("decision_id", text(entry.decisionID)), .init("order_key", text(entry.orderKey)),
            .init("attempt", .integer(entry.attempts + 1)), .init("host", .text(host)),
            .init("database", .text(database)),
        ]
        return Array((JSONValue.object(members).lineText + "\n").utf8)
    }

    /// What shells can ask for without reading JSON.
    var variables: [String: String] {
        [
            "EXECUTION_ALERT_ID": "\(entry.id)", "EXECUTION_ALERT_SEVERITY": entry.severity.rawValue,
            "EXECUTION_ALERT_CODE": entry.code, "EXECUTION_ALERT_ATTEMPT": "\(entry.attempts + 1)",
        ]
    }

    private func text(_ text: String?) -> JSONValue { .text(text.map(secrets.redacted)) }
}
