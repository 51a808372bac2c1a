import OrderPlanning
import OrderRouting
import TradingModel
import SeededTesting
import XCTest

/// Random targets on a venue that fills, rejects and dawdles as it likes.
///
/// `EXECUTION_TEST_SEED` repeats one of them.
final class EnginePropertyTests: XCTestCase {
    private struct World {
        var desk: Desk
        var generator: SeededGenerator
        var decisions = 0
        /// The last target of each instrument, in lots.
        var targets: [Int: Int64] = [:]

        init(_ generator: SeededGenerator, openOrders: PlanningRules.OpenOrders) throws {
            self.generator = generator
            let rules = PlanningRules(
                openOrders: openOrders, missingTargets: Bool.random(using: &self.generator) ? .hold : .close,
                isTwoPhase: Bool.random(using: &self.generator))
            let instruments = ["A", "B", "C", "D"].enumerated().map { index, ticker in
                Instrument(ticker: ticker, lotSize: Quantity(units: index == 3 ? 10 : 1))
            }
            desk = try Desk(
                rules, instruments: instruments, latency_ms: Int64.random(in: 0...1, using: &self.generator) * 50)
            desk.collects = true
        }

        mutating func step() throws {
            desk.time = desk.time.adding(ms: Int64.random(in: 1...5_000, using: &generator))
            switch Int.random(in: 0..<10, using: &generator) {
            case 0, 1: try decide()
            case 2, 3: try desk.confirmCancels()
            case 4: try end()
            case 5: try split()
            default: try fillSome()
            }
        }

        private mutating func decide() throws {
            let closesMissing = Bool.random(using: &generator)
            var wanted: [(instrument: Int, units: Int64)] = []
            for instrument in desk.instruments.indices
            where Int.random(in: 0..<3, using: &generator) > 0 || closesMissing {
                wanted.append((instrument, Int64.random(in: -30...30, using: &generator) * 10))
            }
            try desk.decide(decisions, wanted)
            decisions += 1
        }

        mutating func fillSome() throws {
            guard let number = desk.venue.open.randomElement(using: &generator) else { return }
            let remaining = try XCTUnwrap(desk.venue.held[number]).remaining.e8 / Quantity.scale
            let isWhole = Bool.random(using: &generator)
            try desk.fill(
                number.value, isWhole ? remaining : Int64.random(in: 1...remaining, using: &generator),
                at: Int64.random(in: 1...500, using: &generator), commission: Int64.random(in: 0...2, using: &generator)
            )
        }

        private mutating func end() throws {
            guard let number = desk.venue.open.randomElement(using: &generator) else { return }
            desk.venue.forget(number)
            let events: [VenueEvent] = [
                .expired(number, reason: .dayEnded, limitedBy: .price, at: desk.time),
                .rejected(number, reason: .insufficientCash, at: desk.time),
                .cancelled(number, reason: .cancelRequested, limitedBy: .noVolume, at: desk.time),
            ]
            try desk.take(.venue(events[Int.random(in: 0..<3, using: &generator)]))
        }

        /// A 2:1 split of one instrument: the position, then its open orders.
        private mutating func split() throws {
            let index = Int.random(in: 0..<desk.instruments.count, using: &generator)
            let held = desk.held(index)
            guard held.magnitude < Quantity(units: 10_000) else { return }
            let doubled = held + held
            try desk.take(
                .venue(
                    .split(InstrumentID(index), ratioE9: 2_000_000_000, exact: doubled, kept: doubled, at: desk.time)))
            for number in desk.venue.open {
                let order = try XCTUnwrap(desk.venue.held[number])
                guard order.order.terms.instrument.index == index else { continue }
                var terms = order.order.terms
                terms.quantity = order.filled + order.remaining + order.remaining
                desk.venue.resize(number, to: terms)
                try desk.take(
                    .venue(.resized(number, terms: terms, filled: order.filled, cause: .split, at: desk.time)))
            }
        }

        /// Lets the venue do all it was asked to: cancels are confirmed, orders fill as a whole.
        mutating func settle() throws {
            while !desk.venue.open.isEmpty {
                try desk.confirmCancels()
                for number in desk.venue.open where desk.venue.held[number] != nil {
                    let remaining = try XCTUnwrap(desk.venue.held[number]).remaining
                    try desk.fill(number.value, remaining.e8 / Quantity.scale)
                }
            }
        }
    }

    func testTheBooksHoldWhateverTheVenueDoes() throws {
        for openOrders in PlanningRules.OpenOrders.allCases {
            try forEachSeed(60) { generator in
                var world = try World(generator, openOrders: openOrders)
                for step in 0..<80 {
                    try world.step()
                    if step % 20 == 19 { try world.desk.checkBooks() }
                }
                try world.desk.take(.endOfData)
                try world.desk.checkBooks()
                checkTargets(world.desk)
            }
        }
    }

    /// Every target is journaled once, and leads to its quantity but for what it gives a reason for.
    private func checkTargets(_ desk: Desk) {
        var seen: Set<[Int32]> = []
        for record in desk.journal.targets {
            XCTAssertTrue(seen.insert([record.decision.index, record.instrument.index]).inserted, "\(record)")
            if record.residualReason == nil {
                XCTAssertEqual(record.held + record.open + record.planned, record.computed, "\(record)")
            }
            let planned = desk.orders.values.filter {
                $0.decision == record.decision && $0.terms.instrument == record.instrument
            }
            XCTAssertEqual(planned.isEmpty, record.planned == .zero, "\(record)")
        }
        XCTAssertEqual(Int64(seen.count), desk.engine.statistics.targets)
    }

    /// When the venue does everything it was asked to, the last target is held exactly, never more.
    func testTheLastTargetIsReached() throws {
        for openOrders in PlanningRules.OpenOrders.allCases {
            try forEachSeed(60) { generator in
                var world = try World(generator, openOrders: openOrders)
                for _ in 0..<40 { try world.step() }
                let last = world.desk.instruments.indices.map {
                    ($0, Int64.random(in: -30...30, using: &world.generator) * 10)
                }
                try world.desk.decide(1_000, last)
                let isRising = last.map { Quantity(units: $0.1) > world.desk.held($0.0) }
                var passed = false
                while !world.desk.venue.open.isEmpty, !passed {
                    try world.desk.confirmCancels()
                    try world.fillSome()
                    // With old orders cancelled the new ones close in on the target and never pass it.
                    passed =
                        openOrders == .cancel
                        && zip(last, isRising).contains { target, rises in
                            let held = world.desk.held(target.0)
                            let wanted = Quantity(units: target.1)
                            return rises ? held > wanted : held < wanted
                        }
                }
                XCTAssertFalse(passed, "more than the target")
                // The venue fills single shares of lots of ten; less than a lot cannot be made good.
                for (instrument, wanted) in last {
                    let gap = (world.desk.held(instrument) - Quantity(units: wanted)).magnitude
                    XCTAssertLessThan(gap, world.desk.instruments[instrument].lotSize)
                }
                try world.desk.checkBooks()
            }
        }
    }

    /// The same inputs give the same journal, requests and figures.
    func testTheSameInputsGiveTheSameOutputs() throws {
        try forEachSeed(20) { generator in
            func run() throws -> String {
                var world = try World(generator, openOrders: .cancel)
                for _ in 0..<60 { try world.step() }
                try world.settle()
                return
                    "\(world.desk.journal) \(world.desk.venue.requests) \(world.desk.engine.positions) \(world.desk.engine.cash)"
            }
            XCTAssertEqual(try run(), try run())
        }
    }
}
