import SeededTesting

/// A target file in the making: `as_of,ticker,target_quantity,decision_id`.
public struct TargetRows {
    /// The file.
    public private(set) var csv = "as_of,ticker,target_quantity,decision_id\n"

    /// A quantity for every ticker on every `step`th date but the last, each from the generator.
    public init(
        for bars: DailyBars, every step: Int, within quantities: ClosedRange<Int>,
        using generator: inout SeededGenerator
    ) {
        for index in stride(from: 0, to: bars.dates.count - 1, by: step) {
            for ticker in bars.tickers {
                let quantity = Int.random(in: quantities, using: &generator)
                csv += "\(bars.dates[index]),\(ticker),\(quantity),batch-\(index)\n"
            }
        }
    }
}
