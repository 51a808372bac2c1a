import TradingModel

/// The engine's orders: those that are open, and those whose end has not been journaled yet.
struct OrderBook: Sendable {
    private(set) var records: [OrderRecord] = []
    private var freeSlots: [Int32] = []
    /// Slot by order number; −1 once an order is journaled and gone.
    private var slots: [Int32] = []
    /// Open orders by instrument, oldest first.
    private(set) var openByInstrument: [[Int32]]
    private var isNew: [Bool] = []
    private var isMarkedChanged: [Bool] = []
    private var newSlots: [Int32] = []
    private var changedSlots: [Int32] = []
    private(set) var lastNumber = OrderNumber(0)

    init(instruments: Int) {
        openByInstrument = Array(repeating: [], count: instruments)
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
            isNew[Int(slot)] = true
        } else {
            slot = Int32(records.count)
            records.append(record)
            isNew.append(true)
            isMarkedChanged.append(false)
        }
        let number = Int(record.number.value)
        while slots.count <= number { slots.append(-1) }
        slots[number] = slot
        newSlots.append(slot)
        if !record.state.isTerminal { openByInstrument[Int(record.terms.instrument.index)].append(slot) }
    }

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
        if !isNew[slot], !isMarkedChanged[slot] {
            isMarkedChanged[slot] = true
            changedSlots.append(Int32(slot))
        }
        if wasOpen, records[slot].state.isTerminal {
            openByInstrument[Int(records[slot].terms.instrument.index)].removeAll { $0 == Int32(slot) }
        }
    }

    /// Moves the orders that are new or changed into a batch, and forgets those that have ended.
    mutating func collect(into batch: inout JournalBatch, keepsRecords: Bool) {
        for slot in newSlots {
            if keepsRecords { batch.newOrders.append(records[Int(slot)]) }
            isNew[Int(slot)] = false
            releaseIfEnded(slot)
        }
        for slot in changedSlots {
            if keepsRecords { batch.changedOrders.append(records[Int(slot)]) }
            isMarkedChanged[Int(slot)] = false
            releaseIfEnded(slot)
        }
        newSlots.removeAll(keepingCapacity: true)
        changedSlots.removeAll(keepingCapacity: true)
    }

    private mutating func releaseIfEnded(_ slot: Int32) {
        let record = records[Int(slot)]
        guard record.state.isTerminal else { return }
        slots[Int(record.number.value)] = -1
        freeSlots.append(slot)
    }

    /// Every order that is open, by number.
    var open: [OrderRecord] {
        openByInstrument.flatMap { $0 }.map { records[Int($0)] }.sorted { $0.number < $1.number }
    }
}
