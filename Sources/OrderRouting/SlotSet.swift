/// Slots of the order book in no order: each goes in and out at once, however many there are.
struct SlotSet: Sendable {
    private(set) var slots: [Int32] = []
    /// Where each slot is among them, by slot; −1 where it is not.
    private var places: [Int32] = []

    var count: Int { slots.count }

    /// Adds a slot that is not there.
    mutating func insert(_ slot: Int32) {
        while places.count <= Int(slot) { places.append(-1) }
        places[Int(slot)] = Int32(slots.count)
        slots.append(slot)
    }

    /// Removes a slot that is there; the last one takes its place.
    mutating func remove(_ slot: Int32) {
        let place = places[Int(slot)]
        let last = slots.removeLast()
        if last != slot {
            slots[Int(place)] = last
            places[Int(last)] = place
        }
        places[Int(slot)] = -1
    }
}
