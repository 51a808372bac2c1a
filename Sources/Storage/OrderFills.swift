import TradingModel

/// What an order says of its fills, and what its trades add up to.
struct OrderFills {
    let orderID: Int64
    private let runID: String?
    private let filled: Int64
    private let averagePrice: Int64?
    private var size: Int128 = 0
    private var value = ExactValue.zero

    init(_ statement: Statement) {
        orderID = statement.int64(0)
        runID = statement.text(1)
        filled = statement.int64(2)
        averagePrice = statement.optionalInt64(3)
    }

    /// A row without a trade adds nothing.
    mutating func add(_ quantity: Quantity, at price: Price) {
        size += Int128(quantity.e8)
        value = value + price * quantity
    }

    func report(to list: inout FindingList) {
        if Int128(filled) != size {
            list.add(runID: runID, "order \(orderID) has filled \(filled) e-8, its trades add up to \(size) e-8")
            return
        }
        let average = size > 0 ? Int64(exactly: divide(value.e16, by: size, rounding: .nearest)) : nil
        guard average != averagePrice else { return }
        list.add(
            runID: runID,
            "order \(orderID) has an average price of \(averagePrice.map(String.init) ?? "(none)") e-8, "
                + "its trades one of \(average.map(String.init) ?? "(none)") e-8")
    }
}
