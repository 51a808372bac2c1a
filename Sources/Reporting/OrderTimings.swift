import TradingModel

/// When one order reached each stage; nil where it has not.
public struct OrderTimings: Sendable, Equatable {
    public var decidedAt: Timestamp?
    public var journaledAt: Timestamp?
    public var sentAt: Timestamp?
    public var acknowledgedAt: Timestamp?
    public var firstFillAt: Timestamp?
    public var lastFillAt: Timestamp?

    public init(
        decidedAt: Timestamp? = nil, journaledAt: Timestamp? = nil, sentAt: Timestamp? = nil,
        acknowledgedAt: Timestamp? = nil, firstFillAt: Timestamp? = nil, lastFillAt: Timestamp? = nil
    ) {
        self.decidedAt = decidedAt
        self.journaledAt = journaledAt
        self.sentAt = sentAt
        self.acknowledgedAt = acknowledgedAt
        self.firstFillAt = firstFillAt
        self.lastFillAt = lastFillAt
    }
}

/// The way from one stage of an order to a later one.
public enum TimingInterval: String, Sendable, CaseIterable {
    case journaledToSent = "journaled_to_sent"
    case sentToAcknowledged = "sent_to_acknowledged"
    case acknowledgedToFirstFill = "acknowledged_to_first_fill"
    case decidedToLastFill = "decided_to_last_fill"

    /// How long an order took, in milliseconds; nil where it has not reached both ends.
    ///
    /// Clocks are set: an end that was recorded before its beginning gives a negative duration.
    public func duration_ms(of timings: OrderTimings) -> Int64? {
        let (start, end) = ends(of: timings)
        guard let start, let end else { return nil }
        return end.ms - start.ms
    }

    private func ends(of timings: OrderTimings) -> (Timestamp?, Timestamp?) {
        switch self {
        case .journaledToSent: (timings.journaledAt, timings.sentAt)
        case .sentToAcknowledged: (timings.sentAt, timings.acknowledgedAt)
        case .acknowledgedToFirstFill: (timings.acknowledgedAt, timings.firstFillAt)
        case .decidedToLastFill: (timings.decidedAt, timings.lastFillAt)
        }
    }
}

/// The figures of every interval over a set of orders.
public struct TimingSummary: Sendable, Equatable {
    private let figures: [TimingInterval: LatencyFigures]

    /// Orders that have not reached both ends of an interval are not counted in it.
    public init(_ timings: [OrderTimings]) {
        figures = Dictionary(
            uniqueKeysWithValues: TimingInterval.allCases.map { interval in
                (interval, LatencyFigures(timings.compactMap(interval.duration_ms)))
            })
    }

    /// The figures of one interval.
    public subscript(_ interval: TimingInterval) -> LatencyFigures { figures[interval] ?? LatencyFigures([]) }
}
