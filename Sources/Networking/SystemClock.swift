import TradingModel

#if canImport(Glibc)
    import Glibc
#endif

/// The clocks of the system.
public enum SystemClock {
    /// The time of the day, UTC; it may be set forward and back.
    public static var now: Timestamp { Timestamp(ms: read_us(CLOCK_REALTIME) / 1_000) }

    /// Milliseconds from some point in the past, which never go back.
    public static var monotonic_ms: Int64 { monotonic_us / 1_000 }

    /// The same in microseconds.
    static var monotonic_us: Int64 { read_us(CLOCK_MONOTONIC) }

    private static func read_us(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
