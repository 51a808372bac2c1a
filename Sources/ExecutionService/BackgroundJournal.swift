import Foundation
import Storage
import TradingModel

/// Writes the journal of a run on a thread of its own, at most one batch behind the run.
///
/// While a batch is being committed the run fills the next one. What a batch ran into is thrown by the call after it.
final class BackgroundJournal: JournalSink {
    private enum Task: Sendable {
        case write(JournalBatch)
        case finish(RunOutcome)
        case release
    }

    private let tasks = HandOver<Task>(capacity: 1)
    private let replies = HandOver<Result<Void, any Error>>(capacity: 1)
    private var isBusy = false

    /// - Parameter open: opens the journal; it is called on the thread that writes.
    init(_ open: @escaping @Sendable () throws -> DatabaseJournal) {
        Thread.detachNewThread { [tasks, replies] in
            Self.serve(tasks, replies, open)
            replies.close()
        }
    }

    private static func serve(
        _ tasks: HandOver<Task>, _ replies: HandOver<Result<Void, any Error>>, _ open: () throws -> DatabaseJournal
    ) {
        let journal = Result { try open() }
        while let task = tasks.take() { replies.give(Result { try carryOut(task, try journal.get()) }) }
    }

    private static func carryOut(_ task: Task, _ journal: DatabaseJournal) throws {
        switch task {
        case .write(let batch): try journal.write(batch)
        case .finish(let outcome): try journal.finish(outcome)
        case .release: try journal.release()
        }
    }

    func write(_ batch: JournalBatch) throws {
        try settle()
        tasks.give(.write(batch))
        isBusy = true
    }

    /// Ends the run when everything before is written.
    func finish(_ outcome: RunOutcome) throws {
        try settle()
        tasks.give(.finish(outcome))
        isBusy = true
        try settle()
    }

    /// Gives an unfinished run up, so that it can be taken up again.
    func release() throws {
        try settle()
        tasks.give(.release)
        isBusy = true
        try settle()
    }

    /// Waits for the thread to end, and its connection with it.
    func close() {
        tasks.close()
        while replies.take() != nil {}
    }

    /// Waits for what is being written.
    private func settle() throws {
        guard isBusy else { return }
        isBusy = false
        try replies.take()?.get()
    }
}
