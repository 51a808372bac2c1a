import TradingModel

/// The last daily closes and volumes of one instrument, for the square-root slippage model.
struct DailyHistory: Sendable {
    /// Returns and volumes that count.
    private static let window = 20

    private var closes: [Double] = []
    private var volumes: [Double] = []

    /// Adds a session that has ended.
    mutating func append(close: Price, volume: Int128) {
        closes.append(Double(close.e8))
        volumes.append(Double(volume))
        if closes.count > Self.window + 1 { closes.removeFirst() }
        if volumes.count > Self.window { volumes.removeFirst() }
    }

    /// Restates the past in the shares of after a split.
    mutating func split(ratioE9: Int64) {
        let ratio = Double(ratioE9) / 1e9
        for index in closes.indices { closes[index] /= ratio }
        for index in volumes.indices { volumes[index] *= ratio }
    }

    /// Sample standard deviation of the simple daily returns, not annualised; nil with fewer than two returns.
    var volatility: Double? {
        guard closes.count >= 3 else { return nil }
        let returns = zip(closes.dropFirst(), closes).map { $0 / $1 - 1 }
        let mean = returns.reduce(0, +) / Double(returns.count)
        let squares = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(returns.count - 1)).squareRoot()
    }

    /// Mean daily volume in units of 10⁻⁸; nil before the first session.
    var averageVolume: Double? {
        guard !volumes.isEmpty else { return nil }
        let mean = volumes.reduce(0, +) / Double(volumes.count)
        return mean > 0 ? mean : nil
    }
}
