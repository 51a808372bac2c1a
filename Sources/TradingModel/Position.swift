/// A holding of one instrument at average cost, exact.
public struct Position: Sendable, Equatable {
    /// Negative is short.
    public internal(set) var quantity: Quantity = .zero
    /// What the open quantity cost, signed like the quantity, without commissions.
    public private(set) var cost: ExactValue = .zero
    /// Profit taken by closing, commissions not included.
    public private(set) var realized: ExactValue = .zero

    public init() {}

    /// A position as it is on record.
    public init(quantity: Quantity, cost: ExactValue, realized: ExactValue) {
        self.quantity = quantity
        self.cost = cost
        self.realized = realized
    }

    /// Average price of the open quantity, rounded to the nearest 10⁻⁸; nil when flat.
    public var averageCost: Price? {
        guard quantity != .zero else { return nil }
        let magnitude = Int128(quantity.magnitude.e8)
        let costMagnitude = cost.e16 < 0 ? -cost.e16 : cost.e16
        return Int64(exactly: divide(costMagnitude, by: magnitude, rounding: .nearest)).map(Price.init(e8:))
    }

    /// Books a trade; `signed` is positive for a buy.
    ///
    /// Closing takes the average cost out in proportion, rounded toward zero at 10⁻¹⁶; a flat position keeps none.
    @inlinable
    public mutating func book(_ signed: Quantity, at price: Price) throws(ArithmeticOverflow) {
        let newQuantity = try quantity.adding(signed, "a position")
        let opens = quantity.e8 == 0 || (quantity.e8 > 0) == (signed.e8 > 0)
        if opens {
            set(newQuantity, cost: cost + price * signed, realized: realized)
            return
        }
        let closed = signed.magnitude >= quantity.magnitude ? -quantity : signed
        let releasedCost = closed == -quantity ? cost : proportionalCost(of: closed)
        let opened = signed - closed
        set(
            newQuantity, cost: (cost - releasedCost) + price * opened,
            realized: realized - releasedCost - price * closed)
    }

    @usableFromInline
    mutating func set(_ quantity: Quantity, cost: ExactValue, realized: ExactValue) {
        self.quantity = quantity
        self.cost = cost
        self.realized = realized
    }

    /// The cost of the part that `closed` (of the opposite sign) takes away.
    @usableFromInline
    func proportionalCost(of closed: Quantity) -> ExactValue {
        // cost·closed may pass 128 bits, so the average is taken first and its remainder is shared out after it.
        let whole = Int128(quantity.e8)
        let (average, rest) = cost.e16.quotientAndRemainder(dividingBy: whole)
        let part = Int128(-closed.e8)
        return ExactValue(e16: average * part + rest * part / whole)
    }

    /// Rescales for a split; what the dropped fraction cost is taken from `realized`, where its proceeds come by `realize`.
    ///
    /// - Parameters:
    ///   - newQuantity: the quantity that stays.
    ///   - exactQuantity: the quantity after the split, before rounding to the lot.
    public mutating func split(to newQuantity: Quantity, exactQuantity: Quantity) {
        defer { quantity = newQuantity }
        // Where not even a fraction is left, exact and new quantity are both nothing, and so is the cost that stays.
        guard exactQuantity != newQuantity || newQuantity == .zero else { return }
        let kept = newQuantity == .zero ? 0 : cost.e16 / Int128(exactQuantity.e8) * Int128(newQuantity.e8)
        realized = realized - ExactValue(e16: cost.e16 - kept)
        cost = ExactValue(e16: kept)
    }

    /// Adds proceeds that came without a trade, such as cash in lieu of a fraction.
    public mutating func realize(_ proceeds: Money) {
        realized = realized + ExactValue(proceeds)
    }
}
