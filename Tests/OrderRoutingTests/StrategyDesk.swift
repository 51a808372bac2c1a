import OrderPlanning
import OrderRouting
import RiskControl
import TradingModel
import XCTest

/// A desk whose targets are those of the strategies a, b and c; decision n is of strategy n % 3.
struct StrategyDesk {
    static let names = ["a", "b", "c"]
    private static let decisions = 300

    var desk: Desk

    init(
        _ planning: PlanningRules = PlanningRules(), limits: RiskLimits? = nil,
        instruments: [Instrument] = ["A", "B", "C"].map { Instrument(ticker: $0) }
    ) throws {
        let decisions = (0..<StrategyDesk.decisions).map { place in
            Decision(
                decisionID: "d\(place)", decidedAt: Timestamp(ms: 0), strategyID: StrategyDesk.names[place % 3])
        }
        let places = StrategyPlaces(decisions)
        desk = try Desk(
            planning, instruments: instruments,
            risk: limits.map {
                RiskSetup(limits: $0.withoutStrategyCapital, decisions: decisions, localTime: .utc)
            },
            strategies: StrategySetup(
                places: places, ownTargets: true,
                capital: limits.flatMap { StrategyCapital($0, strategies: places.names) }))
    }

    /// What strategies are to hold of one instrument or several: a strategy's place, the instrument, and the size.
    mutating func decide(
        _ targets: [(strategy: Int, instrument: Int, size: TargetSize)], round: Int = 0, type: OrderType = .market
    ) throws {
        let batches = Set(targets.map(\.strategy)).sorted().map { strategy in
            TargetBatch(
                decision: DecisionID(round * 3 + strategy),
                targets: targets.enumerated().filter { $0.element.strategy == strategy }.map { row, target in
                    TargetRequest(
                        row: Int64(row), instrument: InstrumentID(target.instrument), size: target.size,
                        referencePrice: nil, type: type, timeInForce: .goodTilCancelled)
                })
        }
        try desk.take(
            .decide(batches, at: DecisionTime(instant: desk.time, isDate: false), lastCloses: desk.closes))
    }

    /// The same in units of instrument 0, by strategy; nil decides nothing.
    mutating func decide(_ units: [Int64?], round: Int = 0) throws {
        try decide(
            units.enumerated().compactMap { strategy, units in
                units.map { (strategy, 0, .quantity(Quantity(units: $0))) }
            }, round: round)
    }

    /// What a, b and c hold of an instrument, and what is nobody's: `100 -40 0 | 0`.
    func holdings(_ instrument: Int = 0) -> String {
        let held = StrategyDesk.names.map {
            desk.engine.held(byStrategy: $0, InstrumentID(instrument)) ?? .zero
        }
        let nobodys = desk.held(instrument) - held.reduce(.zero, +)
        return held.map(\.description).joined(separator: " ") + " | \(nobodys)"
    }

    /// The parts of the trades so far: `1: a +40, b +20`.
    var parts: [String] {
        Dictionary(grouping: desk.journal.strategies.trades, by: \.trade).sorted { $0.key < $1.key }.map {
            trade, parts in
            "\(trade): "
                + parts.map { "\(name($0.owner)) \($0.change)" }.joined(separator: ", ")
        }
    }

    /// The rows of the last plans: `a asked 100 granted 100 held 0 open 0 wanted 100 crossed 40`.
    var rows: [String] {
        desk.journal.strategies.targets.map { row in
            "\(name(row.owner)) asked \(row.asked) granted \(row.granted) held \(row.held) open \(row.open) "
                + "wanted \(row.wanted) crossed \(row.crossed)" + (row.isNamed ? "" : " comes along")
                + (row.limit.map { " by \($0)" } ?? "")
        }
    }

    func name(_ owner: DecisionID?) -> String { owner.map { StrategyDesk.names[Int($0.index) % 3] } ?? "nobody" }
}
