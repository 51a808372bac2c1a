import TradingModel

/// The account as it will be once everything expected has happened.
struct PortfolioState: Sendable {
    /// Beyond this the value of a position is not counted but unknown, which leaves sums room in 128 bits.
    static let farthestValue = Int128(1) << 97

    private(set) var snapshot: RiskSnapshot
    /// Position and everything expected, by instrument, in 10⁻⁸.
    private(set) var expected: [Int64]
    /// What open and approved orders would buy and sell, by instrument, in 10⁻⁸; zero or more.
    private var buys: [Int64]
    private var sells: [Int64]
    private(set) var total = Exposure()
    private(set) var groups: [Exposure]
    /// What a strategy is expected to have of an instrument, at `instrument · strategies + strategy`.
    private(set) var ofStrategies: [Int64]
    private(set) var strategies: [Exposure]
    /// Value of what is opened or enlarged beyond the positions, and of what is closed of them.
    private(set) var opened: Int128 = 0
    private(set) var closed: Int128 = 0
    /// Instruments of which anything is expected.
    private(set) var heldCount = 0
    var openOrderCount: Int

    init(instruments: Int, groups: Int, strategies: Int) {
        snapshot = RiskSnapshot(instruments: instruments)
        expected = Array(repeating: 0, count: instruments)
        buys = expected
        sells = expected
        self.groups = Array(repeating: Exposure(), count: groups)
        ofStrategies = Array(repeating: 0, count: instruments * strategies)
        self.strategies = Array(repeating: Exposure(), count: strategies)
        openOrderCount = 0
    }

    mutating func addInstrument() {
        snapshot.positions.append(.zero)
        snapshot.buys.append(.zero)
        snapshot.sells.append(.zero)
        snapshot.marks.append(nil)
        snapshot.markTimes.append(nil)
        expected.append(0)
        buys.append(0)
        sells.append(0)
        ofStrategies += Array(repeating: 0, count: strategies.count)
    }

    /// Forgets everything and takes up what an account holds and expects; the snapshot has an element for each instrument.
    mutating func begin(_ snapshot: RiskSnapshot, _ limits: borrowing CompiledLimits) {
        self.snapshot = snapshot
        (total, opened, closed, heldCount) = (Exposure(), 0, 0, 0)
        openOrderCount = snapshot.openOrderCount
        for place in groups.indices { groups[place] = Exposure() }
        for place in strategies.indices { strategies[place] = Exposure() }
        for place in ofStrategies.indices { ofStrategies[place] = 0 }
        for instrument in expected.indices {
            expected[instrument] = 0
            let held = snapshot.positions[instrument]
            (buys[instrument], sells[instrument]) = (snapshot.buys[instrument].e8, snapshot.sells[instrument].e8)
            let largest = max(
                held.e8.magnitude, Self.sum(held.e8, buys[instrument]).magnitude,
                Self.sum(held.e8, -sells[instrument]).magnitude)
            self.snapshot.marks[instrument] = Self.usable(snapshot.marks[instrument], for: largest)
            expect(held.e8, instrument, limits)
            move(Self.sum(buys[instrument], -sells[instrument]), instrument, limits)
        }
        for holding in snapshot.holdings {
            moveStrategy(
                Self.sum(holding.held.e8, holding.open.e8), Int(holding.instrument.index), Int(holding.strategy))
        }
    }

    private static func sum(_ one: Int64, _ other: Int64) -> Int64 {
        let (sum, overflow) = one.addingReportingOverflow(other)
        return overflow ? (one < 0 ? -.max : .max) : max(sum, -.max)
    }

    /// A price that is positive and makes a value that can be counted.
    private static func usable(_ mark: Price?, for quantity: UInt64) -> Price? {
        guard let mark, mark.e8 > 0, Int128(mark.e8) * Int128(quantity) <= farthestValue else { return nil }
        return mark
    }

    /// What is expected of an instrument, by the account and by one strategy.
    func expectation(_ instrument: Int, strategy: Int?) -> (account: Int64, strategy: Int64) {
        guard let strategy, strategies.indices.contains(strategy) else { return (expected[instrument], 0) }
        return (expected[instrument], ofStrategies[instrument * strategies.count + strategy])
    }

    /// What open and approved orders of the other side would trade: they may never fill.
    func opposing(_ sign: Int64, _ instrument: Int) -> Int64 { sign > 0 ? sells[instrument] : buys[instrument] }

    /// Orders of a side are to trade more of an instrument, or less where it is negative; what is expected is told by `apply`.
    mutating func note(_ quantity: Int64, _ sign: Int64, _ instrument: Int) {
        if sign > 0 {
            buys[instrument] = max(Self.sum(buys[instrument], quantity), 0)
        } else {
            sells[instrument] = max(Self.sum(sells[instrument], quantity), 0)
        }
    }

    /// More of an instrument is expected, signed.
    mutating func apply(_ change: Int64, _ instrument: Int, strategy: Int?, _ limits: borrowing CompiledLimits) {
        guard change != 0 else { return }
        move(change, instrument, limits)
        if let strategy { moveStrategy(change, instrument, strategy) }
    }

    private mutating func move(_ change: Int64, _ instrument: Int, _ limits: borrowing CompiledLimits) {
        let old = expected[instrument]
        expect(change, instrument, limits)
        countOpened(from: old, to: expected[instrument], instrument)
    }

    private mutating func expect(_ change: Int64, _ instrument: Int, _ limits: borrowing CompiledLimits) {
        guard change != 0 else { return }
        let old = expected[instrument]
        let new = Self.sum(old, change)
        expected[instrument] = new
        heldCount += (new == 0 ? 0 : 1) - (old == 0 ? 0 : 1)
        let mark = snapshot.marks[instrument]
        total.move(from: old, to: new, at: mark)
        for place in limits.symbols[instrument].groups {
            groups[Int(limits.memberships[place])].move(from: old, to: new, at: mark)
        }
    }

    private mutating func countOpened(from old: Int64, to new: Int64, _ instrument: Int) {
        guard old != new, let mark = snapshot.marks[instrument] else { return }
        let held = snapshot.positions[instrument].e8
        opened += Int128(mark.e8) * (Self.opened(new, beyond: held) - Self.opened(old, beyond: held))
        closed += Int128(mark.e8) * (Self.opened(held, beyond: new) - Self.opened(held, beyond: old))
    }

    /// How much of a quantity is not in another one.
    private static func opened(_ quantity: Int64, beyond other: Int64) -> Int128 {
        let isSameSide = (quantity < 0) == (other < 0)
        return max(Int128(quantity.magnitude) - (isSameSide ? Int128(other.magnitude) : 0), 0)
    }

    private mutating func moveStrategy(_ change: Int64, _ instrument: Int, _ strategy: Int) {
        guard strategies.indices.contains(strategy) else { return }
        let place = instrument * strategies.count + strategy
        let old = ofStrategies[place]
        let new = Self.sum(old, change)
        ofStrategies[place] = new
        strategies[strategy].move(from: old, to: new, at: snapshot.marks[instrument])
    }
}
