import Storage
import TradingModel

/// What is held, and what it earned.
extension MetricsReader {
    func books(_ reader: AccountReader, _ accounts: [String]) throws -> [MetricFamily] {
        let breaks = try accounts.map {
            ($0, try reader.positionBreaks(of: $0).count, try reader.cashBreaks(of: $0).count)
        }
        return [
            gauge(
                "execution_position_size", "Shares or units held by the book, negative for short.",
                try samples(
                    ["account", "ticker"],
                    "SELECT account, ticker, size_e8 FROM positions WHERE book = 'account ' || account AND size_e8 <> 0 ORDER BY 1, 2",
                    scale: 8)),
            gauge(
                "execution_cash", "Cash by the book.",
                try samples(
                    ["account", "currency"],
                    "SELECT account, currency, balance_e6 FROM cash_balances WHERE book = 'account ' || account ORDER BY 1, 2",
                    scale: 6)),
            gauge(
                "execution_position_breaks", "Positions that contradict their journal or the broker.",
                breaks.map { Sample([Label("account", $0.0)], Int64($0.1)) }),
            gauge(
                "execution_cash_breaks", "Amounts of cash that contradict the journal.",
                breaks.map { Sample([Label("account", $0.0)], Int64($0.2)) }),
        ]
    }

    func profits() throws -> [MetricFamily] {
        let rows = try ProfitReader(database).rows()
        var groups: [(labels: [MetricFamily.Label], total: ProfitTotal)] = []
        for row in rows {
            let labels = [Label("account", row.owner.account), Label("strategy", row.owner.strategyID ?? "")]
            guard groups.last?.labels != labels else { continue }
            let own = rows.filter {
                $0.owner.account == row.owner.account && $0.owner.strategyID == row.owner.strategyID
            }
            groups.append((labels, try ProfitTotal(own)))
        }
        return [
            gauge(
                "execution_realized_pnl",
                "Profit taken by closing, before commissions; no strategy is what is nobody's.",
                try groups.map {
                    Sample($0.labels, .decimal(try Money($0.total.realized, rounding: .nearest).e6, scale: 6))
                }),
            gauge(
                "execution_unrealized_pnl", "Value less cost of what is held, at the latest prices that are known.",
                try groups.map {
                    Sample($0.labels, .decimal(try Money($0.total.unrealized, rounding: .nearest).e6, scale: 6))
                }),
            gauge(
                "execution_oldest_mark_timestamp_seconds",
                "When the oldest price was known that unrealized profit is taken from.",
                groups.compactMap { group in
                    group.total.markedAt.map { Sample(group.labels, .decimal($0.ms, scale: 3)) }
                }),
        ]
    }
}
