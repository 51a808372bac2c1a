import TradingModel

/// The volumes of each instrument's last days, in 10⁻⁸ of today's shares.
struct VolumeHistory: Sendable {
    /// How many days are kept; none where no limit needs them.
    private let days: Int
    /// Instrument by instrument, in a ring.
    private var volumes: [Int64] = []
    private var next: [Int] = []
    private var known: [Int] = []
    private var sums: [Int128] = []
    /// Of the day that is not over; nil where one of its bars does not say.
    private var today: [Int64?] = []

    init(days: Int) { self.days = max(days, 0) }

    mutating func addInstrument() {
        volumes += Array(repeating: 0, count: days)
        next.append(0)
        known.append(0)
        sums.append(0)
        today.append(0)
    }

    func sum(_ instrument: Int) -> (days: Int, sumE8: Int128) { (known[instrument], sums[instrument]) }

    mutating func accumulate(_ volume: Quantity?, _ instrument: Int) {
        guard days > 0 else { return }
        guard let sum = today[instrument], let volume else {
            today[instrument] = nil
            return
        }
        let (total, overflow) = sum.addingReportingOverflow(volume.e8)
        today[instrument] = overflow ? .max : total
    }

    /// The day's volume takes the place of the oldest; a day whose volume is not known is left out.
    mutating func finishDay(_ instrument: Int) {
        guard days > 0 else { return }
        defer { today[instrument] = 0 }
        guard let volume = today[instrument] else { return }
        let place = instrument * days + next[instrument]
        sums[instrument] += Int128(volume) - Int128(volumes[place])
        volumes[place] = volume
        next[instrument] = next[instrument] + 1 == days ? 0 : next[instrument] + 1
        known[instrument] = min(known[instrument] + 1, days)
    }

    mutating func split(_ instrument: Int, _ ratioE9: Int64) {
        for place in instrument * days..<(instrument + 1) * days {
            let rescaled = Self.rescaled(volumes[place], ratioE9)
            sums[instrument] += Int128(rescaled) - Int128(volumes[place])
            volumes[place] = rescaled
        }
        today[instrument] = today[instrument].map { Self.rescaled($0, ratioE9) }
    }

    private static func rescaled(_ volume: Int64, _ ratioE9: Int64) -> Int64 {
        Int64(clamping: divide(Int128(volume) * Int128(ratioE9), by: 1_000_000_000, rounding: .nearest))
    }
}
