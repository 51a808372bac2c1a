import TradingModel

/// The text of an instant in a buffer that is bound once: SQLite reads it when a statement runs, so it only has to be
/// written again when the instant changes.
final class TimestampText {
    private let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 24)
    private var current: Timestamp

    init() {
        current = Timestamp(ms: 0)
        current.write(to: buffer)
    }

    deinit { buffer.deallocate() }

    /// The buffer, to be bound.
    var pooled: PooledText {
        PooledText(pointer: UnsafeRawPointer(buffer).assumingMemoryBound(to: CChar.self), length: 24)
    }

    @inline(__always)
    func set(_ timestamp: Timestamp) {
        guard timestamp != current else { return }
        current = timestamp
        timestamp.write(to: buffer)
    }
}

/// The text of a simulated execution's id, `<order number>.<execution index>`, in a buffer that is used again for each row.
final class ExecutionIDText {
    private static let capacity = 40
    private let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)

    deinit { buffer.deallocate() }

    /// Writes an id; the result is valid until the next call.
    func write(order: OrderNumber, executionIndex: Int32) -> PooledText {
        var start = prepend(UInt64(executionIndex.magnitude), endingAt: ExecutionIDText.capacity)
        start -= 1
        buffer[start] = UInt8(ascii: ".")
        start = prepend(order.value.magnitude, endingAt: start)
        let text = UnsafeRawPointer(buffer + start).assumingMemoryBound(to: CChar.self)
        return PooledText(pointer: text, length: Int32(ExecutionIDText.capacity - start))
    }

    /// Writes digits before `end` and returns where they start.
    private func prepend(_ value: UInt64, endingAt end: Int) -> Int {
        var rest = value
        var position = end
        repeat {
            position -= 1
            buffer[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        return position
    }
}
