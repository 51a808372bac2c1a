import TradingModel

/// The engine's orders: those that are open, and those whose end has not been journaled yet.
@usableFromInline
struct OrderBook: Sendable {
    /// What the book notes of an order beside its record. Open orders of an instrument are linked, oldest first, so that one
    /// of many leaves at once.
    private struct Note {
        var isNew = true
        var isMarkedChanged = false
        var isCancelAsked = false
        /// Why its cancel was asked for.
        var cancelReason: StatusReason?
        /// The limit that was asked for and not answered about.
        var wantedLimit: Price?
        /// The neighbours among the open orders of the instrument; −1 where there is none.
        var previous: Int32 = -1
        var next: Int32 = -1
    }

    private(set) var records: [OrderRecord] = []
    private var notes: [Note] = []
    private var freeSlots: [Int32] = []
    /// Slot by order number; −1 once an order is journaled and gone.
    private var slots: [Int32] = []
    /// Slots of orders of earlier runs, by their row ids.
    private var earlierSlots: [Int64: Int32] = [:]
    /// Whether orders that have ended stay, for a broker may report on them later.
    private let keepsEnded: Bool
    /// The oldest and the newest open order of each instrument; −1 where there is none.
    private var ends: [(oldest: Int32, newest: Int32)]
    /// Looking at orders does not cost more with every one that has ended.
    private var openSlots = SlotSet()
    private var plannedSlots = SlotSet()
    @usableFromInline
    private(set) var newSlots: [Int32] = []
    @usableFromInline
    private(set) var changedSlots: [Int32] = []
    private(set) var lastNumber = OrderNumber(0)
    /// How many of the open orders are of earlier runs.
    private(set) var earlierOpenCount = 0
    var openCount: Int { openSlots.count }
    /// How many orders wait for their release.
    var plannedCount: Int { plannedSlots.count }

    init(instruments: Int, keepsEnded: Bool = false) {
        ends = Array(repeating: (-1, -1), count: instruments)
        self.keepsEnded = keepsEnded
    }

    mutating func addInstrument() { ends.append((-1, -1)) }

    /// Takes up an order that is on record; it is neither new nor changed.
    mutating func restore(_ record: OrderRecord) {
        add(record)
        newSlots.removeLast()
        if let slot = slot(of: record.number) { notes[slot].isNew = false }
        if !record.number.isOfEarlierRun, record.number > lastNumber { lastNumber = record.number }
    }

    /// Numbers of the run go on after this one.
    mutating func continueNumbers(after number: OrderNumber) { lastNumber = max(lastNumber, number) }

    /// The number the next order gets.
    mutating func nextNumber() -> OrderNumber {
        lastNumber = OrderNumber(lastNumber.value + 1)
        return lastNumber
    }

    /// Adds an order; it counts as open unless its state is terminal.
    mutating func add(_ record: OrderRecord) {
        let slot: Int32
        if let free = freeSlots.popLast() {
            slot = free
            records[Int(slot)] = record
            notes[Int(slot)] = Note()
        } else {
            slot = Int32(records.count)
            records.append(record)
            notes.append(Note())
        }
        setSlot(slot, of: record.number)
        newSlots.append(slot)
        if !record.state.isTerminal { link(slot) }
        if record.state == .planned { plannedSlots.insert(slot) }
    }

    private mutating func setSlot(_ slot: Int32, of number: OrderNumber) {
        guard !number.isOfEarlierRun else {
            earlierSlots[number.value] = slot
            return
        }
        let index = Int(number.value)
        while slots.count <= index { slots.append(-1) }
        slots[index] = slot
    }

    // MARK: - Open orders of an instrument

    /// Whether an instrument has an open order.
    func hasOpenOrders(_ instrument: InstrumentID) -> Bool { ends[Int(instrument.index)].oldest >= 0 }

    /// The slot of an instrument's oldest open order.
    func oldestOpen(_ instrument: InstrumentID) -> Int? {
        let slot = ends[Int(instrument.index)].oldest
        return slot < 0 ? nil : Int(slot)
    }

    /// The slot of the next younger open order of the same instrument.
    func nextOpen(after slot: Int) -> Int? {
        let next = notes[slot].next
        return next < 0 ? nil : Int(next)
    }

    /// Notes that an order's cancel is asked for; false when it was already.
    mutating func askCancel(_ slot: Int, reason: StatusReason) -> Bool {
        guard !notes[slot].isCancelAsked else { return false }
        notes[slot].isCancelAsked = true
        notes[slot].cancelReason = reason
        return true
    }

    /// Notes why an order ends if it is cancelled, because an earlier process has asked for that.
    mutating func noteCancel(_ slot: Int, reason: StatusReason) { notes[slot].cancelReason = reason }

    /// Whether the cancel of an order is asked for.
    func isCancelAsked(_ slot: Int) -> Bool { notes[slot].isCancelAsked }

    /// The cancel may be asked for again.
    mutating func forgetCancel(_ slot: Int) { notes[slot].isCancelAsked = false }

    /// Why the cancel of an order was asked for; nil where it was not.
    func cancelReason(_ slot: Int) -> StatusReason? { notes[slot].cancelReason }

