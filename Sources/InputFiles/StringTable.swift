/// Gives each distinct text a number, in the order of first sight.
///
/// Rows repeat few texts many times, so a text is hashed from its bytes and no String is made for a row.
struct StringTable: Sendable {
    private var bytes: [UInt8] = []
    private var starts: [Int] = [0]
    private var slots: [Int32] = Array(repeating: -1, count: 64)
    private var last: Int32 = -1

    var count: Int { starts.count - 1 }

    /// The texts by number.
    var strings: [String] {
        (0..<count).map { String(decoding: bytes[starts[$0]..<starts[$0 + 1]], as: UTF8.self) }
    }

    subscript(index: Int32) -> String {
        String(decoding: bytes[starts[Int(index)]..<starts[Int(index) + 1]], as: UTF8.self)
    }

    /// The number of a text, new or known.
    mutating func index(of text: UnsafeBufferPointer<UInt8>) -> Int32 {
        if last >= 0, isEqual(last, text) { return last }
        // In a file ordered by time the tickers come round in the same order.
        if last >= 0, Int(last) + 1 < count, isEqual(last + 1, text) {
            last += 1
            return last
        }
        last = lookUp(text)
        return last
    }

    private mutating func lookUp(_ text: UnsafeBufferPointer<UInt8>) -> Int32 {
        if (count + 1) * 2 > slots.count { grow() }
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: StringTable.hash(text)) & mask
        while slots[slot] >= 0 {
            if isEqual(slots[slot], text) { return slots[slot] }
            slot = (slot + 1) & mask
        }
        let index = Int32(count)
        slots[slot] = index
        bytes.append(contentsOf: text)
        starts.append(bytes.count)
        return index
    }

    private mutating func grow() {
        let size = slots.count * 2
        var larger = [Int32](repeating: -1, count: size)
        for index in 0..<count {
            let hash = bytes[starts[index]..<starts[index + 1]].withUnsafeBufferPointer(StringTable.hash)
            var slot = Int(truncatingIfNeeded: hash) & (size - 1)
            while larger[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            larger[slot] = Int32(index)
        }
        slots = larger
    }

    private func isEqual(_ index: Int32, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = starts[Int(index)]
        guard starts[Int(index) + 1] - start == text.count else { return false }
        for position in 0..<text.count where bytes[start + position] != text[position] { return false }
        return true
    }

    /// FNV-1a, folded: tickers and ids are short.
    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash ^ (hash >> 29)
    }
}
