import Storage
import TradingModel

/// A time in a database is none that this service writes: somebody else has written there.
public struct StoredTimeError: Error, Equatable, Sendable, CustomStringConvertible {
    public let column: String
    public let value: String

    public var description: String {
        "the database has \"\(value)\" in \(column), which is no time such as 2005-02-28T14:30:00.000Z; "
            + "was it changed by hand?"
    }
}

extension Statement {
    /// An instant, or nil for NULL; throws `StoredTimeError` for a text that is none.
    func time(_ column: Int32, _ name: String) throws(StoredTimeError) -> Timestamp? {
        guard let text = text(column) else { return nil }
        guard let time = Timestamp(text) else { throw StoredTimeError(column: name, value: text) }
        return time
    }

    /// An instant that is never NULL.
    func requiredTime(_ column: Int32, _ name: String) throws(StoredTimeError) -> Timestamp {
        guard let time = try time(column, name) else { throw StoredTimeError(column: name, value: "NULL") }
        return time
    }
}
