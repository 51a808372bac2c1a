import RiskControl
import TradingModel

extension RiskLimits {
    /// Reads the sections `risk` and `capital`; what is wrong or contradicts itself is noted.
    static func read(_ reader: inout ConfigurationReader) -> RiskLimits {
        var limits = RiskLimits()
        limits.readAccount(&reader)
        limits.readOrders(&reader)
        limits.readPositions(&reader)
        limits.readStatistics(&reader)
        limits.readStrategies(&reader)
        limits.readCapital(&reader)
        limits.refuseContradictions(&reader)
        return limits
    }

    private mutating func readAccount(_ reader: inout ConfigurationReader) {
        maxDrawdown = reader.share("risk.max_drawdown", upTo: .whole)
        maxDailyLoss = reader.share("risk.max_daily_loss", upTo: .whole)
        maxGrossLeverage = reader.share("risk.max_gross_leverage", upTo: .hundredfold)
        maxNetLeverage = reader.share("risk.max_net_leverage", upTo: .hundredfold)
        allowShort = reader.isNull("risk.allow_short") ? nil : reader.boolean("risk.allow_short")
        if let share = reader.share("risk.buying_power", upTo: .hundredfold) {
            buyingPower = BuyingPowerLimit(
                maxShare: share, includesProceeds: reader.boolean("risk.buying_power_includes_proceeds") ?? false)
        } else {
            _ = reader.boolean("risk.buying_power_includes_proceeds")
        }
        reader.refuse(["risk.buying_power_includes_proceeds"], without: ["risk.buying_power"])
    }

    private mutating func readOrders(_ reader: inout ConfigurationReader) {
        maxOrderQuantity = reader.quantity("risk.max_order_quantity")
        maxOrderNotional = reader.money("risk.max_order_notional")
        maxOrdersPerDay = reader.count("risk.max_orders_per_day")
        maxOrdersPerMinute = reader.count("risk.max_orders_per_minute")
        let isGiven = reader.has("risk.max_open_orders") || !reader.has("risk")
        maxOpenOrders = isGiven ? reader.count("risk.max_open_orders") : RiskLimits.prudentOpenOrders
        priceCollar = reader.share("risk.price_collar", upTo: .whole)
        if !reader.isNull("risk.price_max_age") {
            priceMaxAge_ms = reader.duration("risk.price_max_age", upTo: .hours(8_784))?.ms
        }
        let days = reader.number("risk.volume_days", scale: 0, in: 1...2_520)
        reader.refuse(["risk.volume_days"], without: ["risk.max_share_of_volume"])
        if let share = reader.share("risk.max_share_of_volume", upTo: .hundredfold) {
            maxShareOfVolume = VolumeLimit(maxShare: share, days: Int(days ?? 20))
        }
        let stop = reader.share("risk.stop_band", upTo: .whole)
        let target = reader.share("risk.target_band", upTo: .hundredfold)
        bands = stop == nil && target == nil ? nil : PriceBands(stop: stop, target: target)
    }

    private mutating func readPositions(_ reader: inout ConfigurationReader) {
        position = PositionLimits(
            maxQuantity: reader.quantity("risk.max_position_quantity"),
            maxNotional: reader.money("risk.max_position_notional"),
            maxShare: reader.share("risk.max_position_share", upTo: .hundredfold))
        for ticker in reader.names(in: "risk.symbols") {
            let path = "risk.symbols.\(ticker)"
            symbols[ticker] = SymbolLimits(
                position: PositionLimits(
                    maxQuantity: reader.quantity("\(path).max_quantity"),
                    maxNotional: reader.money("\(path).max_notional"),
                    maxShare: reader.share("\(path).max_share", upTo: .hundredfold)),
                borrow: reader.isNull("\(path).allow_short") ? nil : reader.boolean("\(path).allow_short"))
        }
        for name in reader.names(in: "risk.groups") { readGroup(name, &reader) }
    }

    private mutating func readGroup(_ name: String, _ reader: inout ConfigurationReader) {
        let path = "risk.groups.\(name)"
        guard let tickers = reader.texts("\(path).tickers") else {
            if case .section? = reader.value(path), !reader.has("\(path).tickers") {
                reader.note(
                    path, "has no tickers", accepted: ConfigurationReader.accepted("\(path).tickers"))
            }
            return
        }
        if !reader.has("\(path).max_share"), !reader.has("\(path).max_net_share") {
            reader.note(path, "limits nothing", accepted: "give it max_share, max_net_share, or both")
        }
        if let repeated = tickers.first(where: { ticker in tickers.count { $0 == ticker } > 1 }) {
            reader.note("\(path).tickers", "names \(repeated) twice", accepted: "name each ticker once")
        }
        groups.append(
            GroupLimit(
                name: name, tickers: tickers, maxShare: reader.share("\(path).max_share", upTo: .hundredfold),
                maxNetShare: reader.share("\(path).max_net_share", upTo: .hundredfold)))
    }

