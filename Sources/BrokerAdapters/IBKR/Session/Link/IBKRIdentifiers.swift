/// Gives out order and request ids, always above every id that was ever used or seen.
///
/// Protocol page, "Order id rules": nextValidId can go back after a restart of the gateway, so the highest id is on record here.
struct IBKRIdentifiers: Sendable, Equatable {
    /// The highest id that is on record; after a restart ids begin above it.
    private(set) var highWaterMark: Int32
    /// The highest id that was given out or seen.
    private(set) var highest: Int32
    private let block: Int32

    init(highWaterMark: Int32, block: Int32) {
        self.highWaterMark = max(highWaterMark, 0)
        highest = max(highWaterMark, 0)
        self.block = max(block, 1)
    }

    /// The gateway named the next free id; one that is lower than what is known here is ignored.
    ///
    /// - Returns: whether it was ignored.
    mutating func offer(next: Int32) -> Bool {
        guard next > highest else { return true }
        highest = next - 1
        return false
    }

    /// An id that another client or session used; the largest number of all means "none".
    mutating func see(_ id: Int32) {
        if id < .max { highest = max(highest, id) }
    }

    /// The next id; nil when there are no more.
    mutating func next() -> Int32? {
        guard highest < .max - 1 else { return nil }
        highest += 1
        return highest
    }

    /// The mark to put on record before any of the ids is used; nil while the last one suffices.
    mutating func raisedMark() -> Int32? {
        guard highest > highWaterMark else { return nil }
        let (sum, overflow) = highest.addingReportingOverflow(block)
        highWaterMark = overflow ? .max : sum
        return highWaterMark
    }
}
