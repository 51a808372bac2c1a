import ExecutionService
import InputFiles
import Networking
import OrderRouting
import Reporting
import Storage

/// What the process says to its caller.
enum ExitCode: Int32 {
    case done = 0
    /// It ran, but orders were rejected or expired, or the run failed on its way, or verify found something.
    case incomplete = 1
    /// Refused before anything was sent or written.
    case refused = 2
    /// The database or the broker is in trouble.
    case trouble = 3
    /// A kill switch halted it; the same command goes on once it is off.
    case halted = 4
    case usage = 64
    /// Stopped by Ctrl-C, as shells count it.
    case interrupted = 130

    /// The code for an error that ended a command.
    init(for error: any Error) {
        switch error {
        case is CommandLineError: self = .usage
        case is RunInterrupted: self = .interrupted
        case let failure as RunFailed: self = failure.isOfProduction ? .trouble : .incomplete
        case let refusal as DatabaseRefusal: self = refusal.isTrouble ? .trouble : .refused
        case let failure as KillSwitchNotTurned: self = ExitCode(for: failure.cause)
        case is DatabaseError, is SocketError, is LedgerFailure, is MetricsFileTrouble, is AlertLockTrouble:
            self = .trouble
        case is UnreadableRow, is StoredTimeError, is MissingRow: self = .trouble
        default: self = .refused
        }
    }
}

extension DatabaseRefusal {
    /// A file that is there, and ours, but cannot be written.
    fileprivate var isTrouble: Bool {
        if case .readOnly = self { true } else { false }
    }
}
