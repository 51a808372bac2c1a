import Foundation
import MarketSimulation
import TradingModel

/// Where a run gets its slices from, one after the other: from memory, or read ahead from a database.
struct SliceSource {
    private var feed: BarFeed?
    private let ahead: BarReadAhead?
    /// The start of the first slice; nil without bars.
    let firstStart: Timestamp?
    private(set) var barsRead: Int64 = 0

    init(_ feed: BarFeed) {
        self.feed = feed
        ahead = nil
        firstStart = feed.peek
    }

    init(_ ahead: BarReadAhead) throws {
        feed = nil
        self.ahead = ahead
        firstStart = try ahead.peek()
    }

    /// Reads the next slice; false at the end of the data.
    mutating func next(into slice: inout BarSlice) throws -> Bool {
        let isThere = try ahead?.next(into: &slice) ?? feed?.next(into: &slice) ?? false
        if isThere { barsRead += Int64(slice.bars.count) }
        return isThere
    }
}

extension BarSlice {
    /// A slice to be filled, at an instant before all others.
    static func blank(at start: Timestamp) -> BarSlice {
        BarSlice(
            start: start, end: start, session: CalendarDate(days: .min), isFirstOfSession: false,
            isLastOfSession: false, nextSession: nil)
    }
}

/// Slices one after the other in a few arrays, to be handed from one thread to another.
struct SliceBlock: Sendable {
    /// Bars after which a block is full.
    private static let capacity = 8_192

    /// The slices, without their bars.
    private var places: [BarSlice] = []
    /// Where the bars of each slice end.
    private var ends: [Int] = []
    private var instruments: [InstrumentID] = []
    private var bars: [Bar] = []

    var isEmpty: Bool { places.isEmpty }
    var isFull: Bool { bars.count + places.count >= Self.capacity }
    var count: Int { places.count }
    var firstStart: Timestamp? { places.first?.start }

    mutating func append(_ slice: BarSlice) {
        places.append(
            BarSlice(
                start: slice.start, end: slice.end, session: slice.session, isFirstOfSession: slice.isFirstOfSession,
                isLastOfSession: slice.isLastOfSession, nextSession: slice.nextSession))
        instruments.append(contentsOf: slice.instruments)
        bars.append(contentsOf: slice.bars)
        ends.append(bars.count)
    }

    /// Makes `slice` the one at a position, in the room it has.
    func read(_ position: Int, into slice: inout BarSlice) {
        let range = (position > 0 ? ends[position - 1] : 0)..<ends[position]
        let place = places[position]
        slice.start = place.start
        slice.end = place.end
        slice.session = place.session
        slice.isFirstOfSession = place.isFirstOfSession
        slice.isLastOfSession = place.isLastOfSession
        slice.nextSession = place.nextSession
        slice.instruments.removeAll(keepingCapacity: true)
        slice.instruments.append(contentsOf: instruments[range])
        slice.bars.removeAll(keepingCapacity: true)
        slice.bars.append(contentsOf: bars[range])
    }
}

/// Reads and merges bars on a thread of its own, a few blocks ahead of the run.
final class BarReadAhead {
    /// Blocks that are ready and not taken yet.
    private static let depth = 4

    private let blocks = HandOver<Result<SliceBlock, any Error>>(capacity: depth)
    private var block = SliceBlock()
    private var position = 0

    /// - Parameter open: makes the feed; it is called on the thread that reads.
    init(_ open: @escaping @Sendable () throws -> BarFeed) {
        Thread.detachNewThread { [blocks] in
            do {
                var feed = try open()
                while let block = try feed.nextBlock() {
                    guard blocks.give(.success(block)) else { return }
                }
            } catch {
                blocks.give(.failure(error))
            }
            blocks.close()
        }
    }

    deinit { blocks.close() }

    /// The start of the next slice; nil at the end of the data.
    func peek() throws -> Timestamp? {
        try fetch() ? block.firstStart : nil
    }

    /// Reads the next slice; false at the end of the data.
    func next(into slice: inout BarSlice) throws -> Bool {
        guard try fetch() else { return false }
        block.read(position, into: &slice)
        position += 1
        return true
    }

    /// Makes sure that there is a slice at the position; false at the end of the data.
    private func fetch() throws -> Bool {
        if position < block.count { return true }
        guard let next = blocks.take() else { return false }
        block = try next.get()
        position = 0
        return true
    }
}

extension BarFeed {
    /// The next slices; nil at the end of the data.
    fileprivate mutating func nextBlock() throws -> SliceBlock? {
        var block = SliceBlock()
        var slice = BarSlice.blank(at: Timestamp(ms: 0))
        while !block.isFull, try next(into: &slice) { block.append(slice) }
        return block.isEmpty ? nil : block
    }
}
