import TradingModel

/// A time as a file says it: a date, or an instant.
public enum TimeText: Sendable, Hashable {
    case date(CalendarDate)
    case instant(Timestamp)
}

extension DecisionTime {
    /// Reads a date as its end in `localTime`, and an instant as it is.
    public init(_ time: TimeText, in localTime: LocalTime) {
        switch time {
        case .date(let date): self.init(instant: localTime.start(of: date.adding(days: 1)), isDate: true)
        case .instant(let instant): self.init(instant: instant, isDate: false)
        }
    }

    /// The date, or the instant, as a file says it.
    public func text(in localTime: LocalTime) -> String {
        isDate ? localTime.date(of: instant.adding(ms: -1)).description : instant.description
    }

    /// Whether an instant is exactly a local midnight: most likely a date that a program wrote with a time.
    public func isMidnightInstant(in localTime: LocalTime) -> Bool {
        !isDate && localTime.start(of: localTime.date(of: instant)) == instant
    }
}

/// Why a text is no time.
public enum TimeTextError: Error, Sendable, Equatable {
    case notATime
    case noSuchDate
    case noSuchTime
    /// Outside the years 1900 to 2200.
    case outOfRange
    /// Finer than a millisecond.
    case tooFine
    /// The clock was put forward over it.
    case skipped(zone: String)

    /// What is wrong, worded to follow the value.
    var problem: String {
        switch self {
        case .notATime: "is not a date or a time"
        case .noSuchDate: "is a date that does not exist"
        case .noSuchTime: "is a time that does not exist"
        case .outOfRange: "is outside the years 1900 to 2200"
        case .tooFine: "is finer than a millisecond"
        case .skipped(let zone): "does not exist in \(zone), where the clock was put forward over it"
        }
    }

    static let accepted =
        "give a date (2005-02-28), a time (2005-02-28T14:30:00Z, with or without the zone), or Unix seconds or milliseconds"
}
