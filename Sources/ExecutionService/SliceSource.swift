import Foundation
import MarketSimulation
import TradingModel

/// Where a run gets its slices from, one after the other: from memory, or read ahead from a database.
struct SliceSource {
    private var feed: BarFeed?
    private let ahead: BarReadAhead?
    private var block = SliceBlock()
    private var position = 0
    /// The start of the first slice; nil without bars.
    private(set) var firstStart: Timestamp?
    private(set) var barsRead: Int64 = 0

    init(_ feed: BarFeed) throws {
        self.feed = feed
        ahead = nil
        firstStart = try fetch() ? block.firstStart : nil
    }

    init(_ ahead: BarReadAhead) throws {
        feed = nil
        self.ahead = ahead
        firstStart = try fetch() ? block.firstStart : nil
    }

    /// Reads the next slice; false at the end of the data.
    mutating func next(into slice: inout BarSlice) throws -> Bool {
        if position == block.count, !(try fetch()) { return false }
        block.read(position, into: &slice)
        position += 1
        barsRead += Int64(slice.bars.count)
        return true
    }

    /// Goes to the next block; false at the end of the data.
    private mutating func fetch() throws -> Bool {
        guard let next = try ahead?.nextBlock() ?? feed?.nextBlock() else { return false }
        block = next
        position = 0
        return true
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

    /// A slice, its bars aside.
    private struct Place {
        let start: Timestamp
        let end: Timestamp
        let session: CalendarDate
        let isFirstOfSession: Bool
        let isLastOfSession: Bool
        let nextSession: CalendarDate?
        /// Where its bars end.
        let barsEnd: Int
    }

    private var places: [Place] = []
    private var instruments: [InstrumentID] = []
    private var bars: [Bar] = []

    var isEmpty: Bool { places.isEmpty }
    var isFull: Bool { bars.count + places.count >= Self.capacity }
    var count: Int { places.count }
    var firstStart: Timestamp? { places.first?.start }

    mutating func append(_ slice: BarSlice) {
        // Most slices are short, so that bars are appended faster one by one than as a sequence.
        for instrument in slice.instruments { instruments.append(instrument) }
        for bar in slice.bars { bars.append(bar) }
        places.append(
            Place(
                start: slice.start, end: slice.end, session: slice.session, isFirstOfSession: slice.isFirstOfSession,
                isLastOfSession: slice.isLastOfSession, nextSession: slice.nextSession, barsEnd: bars.count))
    }

    /// Makes `slice` the one at a position, in the room it has.
    func read(_ position: Int, into slice: inout BarSlice) {
        let place = places[position]
        let barsStart = position > 0 ? places[position - 1].barsEnd : 0
        slice.start = place.start
        slice.end = place.end
        slice.session = place.session
        slice.isFirstOfSession = place.isFirstOfSession
        slice.isLastOfSession = place.isLastOfSession
        slice.nextSession = place.nextSession
        slice.instruments.removeAll(keepingCapacity: true)
        slice.bars.removeAll(keepingCapacity: true)
        for index in barsStart..<place.barsEnd {
            slice.instruments.append(instruments[index])
            slice.bars.append(bars[index])
        }
    }
}

/// Reads and merges bars on a thread of its own, a few blocks ahead of the run.
final class BarReadAhead {
    /// Blocks that are ready and not taken yet.
    private static let depth = 4

    private let blocks = HandOver<Result<SliceBlock, any Error>>(capacity: depth)

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

    /// The next slices; nil at the end of the data.
    func nextBlock() throws -> SliceBlock? { try blocks.take()?.get() }
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
