/// How long to wait between connections that fail.
public struct IBKRBackoffRules: Sendable, Equatable {
    public var first_ms: Int64 = 100
    /// The limit of the first tries, so that a gateway that answers again is reconciled within five seconds.
    public var limit_ms: Int64 = 4_000
    /// How many tries keep to `limit_ms`.
    public var promptTries = 400
    public var lateLimit_ms: Int64 = 30_000

    public init() {}

    /// The wait before try number `attempt`, from 1 on: doubled each time, and between half of that and all of it by chance.
    public func delay_ms(attempt: Int, random: UInt64) -> Int64 {
        let limit = attempt <= promptTries ? limit_ms : lateLimit_ms
        let doublings = min(max(attempt - 1, 0), 20)
        let whole = max(min(limit, first_ms << Int64(doublings)), 0)
        let half = whole / 2
        return whole - half + Int64(random % UInt64(half + 1))
    }
}
