import TradingModel

/// An order that children carry out, while it works.
@usableFromInline
struct AlgorithmRun: Sendable {
    let parent: OrderNumber
    let instrument: InstrumentID
    var machine: AlgorithmMachine
    /// What the venue is told of its children beside their terms.
    let placement: OrderPlacement
    let phase: UInt8
    /// Those that are open.
    var children: [OrderNumber] = []
    var lastChild: Int32 = 0
    /// What the splits since its start have made of what had filled, less what that was.
    var splitChange = Quantity.zero
    /// No step is taken at an earlier time than the one before.
    var clock: Timestamp
    var wake: Timestamp?
    /// Whether it would have ordered a child, and was not allowed to.
    var isHeldBack = false
    /// Whether it is of an earlier run: nobody goes on with it, and it ends with its children.
    var isOrphan = false
    /// Whether its end was asked for, so that nothing more will be ordered.
    var isStopping: Bool { isOrphan || machine.stop != nil }
}

/// The orders that children carry out, by number.
@usableFromInline
struct AlgorithmDesk: Sendable {
    @usableFromInline
    private(set) var runs: [AlgorithmRun] = []
    /// Those of each instrument, by number.
    private var parents: [InstrumentID: [OrderNumber]] = [:]
    /// Volumes of the past, of the instruments whose algorithms need them.
    @usableFromInline
    var histories: [InstrumentID: TradedDates] = [:]

    func index(of parent: OrderNumber) -> Int? {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].parent < parent { low = middle + 1 } else { high = middle }
        }
        return low < runs.count && runs[low].parent == parent ? low : nil
    }

    mutating func add(_ run: AlgorithmRun) {
        let place = runs.lastIndex { $0.parent < run.parent }.map { $0 + 1 } ?? 0
        runs.insert(run, at: place)
        var others = parents[run.instrument] ?? []
        others.insert(run.parent, at: others.lastIndex { $0 < run.parent }.map { $0 + 1 } ?? 0)
        parents[run.instrument] = others
    }

    mutating func remove(_ parent: OrderNumber) {
        guard let index = index(of: parent) else { return }
        let instrument = runs.remove(at: index).instrument
        parents[instrument]?.removeAll { $0 == parent }
    }

    /// Those of an instrument, by number.
    func parents(of instrument: InstrumentID) -> [OrderNumber] { parents[instrument] ?? [] }

    subscript(_ index: Int) -> AlgorithmRun {
        get { runs[index] }
        _modify { yield &runs[index] }
    }

    /// How many children are open.
    var openChildCount: Int { runs.reduce(0) { $0 + $1.children.count } }

    /// When the first of them wants to be asked again.
    @usableFromInline
    var nextWake: Timestamp? { runs.lazy.compactMap(\.wake).min() }

    /// Whether any of them goes by what others trade.
    @usableFromInline
    var followsVolumes: Bool {
        runs.contains { if case .volume = $0.machine.pace { true } else { false } }
    }

    /// Those whose time has come, and those that were held back, by number.
    func due(at time: Timestamp) -> [OrderNumber] {
        runs.filter { run in run.isHeldBack || run.wake.map { $0 <= time } ?? false }.map(\.parent)
    }
}
