import MarketSimulation
import TradingModel

/// What came of a scenario: the venue's events, and each of them as a short text for tables.
struct ScenarioOutcome {
    let labels: [OrderNumber: String]
    let tickers: [String]
    var events: [VenueEvent] = []
    var cash: Money
    var lowestCash: Money
    var positions: [String: Quantity] = [:]

    init(labels: [OrderNumber: String], tickers: [String], cash: Money, lowestCash: Money) {
        self.labels = labels
        self.tickers = tickers
        self.cash = cash
        self.lowestCash = lowestCash
    }

    var fillEvents: [Fill] {
        events.compactMap { if case .filled(let fill) = $0 { fill } else { nil } }
    }

    /// `a +100@99.5 limit_inside 01-02` with the start of the bar; ` ?` where it is ambiguous.
    var fills: [String] { fillEvents.map { "\(label($0.order)) \(brief($0)) \(text($0.barStart))\(mark(of: $0))" } }

    /// The fills without label and bar: `+100@99.5 limit_inside`.
    var briefFills: [String] { fillEvents.map { brief($0) + mark(of: $0) } }

    /// The fills as price, rule and mark alone: `99.5 limit_inside`.
    var prices: [String] { fillEvents.map { "\($0.price) \($0.rule.rawValue)\(mark(of: $0))" } }

    private func brief(_ fill: Fill) -> String {
        "\(fill.side == .buy ? "+" : "-")\(fill.quantity)@\(fill.price) \(fill.rule.rawValue)"
    }

    private func mark(of fill: Fill) -> String { fill.isAmbiguous ? " ?" : "" }

    /// `a expired day_ended price 01-03`: what ended how, for which reason, what kept it from filling, when.
    var ends: [String] {
        events.compactMap { event in
            switch event {
            case .cancelled(let number, let reason, let limitedBy, let time):
                end(number, "cancelled", reason, limitedBy, time)
            case .expired(let number, let reason, let limitedBy, let time):
                end(number, "expired", reason, limitedBy, time)
            case .rejected(let number, let reason, let time): end(number, "rejected", reason, nil, time)
            default: nil
            }
        }
    }

    private func end(
        _ number: OrderNumber, _ word: String, _ reason: StatusReason, _ limitedBy: Limitation?, _ time: Timestamp
    ) -> String {
        [label(number), word, reason.rawValue, limitedBy?.rawValue, text(time)].compactMap(\.self).joined(
            separator: " ")
    }

    /// What changed without a trade: `a 60 oca`, `X split 200`, `X DIVIDEND 12.5`.
    var changes: [String] {
        events.compactMap { event in
            switch event {
            case .resized(let number, let terms, _, let cause, _):
                "\(label(number)) \(terms.quantity)\(prices(of: terms.type)) \(cause.rawValue)"
            case .split(let instrument, _, _, let kept, _): "\(ticker(instrument)) split \(kept)"
            case .cash(let kind, let instrument, let amount, _):
                "\(instrument.map(ticker) ?? "") \(kind.rawValue) \(amount)"
            default: nil
            }
        }
    }

    private func prices(of type: OrderType) -> String {
        switch type {
        case .market: ""
        case .limit(let limit): " \(limit)"
        case .stop(let stop): " \(stop)"
        case .stopLimit(let stop, let limit): " \(stop)/\(limit)"
        case .trailingStop(let distance, let level):
            " \(trail(distance))\(level.map { " from \($0)" } ?? "")"
        case .trailingStopLimit(let distance, let level, let offset):
            " \(trail(distance))\(level.map { " from \($0)" } ?? "") offset \(offset)"
        }
    }

    private func trail(_ distance: TrailDistance) -> String {
        switch distance {
        case .amount(let amount): "trail \(amount)"
        case .fraction(let e9): "trail \(e9)e-9"
        }
    }

    /// `a price`: the orders open at the end of the data, and what keeps them.
    var open: [String] {
        events.compactMap { event in
            guard case .open(let number, let limitedBy) = event else { return nil }
            return "\(label(number)) \(limitedBy?.rawValue ?? "-")"
        }
    }

    /// Everything except acceptances, in order.
    var log: [String] {
        events.flatMap { event in
            var one = ScenarioOutcome(labels: labels, tickers: tickers, cash: cash, lowestCash: lowestCash)
            one.events = [event]
            return one.fills + one.ends + one.changes
        }
    }

    var commissions: [String] { fillEvents.map { "\($0.commission)" } }

    func fills(of label: String) -> [String] { fills.filter { $0.hasPrefix("\(label) ") } }
    func label(_ number: OrderNumber) -> String { labels[number] ?? "?" }
    func ticker(_ instrument: InstrumentID) -> String { tickers[Int(instrument.index)] }
}
