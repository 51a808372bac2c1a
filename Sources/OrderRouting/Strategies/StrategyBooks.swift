import RiskControl
import TradingModel

/// What each strategy holds, and whose the orders are that are open. What no strategy holds is nobody's.
struct StrategyBooks: Sendable {
    let setup: StrategySetup
    /// At `instrument · strategies + strategy`.
    private(set) var held: [Quantity]
    private(set) var nets: [StrategyNet] = []
    private var freeNets: [Int32] = []
    /// By the slot of an order in the book; −1 for an order of one strategy alone.
    private var netOfSlot: [Int32] = []
    /// By instrument, the net planned last; −1 where there is none.
    private(set) var latest: [Int32]
    /// The parts of a broker's trades, whose commissions come later.
    var partsOfTrades: [Int64: [StrategyTradeRecord]] = [:]
    /// Whether nets stay when their orders have ended, for a broker may report on them later.
    private let keepsEnded: Bool

    init(_ setup: StrategySetup, instruments: Int, keepsEnded: Bool) {
        self.setup = setup
        self.keepsEnded = keepsEnded
        held = Array(repeating: .zero, count: instruments * setup.places.names.count)
        latest = Array(repeating: -1, count: instruments)
    }

    /// How many strategies there are.
    var count: Int { setup.places.names.count }

    mutating func addInstrument() {
        held += Array(repeating: .zero, count: count)
        latest.append(-1)
    }

    // MARK: - Holdings

    func held(_ strategy: Int32, _ instrument: InstrumentID) -> Quantity {
        strategy < 0 ? .zero : held[Int(instrument.index) * count + Int(strategy)]
    }

    /// Takes up what a strategy holds.
    mutating func restore(_ quantity: Quantity, of strategy: Int32, _ instrument: InstrumentID) {
        held[Int(instrument.index) * count + Int(strategy)] = quantity
    }

    mutating func add(_ change: Quantity, to strategy: Int32, _ instrument: InstrumentID) throws(ArithmeticOverflow) {
        guard strategy >= 0 else { return }
        let place = Int(instrument.index) * count + Int(strategy)
        held[place] = try held[place].adding(change, "what a strategy holds")
    }

    /// Divides a position among the strategies anew after a split, and gives back what changed for each.
    ///
    /// Everybody gets what the ratio makes of their part, in whole lots; lots that this leaves over go to the largest
    /// remainders, nobody's last. So that the parts make up the whole, whatever fraction was paid in cash.
    mutating func split(
        _ instrument: InstrumentID, _ ratioE9: Int64, from before: Quantity, to kept: Quantity, lot: Quantity
    ) throws(ArithmeticOverflow) -> [(strategy: Int32, change: Quantity)] {
        let first = Int(instrument.index) * count
        let owned = held[first..<first + count]
        guard owned.contains(where: { $0 != .zero }) else { return [] }
        var parts = Array(owned)
        parts.append(before - owned.reduce(.zero, +))
        let division = try SplitDivision(parts, ratioE9, kept: kept, lot: lot)
        var changes: [(strategy: Int32, change: Quantity)] = []
        for strategy in 0..<count where division.parts[strategy] != owned[first + strategy] {
            changes.append((Int32(strategy), division.parts[strategy] - owned[first + strategy]))
            held[first + strategy] = division.parts[strategy]
        }
        return changes
    }

    // MARK: - Nets

    /// Takes up a net, and makes it the last one of its instrument; nil where there is nothing to order.
    mutating func add(_ net: StrategyNet?, of instrument: InstrumentID) -> Int32? {
        let older = latest[Int(instrument.index)]
        latest[Int(instrument.index)] = -1
        if older >= 0 {
            nets[Int(older)].superseded = .zero
            releaseIfEnded(older)
        }
        guard let net else { return nil }
        let place: Int32
        if let free = freeNets.popLast() {
            place = free
            nets[Int(free)] = net
        } else {
            place = Int32(nets.count)
            nets.append(net)
        }
        latest[Int(instrument.index)] = place
        return place
    }

