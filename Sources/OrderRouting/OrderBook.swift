import TradingModel

/// The engine's orders: those that are open, and those whose end has not been journaled yet.
struct OrderBook: Sendable {
    /// What the book notes of an order beside its record. Open orders of an instrument are linked, oldest first, so that one
    /// of many leaves at once.
    private struct Note {
        var isNew = true
        var isMarkedChanged = false
        var isCancelAsked = false
        /// The neighbours among the open orders of the instrument; −1 where there is none.
        var previous: Int32 = -1
        var next: Int32 = -1
    }

    private(set) var records: [OrderRecord] = []
    private var notes: [Note] = []
    private var freeSlots: [Int32] = []
    /// Slot by order number; −1 once an order is journaled and gone.
    private var slots: [Int32] = []
    /// The oldest and the newest open order of each instrument; −1 where there is none.
    private var ends: [(oldest: Int32, newest: Int32)]
    private var newSlots: [Int32] = []
    private var changedSlots: [Int32] = []
    private(set) var lastNumber = OrderNumber(0)

    init(instruments: Int) {
        ends = Array(repeating: (-1, -1), count: instruments)
    }

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
        let number = Int(record.number.value)
        while slots.count <= number { slots.append(-1) }
        slots[number] = slot
        newSlots.append(slot)
        if !record.state.isTerminal { link(slot) }
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
    mutating func askCancel(_ slot: Int) -> Bool {
        defer { notes[slot].isCancelAsked = true }
        return !notes[slot].isCancelAsked
    }

    private mutating func link(_ slot: Int32) {
        let instrument = Int(records[Int(slot)].terms.instrument.index)
        let newest = ends[instrument].newest
        notes[Int(slot)].previous = newest
        if newest < 0 { ends[instrument].oldest = slot } else { notes[Int(newest)].next = slot }
        ends[instrument].newest = slot
    }

    private mutating func unlink(_ slot: Int) {
        let instrument = Int(records[slot].terms.instrument.index)
        let (previous, next) = (notes[slot].previous, notes[slot].next)
        if previous < 0 { ends[instrument].oldest = next } else { notes[Int(previous)].next = next }
        if next < 0 { ends[instrument].newest = previous } else { notes[Int(next)].previous = previous }
    }

    // MARK: - Changes

    /// The slot of an order that is open or not journaled yet.
    func slot(of number: OrderNumber) -> Int? {
        let index = Int(number.value)
        guard slots.indices.contains(index), slots[index] >= 0 else { return nil }
        return Int(slots[index])
    }

    /// Changes an order; one that becomes terminal is no longer open.
    mutating func update<Failure: Error>(
        _ slot: Int, _ change: (inout OrderRecord) throws(Failure) -> Void
    ) throws(Failure) {
        let wasOpen = !records[slot].state.isTerminal
        try change(&records[slot])
        if !notes[slot].isNew, !notes[slot].isMarkedChanged {
            notes[slot].isMarkedChanged = true
            changedSlots.append(Int32(slot))
        }
        if wasOpen, records[slot].state.isTerminal { unlink(slot) }
    }

    /// Orders that are new or have changed since the last collection.
    var uncollectedCount: Int { newSlots.count + changedSlots.count }

    /// Moves the orders that are new or changed into a batch, and forgets those that have ended.
    mutating func collect(into batch: inout JournalBatch, keepsRecords: Bool) {
        for slot in newSlots {
            if keepsRecords { batch.newOrders.append(records[Int(slot)]) }
            notes[Int(slot)].isNew = false
            releaseIfEnded(slot)
        }
        for slot in changedSlots {
            if keepsRecords { batch.changedOrders.append(records[Int(slot)]) }
            notes[Int(slot)].isMarkedChanged = false
            releaseIfEnded(slot)
        }
        newSlots.removeAll(keepingCapacity: true)
        changedSlots.removeAll(keepingCapacity: true)
    }

    private mutating func releaseIfEnded(_ slot: Int32) {
        guard records[Int(slot)].state.isTerminal else { return }
        slots[Int(records[Int(slot)].number.value)] = -1
        freeSlots.append(slot)
    }

    /// Every order that is open, by number.
    var open: [OrderRecord] {
        slots.lazy.filter { $0 >= 0 }.map { records[Int($0)] }.filter { !$0.state.isTerminal }
    }
}
