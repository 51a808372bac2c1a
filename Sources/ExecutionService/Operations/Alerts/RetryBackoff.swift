/// How long to wait after so many failures: exponential, with a random part left out, and bounded.
///
/// Half of each pause is certain and half of it random, so that many senders do not come back at one moment ("equal jitter").
struct RetryBackoff: Equatable {
    /// After the first failure, before the random part is left out.
    var first_ms: Int64
    /// No pause is longer.
    var longest_ms: Int64

    /// The pause after the nth failure, from 1 on.
    ///
    /// - Parameter random: Any number; each stands for one of the pauses that are possible.
    func pause_ms(afterFailure failures: Int, random: UInt64) -> Int64 {
        let doublings = min(max(failures, 1) - 1, 62)
        let (doubled, overflow) = first_ms.multipliedReportingOverflow(by: 1 << doublings)
        let whole = overflow ? longest_ms : min(doubled, longest_ms)
        let half = whole / 2
        return whole - Int64(random % UInt64(half + 1))
    }
}
