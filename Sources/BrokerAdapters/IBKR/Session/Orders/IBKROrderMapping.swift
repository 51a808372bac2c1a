import TradingModel

/// Writes an order of the service as IBKR's; protocol page, section 6, "Order type to fields".
public struct IBKROrderMapping: Sendable {
    public let account: String
    /// Precedes the number of an OCA group, so that groups of two runs are never one.
    public let groupPrefix: String

    public init(account: String, groupPrefix: String) {
        self.account = account
        self.groupPrefix = groupPrefix
    }

    /// The order, without what ties it to other orders of its bracket.
    public func order(
        _ order: VenueOrder, key: OrderKey, _ parameters: IBKROrderParameters, for contract: IBKRContract
    ) throws(IBKROrderRefusal) -> TWSOrder {
        try check(order.terms.quantity, contract)
        var mapped = TWSOrder {
            $0.account = account
            $0.orderRef = key.text
            $0.action = order.terms.side.code
            $0.totalQuantity = order.terms.quantity
        }
        try IBKROrderMapping.write(order.terms.type, to: &mapped, contract.grid)
        try IBKROrderMapping.write(order.terms.timeInForce, order.terms.type, to: &mapped)
        writeGroup(of: order, parameters, to: &mapped)
        try IBKROrderMapping.write(parameters, order.terms.type, to: &mapped, contract.grid)
        return mapped
    }

    // MARK: - Size

    private func check(_ quantity: Quantity, _ contract: IBKRContract) throws(IBKROrderRefusal) {
        guard quantity > .zero else { throw .notPositive("the quantity") }
        if let minimum = contract.minimumSize, quantity < minimum {
            throw .belowMinimumSize(quantity, minimum: minimum)
        }
        // Without a word from the gateway only whole units are certain.
        let increment = contract.sizeIncrement ?? Quantity(units: 1)
        if increment > .zero, quantity.e8 % increment.e8 != 0 { throw .offSizeGrid(quantity, increment: increment) }
    }

    // MARK: - Type

    private static func write(
        _ type: OrderType, to order: inout TWSOrder, _ grid: IBKRPriceGrid
    ) throws(IBKROrderRefusal) {
        switch type {
        case .market: order.orderType = "MKT"
        case .limit(let limit):
            order.orderType = "LMT"
            order.limitPrice = try checked(limit, "the limit price", grid)
        case .stop(let stop):
            order.orderType = "STP"
            order.auxPrice = try checked(stop, "the stop price", grid)
        case .stopLimit(let stop, let limit):
            order.orderType = "STP LMT"
            order.auxPrice = try checked(stop, "the stop price", grid)
            order.limitPrice = try checked(limit, "the limit price", grid)
        case .trailingStop(let distance, let initialStop):
            order.orderType = "TRAIL"
            try write(distance, to: &order)
            order.trailStopPrice = try initialStop.map { stop throws(IBKROrderRefusal) in
                try checked(stop, "the initial stop", grid)
            }
        case .trailingStopLimit(let distance, let initialStop, let limitOffset):
            guard let initialStop else { throw .missingInitialStop }
            order.orderType = "TRAIL LIMIT"
            try write(distance, to: &order)
            order.trailStopPrice = try checked(initialStop, "the initial stop", grid)
            order.limitPriceOffset = limitOffset
        }
    }

    private static func write(_ distance: TrailDistance, to order: inout TWSOrder) throws(IBKROrderRefusal) {
        switch distance {
        case .amount(let amount):
            guard amount.e8 > 0 else { throw .notPositive("the trailing amount") }
            order.auxPrice = amount
        case .fraction(let e9):
            guard e9 > 0 else { throw .notPositive("the trailing share") }
            order.trailingPercent = percent(e9)
        }
    }

    /// A share in 10⁻⁹ as percent: 0.05 is 5.0.
    private static func percent(_ e9: Int64) -> TWSDecimal {
        TWSDecimal(e8: Int64(clamping: Int128(e9) * 10))
    }

    private static func checked(
        _ price: Price, _ field: String, _ grid: IBKRPriceGrid
    ) throws(IBKROrderRefusal) -> Price {
        guard price.e8 > 0 else { throw .notPositive(field) }
        guard grid.contains(price) else { throw .offTick(field, price, increment: grid.increment(at: price)) }
        return price
    }

    // MARK: - Time in force

