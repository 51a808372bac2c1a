/// W1: a portfolio of 500 tickers that is set anew every 5 days.
enum DailyTargets {
    private static let tickers = 500
    private static let days = 2_520
    private static let stepDays = 5

    static func write(_ files: WorkloadFiles, seed: UInt64) throws {
        let meanVolumes = try writeBars(files, seed)
        try writeTargets(files, meanVolumes, seed)
    }

    private static func name(_ ticker: Int) -> String { "T\(String(1_000 + ticker).dropFirst())" }

    private static func writeBars(_ files: WorkloadFiles, _ seed: UInt64) throws -> [Int] {
        var random = RandomSource(seed: seed)
        let dates = (0..<days).map { BarCalendar.weekday($0).description }
        let file = try TextFile(files.bars)
        try file.line("ticker", "timestamp", "open", "high", "low", "close", "volume")
        var meanVolumes: [Int] = []
        for ticker in 0..<tickers {
            var path = MarketPath(range: 0.04, meanVolumes: 20_000...200_000, &random)
            meanVolumes.append(path.meanVolume)
            for date in dates { try file.write(path.step(&random), of: name(ticker), at: date) }
        }
        try file.close()
        return meanVolumes
    }

    /// Targets wander between none and 200 times what one bar's volume limit lets through; a step takes one bar or a few, and
    /// now and then more than there are before the next decision.
    private static func writeTargets(_ files: WorkloadFiles, _ meanVolumes: [Int], _ seed: UInt64) throws {
        var random = RandomSource(seed: seed &+ 1)
        let file = try TextFile(files.input)
        try file.line("as_of", "ticker", "target_quantity")
        var held = [Int](repeating: 0, count: tickers)
        for day in stride(from: 0, to: days, by: stepDays) {
            let date = BarCalendar.weekday(day).description
            for ticker in 0..<tickers {
                let share = Double(meanVolumes[ticker]) * 0.10
                let widest = random.fraction() < 0.02 ? 9.0 : 2.25
                let step = max(1, Int(share * widest * random.fraction()))
                let isSale = held[ticker] >= step && (random.fraction() < 0.5 || Double(held[ticker]) > 200 * share)
                held[ticker] += isSale ? -step : step
                try file.line(date, name(ticker), "\(held[ticker])")
            }
        }
        try file.close()
    }
}

extension TextFile {
    func write(_ step: MarketPath.Step, of ticker: String, at time: String) throws {
        try line(
            ticker, time, decimal(cents: step.open), decimal(cents: step.high), decimal(cents: step.low),
            decimal(cents: step.close), "\(step.volume)")
    }
}
