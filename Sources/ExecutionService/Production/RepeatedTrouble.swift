/// Troubles that come again and again are told once, and then from time to time.
struct RepeatedTrouble {
    private static let interval_ms: Int64 = 15_000

    private var last: (text: String, told_ms: Int64)?

    /// Whether a trouble is told now; another one than the last always is.
    mutating func isTold(_ text: String, at now_ms: Int64) -> Bool {
        if let last, last.text == text, now_ms - last.told_ms < RepeatedTrouble.interval_ms { return false }
        last = (text, now_ms)
        return true
    }

    /// All is well again, so the next trouble is a new one.
    mutating func end() { last = nil }
}
