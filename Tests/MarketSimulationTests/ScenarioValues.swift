import MarketSimulation
import TradingModel

// Values as tests like to write them: numbers as literals, times as `01-02` or `01-02 09:30` of the year 2020.

/// A price; the literal's shortest decimal is meant.
func price(_ value: Double) -> Price { Price(e8: Int64((value * 1e8).rounded())) }

func shares(_ value: Double) -> Quantity { Quantity(e8: Int64((value * 1e8).rounded())) }

func dollars(_ value: Double) -> Money { Money(e6: Int64((value * 1e6).rounded())) }

/// A fraction in units of 10⁻⁹.
func e9(_ fraction: Double) -> Int64 { Int64((fraction * 1e9).rounded()) }

func limit(_ value: Double) -> OrderType { .limit(price(value)) }
func stop(_ value: Double) -> OrderType { .stop(price(value)) }
func stopLimit(_ stop: Double, _ limit: Double) -> OrderType { .stopLimit(stop: price(stop), limit: price(limit)) }

func trailing(_ amount: Double, from stop: Double? = nil, offset: Double? = nil) -> OrderType {
    trailing(.amount(price(amount)), from: stop, offset: offset)
}

func trailing(percent: Double, from stop: Double? = nil, offset: Double? = nil) -> OrderType {
    trailing(.fraction(e9: e9(percent / 100)), from: stop, offset: offset)
}

private func trailing(_ distance: TrailDistance, from stop: Double?, offset: Double?) -> OrderType {
    let level = stop.map(price)
    guard let offset else { return .trailingStop(distance, initialStop: level) }
    return .trailingStopLimit(distance, initialStop: level, limitOffset: price(offset))
}

/// A good-till-date order; a date is inclusive, an instant exclusive.
func until(_ text: String) -> TimeInForce { .goodTilDate(decision(text).instant) }

/// A point in time as the tests spell it.
private struct ScenarioTime {
    let date: CalendarDate
    /// Nil where only a date was given.
    let minute: Int64?

    init(_ text: String) {
        let parts = text.split(separator: " ")
        var numbers = parts[0].split(separator: "-").compactMap { Int($0) }
        if numbers.count == 2 { numbers.insert(2020, at: 0) }
        guard numbers.count == 3, let date = CalendarDate(year: numbers[0], month: numbers[1], day: numbers[2]) else {
            preconditionFailure("\(text) is not MM-DD, YYYY-MM-DD, or one of them with HH:MM")
        }
        self.date = date
        let clock = parts.dropFirst().first?.split(separator: ":").compactMap { Int64($0) }
        minute = clock.map { $0[0] * 60 + $0[1] }
    }

    /// The instant; for a date its first one.
    var instant: Timestamp { LocalTime.utc.start(of: date).adding(ms: (minute ?? 0) * 60_000) }
}

func date(_ text: String) -> CalendarDate { ScenarioTime(text).date }

/// When a bar starts.
func start(_ text: String) -> Timestamp { ScenarioTime(text).instant }

/// When something is decided: a date is its end.
func decision(_ text: String) -> DecisionTime {
    let time = ScenarioTime(text)
    guard time.minute == nil else { return DecisionTime(instant: time.instant, isDate: false) }
    return DecisionTime(instant: LocalTime.utc.start(of: time.date.adding(days: 1)), isDate: true)
}

/// `01-02`, or `01-02 09:30` where it is not midnight.
func text(_ time: Timestamp) -> String {
    let full = time.description
    let day = full.dropFirst(5).prefix(5)
    let clock = full.dropFirst(11).prefix(5)
    return clock == "00:00" ? String(day) : "\(day) \(clock)"
}

extension SimulationRules {
    /// The default rules without slippage and commission, so that prices and cash are those of the bars.
    static let plain: SimulationRules = {
        var rules = SimulationRules()
        rules.slippage = .none
        rules.commission = .none
        return rules
    }()

    /// Some rules with some changes.
    func with(_ change: (inout SimulationRules) -> Void) -> SimulationRules {
        var rules = self
        change(&rules)
        return rules
    }
}