    private mutating func readStatistics(_ reader: inout ConfigurationReader) {
        returns.days = reader.number("risk.return_window", scale: 0, in: 2...2_520).map(Int.init) ?? returns.days
        returns.minimum =
            reader.number("risk.minimum_returns", scale: 0, in: 2...2_520).map(Int.init) ?? returns.minimum
        if !reader.isNull("risk.max_correlation"),
            let e9 = reader.number("risk.max_correlation", scale: 9, in: -Share.scale...Share.scale)
        {
            maxCorrelation = Share(e9: e9).value
        }
        let measured = ["risk.var.max_share"] + reader.strategyKeys("max_risk_share")
        reader.refuse(["method", "level", "horizon_days"].map { "risk.var.\($0)" }, without: measured)
        reader.refuse(
            ["risk.return_window", "risk.minimum_returns"], without: ["risk.max_correlation"] + measured)
        maxValueAtRisk = reader.share("risk.var.max_share", upTo: .hundredfold)
        valueAtRisk.method = reader.choice("risk.var.method") ?? valueAtRisk.method
        if let e9 = reader.number("risk.var.level", scale: 9, in: Share.scale / 2...Share.scale - 1) {
            valueAtRisk.level = Share(e9: e9).value
        }
        if let days = reader.number("risk.var.horizon_days", scale: 9, in: 1...366 * Share.scale) {
            valueAtRisk.horizon_days = Share(e9: days).value
        }
    }

    private mutating func readStrategies(_ reader: inout ConfigurationReader) {
        for name in reader.names(in: "risk.strategies") {
            let path = "risk.strategies.\(name)"
            strategies[name] = StrategyLimits(
                maxShare: reader.share("\(path).max_share", upTo: .hundredfold),
                maxNotional: reader.money("\(path).max_notional"),
                maxRiskShare: reader.share("\(path).max_risk_share", upTo: .hundredfold))
        }
        kelly = KellyLimit.read(&reader)
    }

    private mutating func readCapital(_ reader: inout ConfigurationReader) {
        var shares: [String: Share] = [:]
        for name in reader.names(in: "capital.map") {
            shares[name] = reader.share("capital.map.\(name)", upTo: .hundredfold)
        }
        let maxShare = reader.share("capital.max_share", upTo: .hundredfold)
        let floor = reader.share("capital.floor", upTo: .hundredfold)
        guard !shares.isEmpty || maxShare != nil || floor != nil else { return }
        capital = CapitalMap(shares: shares, maxShare: maxShare, floor: floor)
    }
}

extension KellyLimit {
    fileprivate static func read(_ reader: inout ConfigurationReader) -> KellyLimit? {
        let isOfRecord = reader.choice("risk.kelly.source", [("confidence", false), ("record", true)]) ?? true
        let payoff = reader.number("risk.kelly.payoff_ratio", scale: 9, in: 1...1_000 * Share.scale)
        let trades = reader.number("risk.kelly.minimum_trades", scale: 0, in: 2...1_000_000)
        let untilThen = reader.share("risk.kelly.until_then", upTo: .hundredfold)
        reader.refuse(
            ["source", "payoff_ratio", "minimum_trades", "until_then"].map { "risk.kelly.\($0)" },
            without: ["risk.kelly.fraction"])
        let foreign = isOfRecord ? ["payoff_ratio"] : ["minimum_trades", "until_then"]
        for name in foreign where reader.has("risk.kelly.\(name)") {
            reader.contradict(
                "risk.kelly.\(name)", "risk.kelly.source",
                "which takes the chance from the \(isOfRecord ? "record" : "order")",
                accepted: "leave one of them out")
        }
        guard let fraction = reader.share("risk.kelly.fraction", upTo: .whole) else { return nil }
        return KellyLimit(
            fraction: fraction,
            source: isOfRecord
                ? .record(minimumTrades: Int(trades ?? 30), untilThen: untilThen ?? Share(e9: 0))
                : .confidence(payoffRatio: Share(e9: payoff ?? Share.scale).value))
    }
}

extension RiskLimits {
    /// Open orders at most where the section `risk` says nothing about them.
    static let prudentOpenOrders = 100
}

extension Share {
    static let whole = Share(e9: Share.scale)
    fileprivate static let hundredfold = Share(e9: 100 * Share.scale)
}

extension ConfigurationReader {
    /// Notes keys that do nothing, for every limit that they belong to is absent; one that is `null` was switched off on purpose.
    fileprivate mutating func refuse(_ keys: [String], without limits: [String]) {
        guard let first = limits.first, !limits.contains(where: has) else { return }
        for key in keys where has(key) {
            note(
                key, "limits nothing without \(first)",
                accepted: "give \(first) too, or leave this out")
        }
    }

    /// One key of every strategy's limits.
    fileprivate func strategyKeys(_ key: String) -> [String] {
        names(in: "risk.strategies").map { "risk.strategies.\($0).\(key)" }
    }

    fileprivate func isNull(_ path: String) -> Bool { value(path) == .null }

    /// A share from 0; nil for `null`, and where the file says nothing.
    fileprivate mutating func share(_ path: String, upTo highest: Share) -> Share? {
        isNull(path) ? nil : number(path, scale: 9, in: 0...highest.e9).map { Share(e9: $0) }
    }

    fileprivate mutating func quantity(_ path: String) -> Quantity? {
        isNull(path) ? nil : number(path, scale: 8, in: 0...Int64.max).map { Quantity(e8: $0) }
    }

    fileprivate mutating func money(_ path: String) -> Money? {
        isNull(path) ? nil : number(path, scale: 6, in: 0...Int64.max / 2).map { Money(e6: $0) }
    }

    fileprivate mutating func count(_ path: String) -> Int? {
        isNull(path) ? nil : number(path, scale: 0, in: 0...1_000_000_000).map { Int($0) }
    }
}
