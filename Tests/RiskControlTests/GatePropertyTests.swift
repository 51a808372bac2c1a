import SeededTesting
import TradingModel
import XCTest

@testable import RiskControl

/// What holds for any account, any limits and any orders.
final class GatePropertyTests: XCTestCase {
    private typealias Approved = (instrument: Int, strategy: Int?, change: Quantity)

    /// Nothing grows, nothing turns round, reductions pass, and no limit is broken that was not, nor broken further: neither where
    /// everything fills, nor where the orders of the other side that rest never do.
    func testEveryApprovalKeepsEveryLimit() {
        forEachSeed(400) { random in
            let portfolio = RandomPortfolio(&random)
            var gate = portfolio.gate()
            var approved: [Approved] = []
            for (order, context) in portfolio.orders {
                let instrument = Int(order.terms.instrument.index)
                let resting = (instrument: instrument, side: order.terms.side.opposite)
                let certain = self.expected(portfolio, instrument, approved, without: resting.side)
                let verdict = gate.review(order, context: context)
                XCTAssertTrue((.zero...order.terms.quantity).contains(verdict.approved))
                XCTAssertEqual(verdict.order?.order.terms.side ?? order.terms.side, order.terms.side)
                XCTAssertEqual(verdict.approved == order.terms.quantity, verdict.reason == nil)
                let lot = portfolio.instruments[instrument].lotSize
                let lots = order.terms.quantity.roundedTowardZero(toLot: lot)
                let isReducing = certain.signum() == -order.terms.side.sign
                let reduction = isReducing ? min(abs(certain), lots.e8) : 0
                XCTAssertGreaterThanOrEqual(
                    verdict.approved, Quantity(e8: reduction).roundedTowardZero(toLot: lot), "a reduction passes")
                let change = order.terms.side == .buy ? verdict.approved : -verdict.approved
                approved.append((instrument, context.strategy.map(Int.init), change))
                guard verdict.approved.e8 > reduction else { continue }
                // Beyond the reduction; what the reduction itself made of the figures is where the limits begin.
                var reduced = Array(approved.dropLast())
                reduced.append(
                    (instrument, context.strategy.map(Int.init), Quantity(e8: order.terms.side.sign * reduction)))
                for unfilled in [nil, resting] {
                    let now = RiskFigures(portfolio, gate, approved: approved, unfilled: unfilled)
                    let broken = now.broken(since: RiskFigures(portfolio, gate, approved: reduced, unfilled: unfilled))
                    // The quantile of a portfolio between two others may be beyond both of theirs.
                    let isBetween = unfilled == nil && portfolio.limits.valueAtRisk.method == .historical
                    XCTAssertEqual(
                        broken.filter { !isBetween || !($0.hasPrefix("var") || $0.hasPrefix("risk")) }, [],
                        "\(order.terms), \(verdict)")
                }
            }
        }
    }

    /// From within the limits no order of the orders leaves them, reductions aside, which may unmake a hedge.
    func testNoPermutationBreaksALimit() {
        var checked = 0
        forEachSeed(400) { random in
            var portfolio = RandomPortfolio(&random)
            for instrument in 0..<RandomPortfolio.count {
                portfolio.snapshot.setOpen(portfolio.snapshot.open(instrument), of: instrument)
            }
            guard RiskFigures(portfolio, portfolio.gate(), approved: []).beyond.isEmpty else { return }
            for _ in 0..<3 {
                portfolio.orders.shuffle(using: &random)
                var gate = portfolio.gate()
                var approved: [Approved] = []
                for (order, context) in portfolio.orders {
                    let instrument = Int(order.terms.instrument.index)
                    // Only what no one can take for a reduction, of the account or of a strategy.
                    guard !isReduction(order, context, portfolio, approved) else { continue }
                    let verdict = gate.review(order, context: context)
                    approved.append(
                        (
                            instrument, context.strategy.map(Int.init),
                            order.terms.side == .buy ? verdict.approved : -verdict.approved
                        ))
                }
                XCTAssertEqual(RiskFigures(portfolio, gate, approved: approved).beyond, [])
                checked += approved.count
            }
        }
        if RandomCases(defaultCount: 400).count == 400 { XCTAssertGreaterThan(checked, 1_000) }
    }

