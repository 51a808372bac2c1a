import TradingModel

/// Reads decision times, and counts the instants that look like dates; rows that follow one another share their time.
struct DecisionTimeReader {
    var times: TimeReader
    private var lastText: [UInt8] = []
    private var last: DecisionTime?
    private var lastIsMidnight = false
    /// How many rows have an instant at exactly local midnight.
    private(set) var midnightInstants = 0
    private(set) var firstMidnightLine: Int?

    init(localTime: LocalTime) {
        times = TimeReader(localTime: localTime)
    }

    /// The decision time of a row; nil, with a note, when it is empty or no time.
    mutating func required(_ column: Int, _ records: inout RecordReader) -> DecisionTime? {
        let text = records.text(column)
        if last == nil || !text.elementsEqual(lastText) {
            last = optional(column, &records)
            lastIsMidnight = last?.isMidnightInstant(in: times.localTime) ?? false
            lastText = Array(text)
        }
        guard let last else {
            records.requireFilled(column, accepted: TimeTextError.accepted)
            return nil
        }
        if lastIsMidnight {
            midnightInstants += 1
            if firstMidnightLine == nil { firstMidnightLine = records.line }
        }
        return last
    }

    /// A time that may be missing; nil when the field is empty or, with a note, no time.
    mutating func optional(_ column: Int, _ records: inout RecordReader) -> DecisionTime? {
        records.time(column, &times).map { time in
            switch time {
            case .date(let date): DecisionTime(instant: times.start(of: date.adding(days: 1)), isDate: true)
            case .instant(let instant): DecisionTime(instant: instant, isDate: false)
            }
        }
    }
}
