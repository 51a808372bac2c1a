import Storage
import TradingModel

extension AccountReader {
    /// Positions that were opened and closed again, and whose profit by their trades is not what the broker reported, to the cent an
    /// execution; only of those that `runID` traded or heard of.
    ///
    /// What has an execution without a report, such as of days that nobody asked for, was reconciled, or has no known cost is left out;
    /// so is what the broker corrected, for it does not report again what earlier executions earned by that.
    func profitBreaks(of account: String, in runID: String) throws -> [PostTradeFacts.ProfitBreak] {
        var trips: [String: RoundTripProfit] = [:]
        var breaks: [PostTradeFacts.ProfitBreak] = []
        for (ticker, change) in try changes(of: account, tradedIn: runID) {
            guard let ended = try trips[ticker, default: RoundTripProfit()].take(change, of: runID), !ended.agrees
            else { continue }
            breaks.append(
                PostTradeFacts.ProfitBreak(
                    ticker: ticker, closedAt: ended.closedAt, booked: ended.booked, reported: ended.reported))
        }
        return breaks
    }

    /// Everything that ever changed the positions in what a run traded or heard of, by time. An execution that was corrected is
    /// there once, as it is now, and without a report.
    private func changes(
        of account: String, tradedIn runID: String
    ) throws -> [(ticker: String, change: RoundTripProfit.Change)] {
        try rows(
            """
            WITH concerned AS (
                SELECT ticker FROM trades WHERE run_id = ?2
                UNION SELECT t.ticker FROM broker_profits p JOIN trades t ON t.trade_id = p.trade_id WHERE p.run_id = ?2)
            SELECT t.ticker, t.timestamp AS at, iif(t.direction = 'BUY', t.size_e8, -t.size_e8), t.price_e8, t.commission_e6,
                   p.trade_id IS NOT NULL AND t.supersedes_trade_id IS NULL, p.realized_pnl_e6, t.run_id, p.run_id, 1 AS kind, t.trade_id AS id
            FROM trades t LEFT JOIN broker_profits p ON p.trade_id = t.trade_id
            WHERE t.mode = 'PRODUCTION' AND t.account = ?1 AND t.ticker IN concerned
                AND t.fill_rule IS NOT '\(BrokerFillRule.reversal.rawValue)'
                AND t.trade_id NOT IN (SELECT supersedes_trade_id FROM trades WHERE supersedes_trade_id IS NOT NULL)
            UNION ALL
            SELECT a.ticker, a.timestamp, a.change_e8, iif(a.kind = 'OPENING', a.price_e8, NULL), 0, 1, NULL, a.run_id, NULL, 0,
                   a.adjustment_id
            FROM position_adjustments a JOIN execution_runs r ON r.run_id = a.run_id
            WHERE r.mode = 'PRODUCTION' AND a.account = ?1 AND a.ticker IN concerned
            ORDER BY at, kind, id
            """, account, runID: runID
        ) { row in
            (
                row.text(0) ?? "",
                RoundTripProfit.Change(
                    time: try row.requiredTime(1, "trades.timestamp"), quantity: Quantity(e8: row.int64(2)),
                    price: row.optionalInt64(3).map { Price(e8: $0) }, commission: Money(e6: row.int64(4)),
                    isReported: row.int64(5) == 1,
                    reported: row.optionalInt64(6).map { Money(e6: $0) },
                    runIDs: [row.text(7), row.text(8)].compactMap { $0 })
            )
        }
    }
}
