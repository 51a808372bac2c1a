import TradingModel

extension Statement {
    /// A position from its columns, the first of which is `size_e8`, the fourth and fifth `cost_e16` and `realized_e16`; nil where
    /// those are no numbers.
    func position(from first: Int32) -> Position? {
        guard let cost = text(first + 3).flatMap({ Int128($0) }), let realized = text(first + 4).flatMap({ Int128($0) })
        else { return nil }
        return Position(
            quantity: Quantity(e8: int64(first)), cost: ExactValue(e16: cost), realized: ExactValue(e16: realized))
    }
}
