import MarketSimulation
import TradingModel

/// When the next half of a bar is played.
struct GatewayPacer {
    let pace: GatewayOptions.Pace
    /// When, on the monotonic clock, the bar that runs or was played last began.
    private var openedAt_ms: Int64 = 0
    /// When, on the monotonic clock, a client was heard or a bar was played last.
    private var stirredAt_ms: Int64 = 0

    init(_ pace: GatewayOptions.Pace) { self.pace = pace }

    /// On the monotonic clock; nil where it is not for the clock to say.
    func nextDue_ms(_ replay: GatewayReplay) -> Int64? {
        guard replay.isBarRunning || replay.upcoming != nil else { return nil }
        switch pace {
        case .stepped: return nil
        case .fast: return 0
        case .whenOrdered(let quiet_ms):
            return replay.gateway.workingOrderCount > 0 ? stirredAt_ms + quiet_ms : nil
        case .speed(let factor):
            guard let current = replay.current else { return 0 }
            let until = replay.isBarRunning ? end(of: current, replay) : replay.upcoming?.start ?? current.end
            let wait_ms = Double(until.ms - current.start.ms) / factor
            return openedAt_ms + (wait_ms < 1e15 ? Int64(wait_ms) : 1_000_000_000_000_000)
        }
    }

    /// A bar is over when the next one begins, whatever its interval says.
    private func end(of slice: BarSlice, _ replay: GatewayReplay) -> Timestamp {
        replay.upcoming.map { min(slice.end, $0.start) } ?? slice.end
    }

    /// Bytes have come from a client.
    mutating func noteReceived(now_ms: Int64) { stirredAt_ms = now_ms }

    mutating func notePlayed(_ replay: GatewayReplay, now_ms: Int64) {
        stirredAt_ms = now_ms
        if replay.isBarRunning { openedAt_ms = now_ms }
    }
}
