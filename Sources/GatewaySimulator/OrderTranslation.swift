import BrokerAdapters
import TradingModel

/// Turns an order in the protocol's words into one that the market understands, or says why not.
struct OrderTranslation {
    let contracts: GatewayContracts
    let time: GatewayTime
    /// By instrument.
    let lastPrices: [Price?]

    func terms(_ order: TWSOrder, _ instrument: InstrumentID) throws(GatewayRefusal) -> OrderTerms {
        try refuseUnsupported(order)
        let type = try type(order)
        for price in [type.limitPrice, type.stopPrice].compactMap({ $0 })
        where !contracts.isOnGrid(price, of: instrument) { throw .offTick }
        let terms = OrderTerms(
            instrument: instrument, side: try side(order), quantity: try quantity(order, instrument), type: type,
            timeInForce: try timeInForce(order))
        try refuseTooLarge(terms)
        if terms.timeInForce.needsPlainOrder, terms.type.isStop {
            throw GatewayRefusal(111, "The TIF (Tif type) and the order type are incompatible.")
        }
        return terms
    }

    /// What would leave the range of money when it fills.
    private func refuseTooLarge(_ terms: OrderTerms) throws(GatewayRefusal) {
        let prices = [terms.type.limitPrice, terms.type.stopPrice, lastPrices[Int(terms.instrument.index)]]
        let price = prices.compactMap { $0 }.max() ?? Price(e8: 0)
        guard terms.quantity > Self.largestQuantity || price * terms.quantity > Self.largestValue else { return }
        throw GatewayRefusal(383, "The following order size exceeds the Size Limit.")
    }

    private static let largestQuantity = Quantity(units: 1_000_000_000)
    private static let largestValue = ExactValue(Money(e6: 10_000_000_000 * Money.scale))

    private func side(_ order: TWSOrder) throws(GatewayRefusal) -> Side {
        switch order.action {
        case "BUY": return .buy
        case "SELL", "SSHORT": return .sell
        default: throw GatewayRefusal(321, "Error validating request.-'bW' : cause - Invalid action \(order.action)")
        }
    }

    private func quantity(_ order: TWSOrder, _ instrument: InstrumentID) throws(GatewayRefusal) -> Quantity {
        guard let quantity = order.totalQuantity, quantity > .zero else {
            throw GatewayRefusal(434, "The order size cannot be zero.")
        }
        let lot = contracts.instruments[Int(instrument.index)].lotSize
        guard quantity.roundedTowardZero(toLot: lot) != quantity else { return quantity }
        throw lot.e8 >= Quantity.scale && quantity.e8 % Quantity.scale != 0
            ? GatewayRefusal(10243, "Fractional-sized order cannot be placed via API.")
            : GatewayRefusal(10250, "The size does not conform to the minimum variation of \(lot) for this contract.")
    }

    private func refuseUnsupported(_ order: TWSOrder) throws(GatewayRefusal) {
        if order.eTradeOnly == true {
            throw GatewayRefusal(10268, "The 'EtradeOnly' order attribute is not supported.")
        }
        if order.firmQuoteOnly == true {
            throw GatewayRefusal(10269, "The 'FirmQuoteOnly' order attribute is not supported.")
        }
        if order.nbboPriceCap != nil {
            throw GatewayRefusal(10270, "The 'NbboPriceCap' order attribute is not supported.")
        }
        let unsupported: [(String, Bool)] = [
            ("conditions", !order.conditions.isEmpty), ("all or none", order.allOrNone == true),
            ("a minimum quantity", order.minimumQuantity.map { $0 > 0 } ?? false),
            ("a quantity in money", (order.cashQuantity?.e8 ?? 0) > 0), ("a scale", order.scaleInitialLevelSize != nil),
            ("a hedge", !order.hedgeType.isEmpty),
            ("an adjustable stop", !["", "None"].contains(order.adjustedOrderType)),
        ]
        if let found = unsupported.first(where: \.1) {
            throw GatewayRefusal(387, "Unsupported order type: the simulated market has no orders with \(found.0).")
        }
    }