    /// What the gate has kept up to date is what it makes anew of a snapshot with the approved orders open.
    func testTheKeptStateIsTheStateMadeAnew() {
        forEachSeed(300) { random in
            var portfolio = RandomPortfolio(&random)
            var kept = portfolio.gate()
            for (order, context) in portfolio.orders {
                let verdict = kept.review(order, context: context)
                let change = order.terms.side == .buy ? verdict.approved : -verdict.approved
                open(change, order.terms.instrument, context.strategy, &portfolio.snapshot)
                guard random.chance(20) else { continue }
                let rest = Quantity(e8: -change.e8 / 2)
                kept.expect(change: rest, of: order.terms.instrument, strategy: context.strategy)
                close(rest, order.terms.instrument, context.strategy, &portfolio.snapshot)
            }
            var anew = portfolio.gate()
            XCTAssertEqual(kept.portfolio?.expected, anew.portfolio?.expected)
            XCTAssertEqual(kept.portfolio?.total, anew.portfolio?.total)
            XCTAssertEqual(kept.portfolio?.groups, anew.portfolio?.groups)
            XCTAssertEqual(kept.portfolio?.ofStrategies, anew.portfolio?.ofStrategies)
            XCTAssertEqual(kept.portfolio?.strategies, anew.portfolio?.strategies)
            XCTAssertEqual(kept.portfolio?.heldCount, anew.portfolio?.heldCount)
            XCTAssertEqual(kept.portfolio?.openOrderCount, anew.portfolio?.openOrderCount)
            for (left, right) in zip(kept.samples, anew.samples) {
                XCTAssertEqual(left.short, right.short)
                let scale = right.values.reduce(1) { max($0, abs($1)) }
                for (one, other) in zip(left.values, right.values) {
                    XCTAssertEqual(one, other, accuracy: 1e-9 * scale)
                }
            }
            for instrument in 0..<RandomPortfolio.count {
                let order = PlannedOrder(
                    decision: DecisionID(0), leg: 0, action: .openLong,
                    terms: OrderTerms(
                        instrument: InstrumentID(instrument), side: .buy, quantity: Quantity(units: 1_000),
                        type: .market, timeInForce: .day), phase: 1, referencePrice: Price(e8: Price.scale))
                let context = RiskContext(time: RandomPortfolio.time, date: RandomPortfolio.date, strategy: 0)
                let lot = portfolio.instruments[instrument].lotSize
                let (left, right) = (kept.review(order, context: context), anew.review(order, context: context))
                XCTAssertLessThanOrEqual((left.approved - right.approved).magnitude, max(lot, Quantity(e8: 1_000)))
            }
        }
    }

    private func open(
        _ change: Quantity, _ instrument: InstrumentID, _ strategy: Int32?, _ snapshot: inout RiskSnapshot
    ) {
        snapshot.addOpen(change, of: Int(instrument.index))
        note(change, instrument, strategy, &snapshot)
    }

    /// The rest of an order ended, signed as what is expected of it changes.
    private func close(
        _ change: Quantity, _ instrument: InstrumentID, _ strategy: Int32?, _ snapshot: inout RiskSnapshot
    ) {
        let index = Int(instrument.index)
        if change < .zero { snapshot.buys[index] += change } else { snapshot.sells[index] += -change }
        note(change, instrument, strategy, &snapshot)
    }

    private func note(
        _ change: Quantity, _ instrument: InstrumentID, _ strategy: Int32?, _ snapshot: inout RiskSnapshot
    ) {
        if let strategy {
            snapshot.holdings.append(
                StrategyHolding(strategy: strategy, instrument: instrument, held: .zero, open: change))
        }
    }

    /// - Parameter side: whose orders never fill; nil where all do.
    private func expected(
        _ portfolio: RandomPortfolio, _ instrument: Int, _ approved: [Approved], without side: Side? = nil
    ) -> Int64 {
        let snapshot = portfolio.snapshot
        var sum = snapshot.positions[instrument]
        if side != .buy { sum += snapshot.buys[instrument] }
        if side != .sell { sum += -snapshot.sells[instrument] }
        return approved.filter { $0.instrument == instrument && $0.change.e8.signum() != side?.sign }
            .reduce(sum.e8) { $0 + $1.change.e8 }
    }

    private func isReduction(
        _ order: PlannedOrder, _ context: RiskContext, _ portfolio: RandomPortfolio, _ approved: [Approved]
    ) -> Bool {
        expected(portfolio, Int(order.terms.instrument.index), approved).signum() == -order.terms.side.sign
    }
}

extension RiskGate {
    var portfolio: PortfolioState? { controls?.portfolio }
    var samples: [ScenarioBook.Sample] { controls.map { [$0.scenarios.total] + $0.scenarios.strategies } ?? [] }

    /// An instrument's returns by slot, zero where it has none.
    func returns(of instrument: Int) -> [Double] {
        guard let history = controls?.history, history.stride > 0 else { return Array(repeating: 0, count: 2) }
        return history.withReturns(of: instrument) { row in (0..<history.dayCount).map { row[$0] } }
    }
}
