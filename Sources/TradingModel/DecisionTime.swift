/// When something was decided: an instant, or the end of a date.
public struct DecisionTime: Hashable, Sendable {
    /// The instant; for a date the midnight that ends it.
    public var instant: Timestamp
    /// Whether a date was given: it stands after that date's close, and latency does not apply.
    public var isDate: Bool

    @inlinable
    public init(instant: Timestamp, isDate: Bool) {
        self.instant = instant
        self.isDate = isDate
    }
}