    // MARK: - Type

    private func type(_ order: TWSOrder) throws(GatewayRefusal) -> OrderType {
        switch order.orderType {
        case "MKT", "MOC": return .market
        case "LMT", "LOC": return .limit(try price(order.limitPrice, "limit price"))
        case "STP": return .stop(try price(order.auxPrice, "stop price"))
        case "STP LMT", "STPLMT":
            return .stopLimit(
                stop: try price(order.auxPrice, "stop price"), limit: try price(order.limitPrice, "limit price"))
        case "TRAIL": return .trailingStop(try trail(order), initialStop: order.trailStopPrice)
        case "TRAIL LIMIT", "TRAILLMT":
            return .trailingStopLimit(
                try trail(order), initialStop: order.trailStopPrice, limitOffset: try limitOffset(order))
        default: throw GatewayRefusal(387, "Unsupported order type for this exchange and security type.")
        }
    }

    private func price(_ price: Price?, _ name: String) throws(GatewayRefusal) -> Price {
        guard let price, price.e8 > 0 else {
            throw GatewayRefusal(321, "Error validating request.-'bW' : cause - The \(name) is missing.")
        }
        return price
    }

    private func trail(_ order: TWSOrder) throws(GatewayRefusal) -> TrailDistance {
        if let percent = order.trailingPercent, percent.e8 > 0 { return .fraction(e9: percent.e8 / 10) }
        return .amount(try price(order.auxPrice, "trailing amount"))
    }

    /// Given itself, or by a limit price beside the first stop.
    private func limitOffset(_ order: TWSOrder) throws(GatewayRefusal) -> Price {
        if let offset = order.limitPriceOffset, offset.e8 >= 0 { return offset }
        let side = try side(order)
        let limit = try price(order.limitPrice, "limit price or limit offset")
        let stop = try price(order.trailStopPrice, "trailing stop price beside a limit price")
        let (distance, overflow) = limit.e8.subtractingReportingOverflow(stop.e8)
        guard !overflow, distance * side.sign >= 0 else {
            throw GatewayRefusal(321, "Error validating request.-'bW' : cause - The limit is not beyond the stop.")
        }
        return Price(e8: distance * side.sign)
    }

    // MARK: - Time in force

    private func timeInForce(_ order: TWSOrder) throws(GatewayRefusal) -> TimeInForce {
        if ["MOC", "LOC"].contains(order.orderType) { return .atTheClose }
        switch order.timeInForce {
        case "", "DAY": return .day
        case "GTC": return .goodTilCancelled
        case "IOC": return .immediateOrCancel
        case "FOK": return .fillOrKill
        case "OPG": return .atTheOpening
        case "GTD": return .goodTilDate(try self.instant(order.goodTillDate, "good till date"))
        default: throw GatewayRefusal(111, "The TIF (Tif type) and the order type are incompatible.")
        }
    }

    private func instant(_ text: String, _ name: String) throws(GatewayRefusal) -> Timestamp {
        if let instant = time.instant(text) { return instant }
        throw GatewayRefusal(391, "The time or time-zone entered as \(name) is invalid.")
    }

    /// When the order may go to the market at the earliest; nil is at once.
    func notBefore(_ order: TWSOrder) throws(GatewayRefusal) -> Timestamp? {
        order.goodAfterTime.isEmpty ? nil : try instant(order.goodAfterTime, "good after time")
    }
}

extension TimeInForce {
    /// Whether only market and limit orders can have it.
    fileprivate var needsPlainOrder: Bool {
        switch self {
        case .immediateOrCancel, .fillOrKill, .atTheOpening, .atTheClose: true
        case .day, .goodTilCancelled, .goodTilDate: false
        }
    }
}
