/// Why a run cannot begin; nothing was written.
public enum RunRefusal: Error, Equatable, Sendable {
    /// The run id stands for a run of other inputs or of another configuration.
    case otherInputs(runID: String, field: String, recorded: String, given: String)
    /// Another process is writing the run.
    case running(runID: String, host: String, pid: Int64)
    /// It was interrupted in another version of the program, whose rows might not continue into this one's.
    case otherCodeVersion(runID: String, recorded: String, given: String)
    /// Another run of the account has not ended.
    case unfinished(
        runID: String, account: String, startedAt: String, host: String, pid: Int64, isBeingWritten: Bool)
    /// It has open orders, and a later run of the account has made orders for what is held since.
    case overtaken(runID: String, account: String, by: String)
}

extension RunRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .otherInputs(let runID, let field, let recorded, let given):
            "run \(runID) exists with another \(field) (recorded \(recorded), given \(given)); choose another --run-id, or repeat the run with its own inputs"
        case .running(let runID, let host, let pid):
            "run \(runID) is being written by process \(pid) on \(host); wait for it, or choose another --run-id"
        case .otherCodeVersion(let runID, let recorded, let given):
            "run \(runID) was interrupted in version \(recorded) of the program and this is \(given); complete it with that version, or choose another --run-id"
        case .unfinished(let runID, let account, let startedAt, let host, let pid, let isBeingWritten):
            "run \(runID) of account \(account), begun at \(startedAt), has not ended"
                + (isBeingWritten
                    ? ": process \(pid) on \(host) is at it; wait for it"
                    : ", and its process is gone; complete it with the same command, or end it with `execution cancel-all`")
        case .overtaken(let runID, let account, let later):
            "run \(runID) of account \(account) stopped with open orders, and run \(later) has traded since; its plan no longer fits what is held: choose another --run-id"
        }
    }
}