    /// Notes of which net the order in a slot is; nil is of none.
    mutating func setNet(_ net: Int32?, ofSlot slot: Int, isOpen: Bool) {
        while netOfSlot.count <= slot { netOfSlot.append(-1) }
        netOfSlot[slot] = net ?? -1
        if let net, isOpen { nets[Int(net)].openOrders += 1 }
    }

    /// The net of the order in a slot; nil where it is of one strategy alone.
    func net(ofSlot slot: Int) -> Int32? {
        netOfSlot.indices.contains(slot) && netOfSlot[slot] >= 0 ? netOfSlot[slot] : nil
    }

    subscript(net: Int32) -> StrategyNet { nets[Int(net)] }

    mutating func fill(_ net: Int32, _ quantity: Quantity) -> [Quantity] { nets[Int(net)].fill(quantity) }

    /// An order has ended, `left` of it unfilled by a newer plan, or nothing that anybody still wants.
    mutating func endOrder(ofNet net: Int32, superseded left: Quantity) {
        nets[Int(net)].openOrders -= 1
        nets[Int(net)].superseded = nets[Int(net)].superseded + left
        if latest[Int(nets[Int(net)].instrument.index)] != net { nets[Int(net)].superseded = .zero }
        releaseIfEnded(net)
    }

    /// An order that had ended lives again.
    mutating func reviveOrder(ofNet net: Int32, superseded left: Quantity) {
        nets[Int(net)].openOrders += 1
        addSuperseded(-left, toNet: net)
    }

    /// More or less is left of the orders that a newer plan had cancelled.
    mutating func addSuperseded(_ change: Quantity, toNet net: Int32) {
        nets[Int(net)].superseded = max(nets[Int(net)].superseded + change, .zero)
    }

    private mutating func releaseIfEnded(_ net: Int32) {
        let one = nets[Int(net)]
        guard !keepsEnded, one.openOrders == 0, one.superseded == .zero else { return }
        let instrument = Int(one.instrument.index)
        if latest[instrument] == net { latest[instrument] = -1 }
        freeNets.append(net)
    }

    mutating func splitNets(_ instrument: InstrumentID, _ ratioE9: Int64) throws(ArithmeticOverflow) {
        for place in nets.indices where nets[place].instrument == instrument {
            guard nets[place].openOrders > 0 || nets[place].superseded != .zero else { continue }
            try nets[place].split(ratioE9)
        }
    }
}

/// How a position is divided anew after a split.
private struct SplitDivision {
    private(set) var parts: [Quantity]

    /// - Parameter old: what everybody had; the last one is nobody's.
    init(_ old: [Quantity], _ ratioE9: Int64, kept: Quantity, lot: Quantity) throws(ArithmeticOverflow) {
        let unit = Int128(max(lot.e8, 1))
        let scale = Int128(1_000_000_000)
        var remainders: [Int128] = []
        parts = []
        for part in old {
            let exact = Int128(part.e8) * Int128(ratioE9)
            let lots = divide(exact, by: unit * scale, rounding: .down)
            parts.append(Quantity(e8: try narrowed(lots * unit, "what a strategy holds after a split")))
            remainders.append(exact - lots * unit * scale)
        }
        var rest = Int128(kept.e8) - parts.reduce(0) { $0 + Int128($1.e8) }
        let nobody = old.count - 1
        var queue = parts.indices.filter { old[$0] != .zero && remainders[$0] > 0 }
        queue.sort { left, right in
            if (left == nobody) != (right == nobody) { return right == nobody }
            return remainders[left] != remainders[right] ? remainders[left] > remainders[right] : left < right
        }
        for place in queue where rest > 0 {
            let given = min(rest, unit)
            parts[place] = Quantity(e8: parts[place].e8 + Int64(given))
            rest -= given
        }
        // What is paid out of a position that somebody's whole lots make up comes from whoever has most.
        guard rest != 0 else { return }
        let largest = parts.indices.filter { $0 != nobody }.max { parts[$0].magnitude < parts[$1].magnitude } ?? nobody
        parts[largest] = Quantity(e8: try narrowed(Int128(parts[largest].e8) + rest, "what a strategy holds"))
    }
}
