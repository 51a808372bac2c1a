import Storage
import TradingModel

extension AccountReader {
    /// How the circuit breakers of an account stand that were ever changed, by their venues' names.
    public func breakers(of account: String) throws -> [VenueBreaker] {
        try BreakerStore(database).breakers(account: account).map { VenueBreaker(venue: $0.venue, record: $0.record) }
    }

    /// The orders of an account that somebody has to decide about, the oldest first.
    public func waitingDeadLetters(of account: String) throws -> [DeadLetterStore.Letter] {
        try DeadLetterStore(database).letters(account: account, isWithResolved: false)
    }
}

/// The circuit breaker of a venue, for one account.
public struct VenueBreaker: Sendable, Equatable {
    public let venue: String
    /// How it stands; nil where no error has ever changed it, which is closed.
    public let record: BreakerRecord?

    public init(venue: String, record: BreakerRecord?) {
        self.venue = venue
        self.record = record
    }

    public var state: BreakerRecord.State { record?.state ?? .closed }
}
