import TradingModel

/// Daily returns and volumes of every instrument, over the days that came last.
struct MarketHistory: Sendable {
    private let window: ReturnWindow
    /// Elements of one instrument's returns: the window up to a whole number of SIMD vectors, or none where none are kept.
    let stride: Int
    /// Instrument by instrument, in a ring of days; zero where there is no return, and behind the window.
    private(set) var returns: [Double] = []
    /// Sums of each instrument's returns, kept with every change and made anew once in a window.
    private(set) var sums: [SampleSums] = []
    private var isPresent: [Bool] = []
    /// How many of the window's days have a return, by instrument.
    private(set) var observations: [Int] = []
    /// Days of the window that have begun, the first day of all aside: nothing has a return on it.
    private(set) var dayCount = 0
    /// Changes with the returns.
    private(set) var version = 0
    private var volumes: VolumeHistory

    private var date: CalendarDate?
    private var slot: Int?
    /// The last close before the day in `pending`, in today's shares.
    private var closes: [Double?] = []
    /// Of intraday bars, the last close of the day that is not over.
    private var pending: [Double?] = []

    init(_ window: ReturnWindow, keepsReturns: Bool, volumeDays: Int, instruments: Int) {
        self.window = window
        stride = keepsReturns ? SampleKernel.padded(window.days) : 0
        volumes = VolumeHistory(days: volumeDays)
        for _ in 0..<instruments { addInstrument() }
    }

    mutating func addInstrument() {
        returns += Array(repeating: 0, count: stride)
        if stride > 0 { isPresent += Array(repeating: false, count: window.days) }
        observations.append(0)
        sums.append(SampleSums())
        closes.append(nil)
        pending.append(nil)
        volumes.addInstrument()
        version += 1
    }

    /// Whether an instrument has the returns that statistics need.
    func hasEnough(_ instrument: Int) -> Bool { observations[instrument] >= window.minimum }

    /// Whether there are the days that statistics need.
    var hasEnoughDays: Bool { dayCount >= window.minimum }

    /// The days whose volume is known, and their sum.
    func volume(_ instrument: Int) -> (days: Int, sumE8: Int128) { volumes.sum(instrument) }

    /// One instrument's returns by slot, zeros behind them; only where returns are kept.
    @inline(__always)
    func withReturns<Result>(of instrument: Int, _ use: (UnsafePointer<Double>) -> Result) -> Result {
        returns.withUnsafeBufferPointer { use($0.baseAddress! + instrument * stride) }
    }

    /// One instrument's returns, oldest first.
    func inOrderOfTime(_ instrument: Int) -> [Double] {
        guard let slot else { return [] }
        let row = Array(returns[instrument * stride..<instrument * stride + dayCount])
        return Array(row[(slot + 1)...] + row[...slot])
    }

    // MARK: - Changes

    /// Bars of a date that is over already are late, and change nothing.
    mutating func observe(_ bar: Bar, _ instrument: Int, _ date: CalendarDate) {
        if self.date.map({ date > $0 }) ?? true {
            if window.isIntraday { finishDay() } else { beginDay() }
            self.date = date
        }
        guard date == self.date, bar.close.e8 > 0 else { return }
        if window.isIntraday {
            pending[instrument] = Double(bar.close.e8)
            volumes.accumulate(bar.volume, instrument)
        } else {
            close(instrument, at: Double(bar.close.e8))
            volumes.accumulate(bar.volume, instrument)
            volumes.finishDay(instrument)
        }
    }

    /// A split divides what a share was worth and multiplies how many there were.
    mutating func split(_ instrument: Int, _ ratioE9: Int64) {
        let ratio = Double(ratioE9) / 1e9
        closes[instrument] = closes[instrument].map { $0 / ratio }
        pending[instrument] = pending[instrument].map { $0 / ratio }
        volumes.split(instrument, ratioE9)
    }

    /// No more bars of the last day will come.
    mutating func finishLastDay() {
        if window.isIntraday { finishDay() }
    }

    private mutating func finishDay() {
        guard date != nil else { return }
        beginDay()
        for instrument in pending.indices {
            guard let last = pending[instrument] else { continue }
            close(instrument, at: last)
            volumes.finishDay(instrument)
            pending[instrument] = nil
        }
    }

    /// The oldest day makes room for a new one.
    private mutating func beginDay() {
        defer { version += 1 }
        guard stride > 0, closes.contains(where: { $0 != nil }) else { return }
        let new = slot.map { $0 + 1 == window.days ? 0 : $0 + 1 } ?? 0
        slot = new
        dayCount = min(dayCount + 1, window.days)
        for instrument in closes.indices {
            set(0, instrument, new)
            if new == 0 { sums[instrument] = withReturns(of: instrument) { SampleKernel.sums($0, count: stride) } }
            if isPresent[instrument * window.days + new] { observations[instrument] -= 1 }
            isPresent[instrument * window.days + new] = false
        }
    }

    private mutating func set(_ value: Double, _ instrument: Int, _ slot: Int) {
        let place = instrument * stride + slot
        sums[instrument].replace(returns[place], by: value)
        returns[place] = value
    }

    private mutating func close(_ instrument: Int, at price: Double) {
        defer { closes[instrument] = price }
        guard let slot, let last = closes[instrument] else { return }
        set((1 + returns[instrument * stride + slot]) * (price / last) - 1, instrument, slot)
        version += 1
        guard !isPresent[instrument * window.days + slot] else { return }
        isPresent[instrument * window.days + slot] = true
        observations[instrument] += 1
    }
}
