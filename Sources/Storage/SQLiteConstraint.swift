import CSQLite

/// Extended result codes of constraints; the header makes them with a macro that Swift does not import.
enum SQLiteConstraint {
    /// A row of that primary key is there.
    static let primaryKey: Int32 = SQLITE_CONSTRAINT | 6 << 8
    /// A trigger refused the row.
    static let trigger: Int32 = SQLITE_CONSTRAINT | 7 << 8
}
