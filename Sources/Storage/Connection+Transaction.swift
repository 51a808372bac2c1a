import CSQLite

extension Connection {
    /// When a transaction takes its lock.
    public enum TransactionKind: String, Sendable {
        /// At its first read or write.
        case deferred = "BEGIN"
        /// At once; waits for other writers.
        case immediate = "BEGIN IMMEDIATE"
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// Within another transaction it is a part of that one; what `body` did is undone when it throws, the rest stays.
    public func transaction<Result>(_ kind: TransactionKind = .immediate, _ body: () throws -> Result) throws -> Result
    {
        guard sqlite3_get_autocommit(handle) != 0 else { return try nested(body) }
        try execute(kind.rawValue)
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    private func nested<Result>(_ body: () throws -> Result) throws -> Result {
        try execute("SAVEPOINT nested")
        do {
            let result = try body()
            try execute("RELEASE nested")
            return result
        } catch {
            if sqlite3_get_autocommit(handle) == 0 {
                sqlite3_exec(handle, "ROLLBACK TO nested; RELEASE nested", nil, nil, nil)
            }
            throw error
        }
    }

    /// Some failures, a full disk among them, have rolled back already; there is nothing left to undo then.
    private func rollBack() {
        guard sqlite3_get_autocommit(handle) == 0 else { return }
        sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
    }
}