    /// Whether another limit may be asked for.
    func isModifiable(_ slot: Int) -> Bool {
        // Parents are not at the venue, and their children follow them.
        guard records[slot].role == nil else { return false }
        let isStill = !notes[slot].isCancelAsked && notes[slot].wantedLimit == nil
        return records[slot].state == .planned || (records[slot].state == .working && isStill)
    }

    mutating func askModify(_ slot: Int, limit: Price) { notes[slot].wantedLimit = limit }

    /// The limit that was asked for and not answered about.
    func wantedLimit(_ slot: Int) -> Price? { notes[slot].wantedLimit }

    /// Notes that the venue has answered; false when nothing was asked.
    mutating func endModify(_ slot: Int) -> Bool {
        defer { notes[slot].wantedLimit = nil }
        return notes[slot].wantedLimit != nil
    }

    private mutating func link(_ slot: Int32) {
        openSlots.insert(slot)
        if records[Int(slot)].number.isOfEarlierRun { earlierOpenCount += 1 }
        let instrument = Int(records[Int(slot)].terms.instrument.index)
        let newest = ends[instrument].newest
        notes[Int(slot)].previous = newest
        notes[Int(slot)].next = -1
        if newest < 0 { ends[instrument].oldest = slot } else { notes[Int(newest)].next = slot }
        ends[instrument].newest = slot
    }

    private mutating func unlink(_ slot: Int) {
        openSlots.remove(Int32(slot))
        if records[slot].number.isOfEarlierRun { earlierOpenCount -= 1 }
        let instrument = Int(records[slot].terms.instrument.index)
        let (previous, next) = (notes[slot].previous, notes[slot].next)
        if previous < 0 { ends[instrument].oldest = next } else { notes[Int(previous)].next = next }
        if next < 0 { ends[instrument].newest = previous } else { notes[Int(next)].previous = previous }
    }

    // MARK: - Changes

    /// The slot of an order that is open or not journaled yet.
    func slot(of number: OrderNumber) -> Int? {
        if number.isOfEarlierRun { return earlierSlots[number.value].map(Int.init) }
        let index = Int(number.value)
        guard slots.indices.contains(index), slots[index] >= 0 else { return nil }
        return Int(slots[index])
    }

    /// Changes an order; one that becomes terminal is no longer open.
    mutating func update<Failure: Error>(
        _ slot: Int, _ change: (inout OrderRecord) throws(Failure) -> Void
    ) throws(Failure) {
        let wasOpen = !records[slot].state.isTerminal
        let wasPlanned = records[slot].state == .planned
        try change(&records[slot])
        switch (wasPlanned, records[slot].state == .planned) {
        case (true, false): plannedSlots.remove(Int32(slot))
        case (false, true): plannedSlots.insert(Int32(slot))
        default: break
        }
        if !notes[slot].isNew, !notes[slot].isMarkedChanged {
            notes[slot].isMarkedChanged = true
            changedSlots.append(Int32(slot))
        }
        switch (wasOpen, !records[slot].state.isTerminal) {
        case (true, false): unlink(slot)
        case (false, true): link(Int32(slot))
        default: break
        }
    }

    /// Orders that are new or have changed since the last collection.
    @inlinable
    var uncollectedCount: Int { newSlots.count + changedSlots.count }

    /// Moves the orders that are new or changed into a batch, and forgets those that have ended; new ones beyond `last` stay new.
    mutating func collect(into batch: inout JournalBatch, keepsRecords: Bool, through last: OrderNumber? = nil) {
        let due = last.map { last in newSlots.prefix { records[Int($0)].number <= last } } ?? newSlots[...]
        for slot in due {
            if keepsRecords { batch.newOrders.append(records[Int(slot)]) }
            notes[Int(slot)].isNew = false
            releaseIfEnded(slot)
        }
        let later = newSlots.dropFirst(due.count)
        for slot in changedSlots {
            if keepsRecords { batch.changedOrders.append(records[Int(slot)]) }
            notes[Int(slot)].isMarkedChanged = false
            releaseIfEnded(slot)
        }
        if later.isEmpty { newSlots.removeAll(keepingCapacity: true) } else { newSlots = Array(later) }
        changedSlots.removeAll(keepingCapacity: true)
    }

    private mutating func releaseIfEnded(_ slot: Int32) {
        guard !keepsEnded, records[Int(slot)].state.isTerminal else { return }
        slots[Int(records[Int(slot)].number.value)] = -1
        freeSlots.append(slot)
    }

    /// Every order that is open, by number; those of earlier runs come last.
    var open: [OrderRecord] { orders(in: openSlots) { _ in true } }

    /// The orders that wait for their release and are wanted, by number; those of earlier runs come last.
    func planned(where isWanted: (OrderNumber) -> Bool) -> [OrderRecord] { orders(in: plannedSlots, where: isWanted) }

    private func orders(in set: SlotSet, where isWanted: (OrderNumber) -> Bool) -> [OrderRecord] {
        set.slots.filter { isWanted(records[Int($0)].number) }.map { records[Int($0)] }
            .sorted { $0.number < $1.number }
    }

    /// Every order that is kept, by number; those of earlier runs come last.
    var all: [OrderRecord] {
        let earlier = earlierSlots.keys.sorted().compactMap { earlierSlots[$0] }
        return (slots.filter { $0 >= 0 } + earlier).map { records[Int($0)] }
    }
}