    /// Always explicit: an empty time in force lets a preset of the gateway decide (10349).
    private static func write(
        _ timeInForce: TimeInForce, _ type: OrderType, to order: inout TWSOrder
    ) throws(IBKROrderRefusal) {
        switch timeInForce {
        case .day, .goodTilCancelled: order.timeInForce = timeInForce.code
        case .goodTilDate(let instant):
            order.timeInForce = "GTD"
            order.goodTillDate = IBKRClock.text(instant)
        case .immediateOrCancel, .fillOrKill:
            guard !type.isStop else { throw unsupported(type, timeInForce) }
            order.timeInForce = timeInForce.code
        case .atTheOpening:
            guard !type.isStop else { throw unsupported(type, timeInForce) }
            order.timeInForce = "OPG"
        case .atTheClose:
            switch type {
            case .market: order.orderType = "MOC"
            case .limit: order.orderType = "LOC"
            default: throw unsupported(type, timeInForce)
            }
            order.timeInForce = "DAY"
        }
    }

    private static func unsupported(_ type: OrderType, _ timeInForce: TimeInForce) -> IBKROrderRefusal {
        .unsupported(type: type.code, timeInForce: timeInForce.code)
    }

    // MARK: - Groups and parameters

    /// The exits of a bracket are a group of IBKR's own making.
    private func writeGroup(of order: VenueOrder, _ parameters: IBKROrderParameters, to mapped: inout TWSOrder) {
        guard let group = order.ocaGroup, !(order.isGroupOfBracketOnly && order.parent != nil) else { return }
        mapped.ocaGroup = "\(groupPrefix)-\(group)"
        mapped.ocaType = parameters.ocaRule.rawValue
    }

    private static func write(
        _ parameters: IBKROrderParameters, _ type: OrderType, to order: inout TWSOrder, _ grid: IBKRPriceGrid
    ) throws(IBKROrderRefusal) {
        order.outsideRTH = parameters.outsideRegularHours
        order.allOrNone = parameters.allOrNone
        order.usePriceManagementAlgo = parameters.usesPriceManagement
        order.displaySize = parameters.displaySize ?? 0
        if let moment = parameters.goodAfter { order.goodAfterTime = IBKRClock.text(moment) }
        if let algorithm = parameters.algorithm {
            guard order.orderType == "MKT" || order.orderType == "LMT" else { throw .algorithmNeedsMarketOrLimit }
            order.algoStrategy = algorithm.strategy
            order.algoParameters = algorithm.parameters
        }
        if let adjusted = parameters.adjustedStop {
            guard case .stop = type else { throw .adjustmentNeedsStop }
            try write(adjusted, to: &order, grid)
        }
    }

    private static func write(
        _ adjusted: IBKRAdjustedStop, to order: inout TWSOrder, _ grid: IBKRPriceGrid
    ) throws(IBKROrderRefusal) {
        order.triggerPrice = try checked(adjusted.trigger, "the trigger price", grid)
        switch adjusted.kind {
        case .stop(let stop):
            order.adjustedOrderType = "STP"
            order.adjustedStopPrice = try checked(stop, "the adjusted stop", grid)
        case .stopLimit(let stop, let limit):
            order.adjustedOrderType = "STP LMT"
            order.adjustedStopPrice = try checked(stop, "the adjusted stop", grid)
            order.adjustedStopLimitPrice = try checked(limit, "the adjusted limit", grid)
        case .trail(let distance, let initialStop):
            order.adjustedOrderType = "TRAIL"
            order.adjustedStopPrice = try checked(initialStop, "the adjusted stop", grid)
            writeAdjusted(distance, to: &order)
        case .trailLimit(let distance, let initialStop, let limit):
            order.adjustedOrderType = "TRAIL LIMIT"
            order.adjustedStopPrice = try checked(initialStop, "the adjusted stop", grid)
            order.adjustedStopLimitPrice = try checked(limit, "the adjusted limit", grid)
            writeAdjusted(distance, to: &order)
        }
    }

    private static func writeAdjusted(_ distance: TrailDistance, to order: inout TWSOrder) {
        switch distance {
        case .amount(let amount): order.adjustedTrailingAmount = amount
        case .fraction(let e9):
            order.adjustedTrailingAmount = Price(e8: percent(e9).e8)
            order.adjustableTrailingUnit = 1
        }
    }
}
