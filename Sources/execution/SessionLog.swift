import ExecutionService
import Foundation
import TradingModel

/// The log of a session with the broker, on standard error: for people, or one JSON object a line.
struct SessionLog {
    private let format: LogFormat
    private let secrets: SecretRedactor

    /// `--log-format`, else the configuration's.
    init(_ arguments: CommandArguments, _ configuration: Configuration) throws(CommandLineError) {
        format = try arguments.choice("--log-format", default: configuration.operations.logFormat)
        secrets = SecretRedactor(ProcessInfo.processInfo.environment)
    }

    func write(_ line: LogLine) { Terminal.note(format.text(of: line, at: Timestamp.now, redacting: secrets)) }

    /// A word to whoever sits there; without a time where people read.
    func note(_ text: String) {
        if format == .text { Terminal.note(secrets.redacted(text)) } else { write(LogLine(.warning, text)) }
    }

    func show(_ preview: RebalancePreview) {
        if format == .text {
            Terminal.note(secrets.redacted(preview.text))
        } else {
            write(LogLine(.info, preview.text, code: "plan", runID: preview.runID))
        }
    }

    /// Carries out a session; in a log for programs what ends it is a line like the others.
    func telling(_ body: () throws -> ExitCode) throws -> ExitCode {
        do {
            return try body()
        } catch {
            guard format == .json else { throw error }
            write(LogLine(.critical, "\(error)", code: "failed"))
            return ExitCode(for: error)
        }
    }
}
