import TradingModel

/// Whose a position is: that of a strategy, or nobody's.
public struct ProfitOwner: Sendable, Hashable, Comparable {
    public let account: String
    /// Nil for what was held before anybody traded here, was traded by hand, or was reconciled.
    public let strategyID: String?
    public let ticker: String

    public init(account: String, strategyID: String?, ticker: String) {
        self.account = account
        self.strategyID = strategyID
        self.ticker = ticker
    }

    public static func < (left: ProfitOwner, right: ProfitOwner) -> Bool {
        if left.account != right.account { return left.account < right.account }
        if left.strategyID != right.strategyID {
            // Nobody's come last.
            guard let one = left.strategyID else { return false }
            guard let other = right.strategyID else { return true }
            return one < other
        }
        return left.ticker < right.ticker
    }
}

/// A price that a position is valued with, and when it was known.
public struct Mark: Sendable, Equatable {
    public var price: Price
    public var time: Timestamp

    public init(price: Price, time: Timestamp) {
        self.price = price
        self.time = time
    }
}

/// What one owner holds and has made of one ticker.
public struct ProfitRow: Sendable, Equatable {
    public let owner: ProfitOwner
    /// Average cost, exact; commissions are not in it.
    public var position = Position()
    /// All of it, those of corrected executions taken back.
    public var commission = Money.zero
    public var trades: Int64 = 0
    /// The latest price that is known; nil where none is.
    public var mark: Mark?

    /// Value less cost, exact: nothing for a flat position, nil without a mark.
    public var unrealized: ExactValue? {
        if position.quantity == .zero { return .zero }
        return mark.map { $0.price * position.quantity - position.cost }
    }
}

/// Profit and loss by strategy, from trades, at average cost.
///
/// Each strategy has a book of its own, also where several trade one ticker; what changed without a trade is nobody's. So the
/// realised and unrealised profits of all owners add up to the account's, to the last digit, whatever the marks are.
public struct ProfitBook: Sendable {
    private var rows: [ProfitOwner: ProfitRow] = [:]

    public init() {}

    /// Books a trade; `quantity` is signed, positive for a buy.
    public mutating func trade(
        _ owner: ProfitOwner, _ quantity: Quantity, at price: Price, commission: Money
    ) throws(ArithmeticOverflow) {
        var row = rows[owner] ?? ProfitRow(owner: owner)
        try row.position.book(quantity, at: price)
        row.commission = try row.commission.adding(commission, "the commissions of a strategy")
        row.trades += 1
        rows[owner] = row
    }

    /// A split of what an account held.
    public struct Split: Sendable, Equatable {
        public var account: String
        public var ticker: String
        public var time: Timestamp
        /// New shares for each old one, in units of 10⁻⁹.
        public var ratioE9: Int64
        /// What it changed of the account's position, whose fraction was paid for.
        public var change: Quantity
        public var cashInLieu: Money

        public init(
            account: String, ticker: String, time: Timestamp, ratioE9: Int64, change: Quantity, cashInLieu: Money
        ) {
            self.account = account
            self.ticker = ticker
            self.time = time
            self.ratioE9 = ratioE9
            self.change = change
            self.cashInLieu = cashInLieu
        }
    }

    /// Rescales what every owner holds of a ticker. The fraction that the account did not keep is taken from whoever holds most of it,
    /// to whom its proceeds go.
    public mutating func split(_ split: Split) throws(ArithmeticOverflow) {
        let owners = rows.keys.sorted().filter { $0.account == split.account && $0.ticker == split.ticker }
        var rest = split.change
        var largest: ProfitOwner?
        for owner in owners {
            guard let before = rows[owner]?.position.quantity, before != .zero else { continue }
            let scaled = divide(Int128(before.e8) * Int128(split.ratioE9), by: 1_000_000_000, rounding: .towardZero)
            let after = Quantity(e8: try narrowed(scaled, "a strategy's position after a split"))
            rows[owner]?.position.split(to: after, exactQuantity: after)
            rest = rest - (after - before)
            if largest.flatMap({ rows[$0] }).map({ $0.position.quantity.magnitude < after.magnitude }) ?? true {
                largest = owner
            }
        }
        guard let largest, let exact = rows[largest]?.position.quantity else { return }
        rows[largest]?.position.split(to: exact + rest, exactQuantity: exact)
        rows[largest]?.position.realize(split.cashInLieu)
    }

    /// Books a change without a trade, at what the broker says it cost, else at what is held costs.
    public mutating func adjust(
        account: String, ticker: String, _ change: Quantity, price: Price?
    ) throws(ArithmeticOverflow) {
        let owner = ProfitOwner(account: account, strategyID: nil, ticker: ticker)
        var row = rows[owner] ?? ProfitRow(owner: owner)
        try row.position.book(change, at: price ?? row.position.averageCost ?? Price(e8: 0))
        rows[owner] = row
    }

    /// What everybody holds and has made, with the marks that are known by ticker; by account, strategy and ticker.
    public func rows(markedWith marks: [String: Mark]) -> [ProfitRow] {
        rows.keys.sorted().compactMap { owner in
            rows[owner].map { row in
                var row = row
                row.mark = marks[owner.ticker]
                return row
            }
        }
    }
}

/// The profit of several rows together.
public struct ProfitTotal: Sendable, Equatable {
    public var realized = ExactValue.zero
    public var commission = Money.zero
    public var trades: Int64 = 0
    /// Tickers that are held.
    public var positions: Int64 = 0
    /// Of the positions that have a mark.
    public var unrealized = ExactValue.zero
    /// Tickers that are held and have no mark; their unrealised profit is missing.
    public var unmarked: [String] = []
    /// The oldest of the marks of what is held; nil where nothing is.
    public var markedAt: Timestamp?

    /// Throws `ArithmeticOverflow` where the commissions pass 64 bits.
    public init(_ rows: some Sequence<ProfitRow>) throws(ArithmeticOverflow) {
        for row in rows {
            realized = realized + row.position.realized
            commission = try commission.adding(row.commission, "the commissions of an account")
            trades += row.trades
            guard row.position.quantity != .zero else { continue }
            positions += 1
            guard let value = row.unrealized, let mark = row.mark else {
                unmarked.append(row.owner.ticker)
                continue
            }
            unrealized = unrealized + value
            markedAt = min(markedAt ?? mark.time, mark.time)
        }
    }

    /// Realised and unrealised, less commissions.
    public var net: ExactValue { realized + unrealized - ExactValue(commission) }
}
