import TradingModel

/// Counts the steps from bar to bar within a ticker, to find the interval of a file.
struct IntervalCensus {
    private var counts: [Int64: Int] = [:]
    private var currentStep_ms: Int64 = 0
    private var currentCount = 0

    /// Steps come in runs, so the dictionary is asked only when the step changes.
    @inline(__always)
    mutating func add(step_ms: Int64) {
        if step_ms == currentStep_ms {
            currentCount += 1
        } else {
            settle()
            currentStep_ms = step_ms
            currentCount = 1
        }
    }

    private mutating func settle() {
        if currentCount > 0 { counts[currentStep_ms, default: 0] += currentCount }
        currentCount = 0
    }

    /// The most frequent step; of equally frequent ones the shortest. Nil without steps of whole seconds.
    mutating func mostFrequent() -> BarInterval? {
        settle()
        let best = counts.max { left, right in (left.value, -left.key) < (right.value, -right.key) }
        guard let best, best.key % 1_000 == 0 else { return nil }
        return BarInterval(seconds: best.key / 1_000)
    }
}
