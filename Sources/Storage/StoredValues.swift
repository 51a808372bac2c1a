import CSQLite
import TradingModel

/// A row that says something this program does not know; `execution verify` finds it too.
public struct UnreadableRow: Error, Equatable, Sendable, CustomStringConvertible {
    /// The table in question.
    public let table: String
    /// The row's key.
    public let row: String
    /// The column, and what it has.
    public let column: String
    public let value: String

    public var description: String {
        "row \(row) of \(table) has the \(column) \(value), which cannot be read; run `execution verify`, and restore a backup"
    }
}

extension Statement {
    /// An instant; nil for NULL and for what is none.
    func timestamp(_ column: Int32) -> Timestamp? {
        guard let start = sqlite3_column_text(handle, column) else { return nil }
        return Timestamp(stored: UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// A price, or nil for NULL.
    func price(_ column: Int32) -> Price? { optionalInt64(column).map(Price.init(e8:)) }

    /// A position from its columns, the first of which is `size_e8`, the fourth and fifth `cost_e16` and `realized_e16`; nil where
    /// those are no numbers.
    func position(from first: Int32) -> Position? {
        guard let cost = text(first + 3).flatMap({ Int128($0) }), let realized = text(first + 4).flatMap({ Int128($0) })
        else { return nil }
        return Position(
            quantity: Quantity(e8: int64(first)), cost: ExactValue(e16: cost), realized: ExactValue(e16: realized))
    }
}

extension Timestamp {
    /// Reads what `description` writes; nil for anything else.
    init?(stored text: UnsafeBufferPointer<UInt8>) {
        guard text.count == 24, text[10] == UInt8(ascii: "T"), text[23] == UInt8(ascii: "Z"),
            let year = Timestamp.number(text[0..<4]), let month = Timestamp.number(text[5..<7]),
            let day = Timestamp.number(text[8..<10]), let hour = Timestamp.number(text[11..<13]),
            let minute = Timestamp.number(text[14..<16]), let second = Timestamp.number(text[17..<19]),
            let ms = Timestamp.number(text[20..<23]),
            let date = CalendarDate(year: year, month: month, day: day)
        else { return nil }
        let seconds = (hour * 60 + minute) * 60 + second
        self.init(ms: Int64(date.days) * 86_400_000 + Int64(seconds * 1_000 + ms))
    }

    private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }
}

extension OrderState {
    /// From `orders.status` and `orders.status_reason`; nil where they are no state.
    init?(code: String, reason: StatusReason?) {
        switch (code, reason) {
        case ("DENIED", let reason?): self = .denied(reason)
        case ("PLANNED", nil): self = .planned
        case ("SUBMITTED", nil): self = .submitted
        case ("WORKING", nil): self = .working
        case ("UNKNOWN", nil): self = .unknown
        case ("FILLED", nil): self = .filled
        case ("CANCELLED", let reason?): self = .cancelled(reason)
        case ("EXPIRED", let reason?): self = .expired(reason)
        case ("REJECTED", let reason?): self = .rejected(reason)
        default: return nil
        }
    }
}

/// The prices of an order as its columns have them.
struct StoredPrices {
    var limit: Price?
    var stop: Price?
    var trailAmount: Price?
    var trailFractionE9: Int64?
    var limitOffset: Price?

    fileprivate var trail: TrailDistance? {
        trailAmount.map { .amount($0) } ?? trailFractionE9.map { .fraction(e9: $0) }
    }
}

extension OrderType {
    /// From `orders.order_type` and the prices beside it; nil where one is missing.
    init?(code: String, _ prices: StoredPrices) {
        switch (code, prices.limit, prices.stop, prices.trail) {
        case ("MARKET", _, _, _): self = .market
        case ("LIMIT", let limit?, _, _): self = .limit(limit)
        case ("STOP", _, let stop?, _): self = .stop(stop)
        case ("STOP_LIMIT", let limit?, let stop?, _): self = .stopLimit(stop: stop, limit: limit)
        case ("TRAILING_STOP", _, let stop, let trail?): self = .trailingStop(trail, initialStop: stop)
        case ("TRAILING_STOP_LIMIT", _, let stop, let trail?):
            guard let offset = prices.limitOffset else { return nil }
            self = .trailingStopLimit(trail, initialStop: stop, limitOffset: offset)
        default: return nil
        }
    }
}

extension TimeInForce {
    /// From `orders.time_in_force` and `orders.good_till`; nil where they are none.
    init?(code: String, goodTill: Timestamp?) {
        switch (code, goodTill) {
        case ("DAY", nil): self = .day
        case ("GTC", nil): self = .goodTilCancelled
        case ("GTD", let instant?): self = .goodTilDate(instant)
        case ("IOC", nil): self = .immediateOrCancel
        case ("FOK", nil): self = .fillOrKill
        case ("OPG", nil): self = .atTheOpening
        case ("CLS", nil): self = .atTheClose
        default: return nil
        }
    }
}
