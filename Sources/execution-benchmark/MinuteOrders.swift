import TradingModel

/// W2 and W3: orders of one's own on minute bars, evenly over the tickers and over the time.
struct MinuteOrders {
    let tickers: Int
    let bars: Int
    let orders: Int
    /// The part of the orders that are stop orders; of the rest one half are market orders, the other limit orders.
    let stopShare: Double

    func write(_ files: WorkloadFiles, seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        var paths = (0..<tickers).map { _ in MarketPath(range: 0.001, meanVolumes: 2_000...20_000, &random) }
        let barFile = try TextFile(files.bars)
        let orderFile = try TextFile(files.input)
        try barFile.line("ticker", "timestamp", "open", "high", "low", "close", "volume")
        try orderFile.line(
            "as_of", "order_ref", "ticker", "side", "quantity", "order_type", "limit_price", "stop_price",
            "time_in_force",
            "cancel_at")
        var written = 0
        for bar in 0..<bars {
            let start = BarCalendar.minute(bar).description
            var closes: [Int] = []
            for ticker in paths.indices {
                let step = paths[ticker].step(&random)
                closes.append(step.close)
                try barFile.write(step, of: name(ticker), at: start)
            }
            while written * bars < orders * (bar + 1), bar + 1 < bars {
                let ticker = random.integer(in: 0...tickers - 1)
                written += 1
                try writeOrder(written, bar, ticker, closes[ticker], paths[ticker].meanVolume, &random, orderFile)
            }
        }
        try barFile.close()
        try orderFile.close()
    }

    private func name(_ ticker: Int) -> String { "M\(String(100 + ticker).dropFirst())" }

    /// Decided when the bar is over. Limits and stops stand up to 0.3 % from the close; three of four orders are DAY orders, and
    /// the others are cancelled after three sessions.
    private func writeOrder(
        _ number: Int, _ bar: Int, _ ticker: Int, _ close: Int, _ meanVolume: Int, _ random: inout RandomSource,
        _ file: TextFile
    ) throws {
        let decided = BarCalendar.minute(bar).adding(ms: 60_000)
        let isBuy = random.fraction() < 0.5
        let distance = max(1, Int(Double(close) * 0.003 * random.fraction()))
        let below = decimal(cents: close - distance)
        let above = decimal(cents: close + distance)
        let quantity = 1 + Int(Double(meanVolume) * 0.15 * random.fraction())
        let kind = random.fraction()
        let isStop = kind < stopShare
        let isLimit = !isStop && kind < stopShare + (1 - stopShare) / 2
        let isDay = random.fraction() < 0.75
        try file.line(
            decided.description, "o\(number)", name(ticker), isBuy ? "BUY" : "SELL", "\(quantity)",
            isStop ? "STOP" : isLimit ? "LIMIT" : "MARKET", isLimit ? (isBuy ? below : above) : "",
            isStop ? (isBuy ? above : below) : "", isDay ? "DAY" : "GTC",
            isDay ? "" : decided.adding(ms: 3 * 86_400_000).description)
    }
}
