import TradingModel

/// Bars of one ticker, in ascending order; a part of what a file has of it, or all.
public struct BarSeries: Sendable, Equatable {
    /// The place of the ticker in the file, in the order of first sight.
    public var tickerIndex: Int
    /// As the file spells it.
    public var ticker: String
    /// Each checked by itself and after the one before.
    public var bars: [Bar]
    /// The adjusted close of each bar, where the file has such a column; nil for a bar without one.
    public var adjustedCloses: [Price?]?
    /// The line of the file from which the first of the bars comes.
    public var firstLine: Int
    /// The line from which the last one comes.
    public var lastLine: Int
}

/// What was read from a file of bars.
public struct BarFileSummary: Sendable, Equatable {
    /// In the order of first sight.
    public var tickers: [String]
    /// As given, or the most frequent step within a ticker.
    public var interval: BarInterval
    /// Over all tickers.
    public var barCount: Int
    /// The first line with a bar without volume; nil when every bar has one.
    public var firstLineWithoutVolume: Int?
}
