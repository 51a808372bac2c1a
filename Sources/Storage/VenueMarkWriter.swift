/// Writes `venue_marks`, which only rise.
struct VenueMarkWriter {
    private let statement: Statement

    init(_ connection: Connection) throws(DatabaseError) {
        statement = try connection.prepare(
            """
            INSERT INTO venue_marks (venue, account, high_water_mark) VALUES (?1, ?2, ?3)
            ON CONFLICT DO UPDATE SET high_water_mark = max(high_water_mark, excluded.high_water_mark)
            """)
    }

    func raise(to mark: Int32, venue: String, account: String) throws(DatabaseError) {
        try statement.bind(1, venue)
        try statement.bind(2, account)
        statement.bind(3, Int64(mark))
        try statement.run()
    }
}
