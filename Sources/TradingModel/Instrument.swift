/// The place of an instrument in the run's list of instruments.
public struct InstrumentID: Hashable, Comparable, Sendable {
    public let index: Int32

    @inlinable public init(_ index: Int) { self.index = Int32(index) }
    @inlinable public static func < (left: InstrumentID, right: InstrumentID) -> Bool { left.index < right.index }
}

/// What is traded, and in which steps.
public struct Instrument: Sendable, Equatable {
    public let ticker: String
    /// Orders are multiples of this; positive.
    public let lotSize: Quantity
    /// Prices are multiples of this; nil where no tick is imposed.
    public let tickSize: Price?
    /// Orders worth less are not sent.
    public let minimumNotional: Money
    /// Yearly rate charged on short value, in units of 10⁻⁹ (0.03 is 3 % a year); nil takes the run's own rate.
    public let borrowRateE9: Int64?

    public init(
        ticker: String, lotSize: Quantity = Quantity(units: 1), tickSize: Price? = nil,
        minimumNotional: Money = .zero, borrowRateE9: Int64? = nil
    ) {
        self.ticker = ticker
        self.lotSize = lotSize
        self.tickSize = tickSize
        self.minimumNotional = minimumNotional
        self.borrowRateE9 = borrowRateE9
    }
}

extension Instrument {
    /// The same without a tick, for a venue that rounds prices by rules of its own.
    public var withoutTick: Instrument { with(tick: nil) }

    /// The same with another tick.
    public func with(tick: Price?) -> Instrument {
        Instrument(
            ticker: ticker, lotSize: lotSize, tickSize: tick, minimumNotional: minimumNotional,
            borrowRateE9: borrowRateE9)
    }
}

/// A split or a cash dividend of one instrument.
public struct CorporateAction: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// New shares for each old one, in units of 10⁻⁹: 2 for 2:1, 0.1 for a reverse split of 1:10.
        case split(ratioE9: Int64)
        /// Cash for each share held before the ex-date.
        case dividend(perShare: Price)
    }

    public let instrument: InstrumentID
    public let exDate: CalendarDate
    public let kind: Kind

    public init(instrument: InstrumentID, exDate: CalendarDate, kind: Kind) {
        self.instrument = instrument
        self.exDate = exDate
        self.kind = kind
    }
}
