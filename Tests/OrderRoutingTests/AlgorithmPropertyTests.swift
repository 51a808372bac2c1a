import SeededTesting
import TradingModel
import XCTest

@testable import OrderRouting

/// Random markets under every algorithm: whatever fills, comes late, is refused or splits, no more is ordered than is missing.
final class AlgorithmPropertyTests: XCTestCase {
    private struct Child {
        var left: Quantity
        var isOpen = true
        var isCancelAsked = false
    }

    private struct World {
        var generator: SeededGenerator
        var machine: AlgorithmMachine
        var quantity: Quantity
        var filled = Quantity.zero
        let lot: Quantity
        var now = Timestamp(ms: 1_000_000_000)
        var children: [Child] = []
        var end: AlgorithmEnd?
        var steps: [AlgorithmStep] = []

        init(_ generator: inout SeededGenerator) throws {
            let (name, parameters) = generator.pick([
                ("twap", "duration=1h slices=7"), ("twap", "duration=1h slices=7 finish=market"),
                ("vwap", "duration=1h slices=11"), ("pov", "share=0.07 duration=1h every=2m"),
                ("pov", "share=0.5 duration=1h finish=market"), ("iceberg", "display=13"),
                ("iceberg", "display=250 duration=30m finish=market"),
            ])
            let curve = VolumeCurve(
                parts: (0..<24).map { hour in
                    .init(
                        start_ms: Int64(hour) * 3_600_000, length_ms: 3_600_000,
                        volume: Int128(generator.number(0...1_000)) * 100_000_000)
                })
            machine = AlgorithmMachine(
                try AlgorithmTerms(name: name, parameters: parameters), start: now, curve: curve,
                timeOfDay_ms: Int64(generator.number(0...86_399_999)))
            lot = Quantity(units: generator.pick([1, 1, 10]))
            quantity = Quantity(units: Int64(generator.number(1...500)) * 10)
            self.generator = generator
        }

        var sight: AlgorithmSight {
            let open = children.filter(\.isOpen)
            return AlgorithmSight(
                now: now, quantity: quantity, filled: filled,
                working: open.isEmpty ? nil : open.reduce(.zero) { $0 + $1.left }, lot: lot)
        }

        mutating func settle() {
            while end == nil {
                let sight = sight
                let step = machine.next(sight)
                steps.append(step)
                switch step {
                case .wait: return
                case .order(let amount, _):
                    XCTAssertNil(sight.working, "nothing is ordered beside an open child")
                    XCTAssertGreaterThan(amount, .zero)
                    XCTAssertEqual(amount.roundedTowardZero(toLot: lot), amount)
                    XCTAssertLessThanOrEqual(filled + amount, quantity)
                    if generator.chance(3) {
                        machine.take(childEnd: .rejected(.brokerRejected), wasAsked: false)
                    } else {
                        children.append(Child(left: amount))
                    }
                case .cancel:
                    XCTAssertNotNil(sight.working)
                    for index in children.indices where children[index].isOpen { children[index].isCancelAsked = true }
                    return
                case .end(let end):
                    XCTAssertNil(sight.working, "nothing ends before its children")
                    self.end = end
                }
            }
        }

        mutating func happen() throws {
            now = now.adding(ms: Int64(generator.number(0...300_000)))
            switch generator.number(0...9) {
            case 0...3: fill { $0.isOpen }
            case 4, 5: confirm()
            // A fill that comes after the cancel was confirmed.
            case 6: if generator.chance(40) { fill { !$0.isOpen && $0.isCancelAsked } }
            case 7: if generator.chance(10) { try split() }
            default:
                _ = machine.take(
                    TradedVolume(
                        instrument: InstrumentID(0), start: now.adding(ms: -60_000), end: now,
                        quantity: Quantity(units: Int64(generator.number(0...900)))))
            }
            settle()
        }

        private mutating func fill(_ isMeant: (Child) -> Bool) {
            guard let index = children.indices.filter({ isMeant(children[$0]) && children[$0].left > .zero }).last
            else {
                return
            }
            let units = children[index].left.e8 / Quantity.scale
            let part =
                generator.chance(50)
                ? children[index].left : Quantity(units: Int64(generator.number(1...max(1, Int(units)))))
            let amount = min(part, children[index].left)
            children[index].left = children[index].left - amount
            filled = filled + amount
            if children[index].left == .zero, children[index].isOpen {
                children[index].isOpen = false
                machine.take(childEnd: .filled, wasAsked: false)
            }
        }

        mutating func confirm() {
            for index in children.indices where children[index].isOpen && children[index].isCancelAsked {
                children[index].isOpen = false
                machine.take(childEnd: .cancelled(.carried), wasAsked: true)
            }
        }

        private mutating func split() throws {
            try machine.split(2_000_000_000)
            quantity = Quantity(e8: quantity.e8 * 2)
            filled = Quantity(e8: filled.e8 * 2)
            for index in children.indices { children[index].left = Quantity(e8: children[index].left.e8 * 2) }
        }

        /// Nothing happens any more but what was asked for, and what is in the market fills.
        mutating func finish() {
            for _ in 0..<5_000 where end == nil {
                now = now.adding(ms: 600_000)
                confirm()
                if machine.end == nil || machine.isFinishing { fill { $0.isOpen } }
                settle()
            }
        }
    }

    func testNeverMoreThanTheOrder() throws {
        try forEachSeed(2_000) { generator in
            var world = try World(&generator)
            world.settle()
            for _ in 0..<60 where world.end == nil { try world.happen() }
            world.finish()
            XCTAssertNotNil(world.end, "every algorithm ends")
            if world.end == .filled { XCTAssertGreaterThanOrEqual(world.filled, world.quantity) }
        }
    }

    func testTheSameHappeningsGiveTheSameSteps() throws {
        try forEachSeed(50) { generator in
            var first = try World(&generator)
            var second = first
            for _ in 0..<60 where first.end == nil {
                try first.happen()
                try second.happen()
            }
            XCTAssertEqual(first.steps, second.steps)
            XCTAssertEqual(first.machine, second.machine)
        }
    }
}
