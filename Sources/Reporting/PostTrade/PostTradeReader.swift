import Storage
import TradingModel

extension AccountReader {
    /// What `PostTradeCheck` has to know of an account. Throws `ArithmeticOverflow`, too, for profits that no number holds.
    ///
    /// - Parameter runID: the run whose orders are counted; nil takes the last one that sent anything.
    public func postTradeFacts(of account: String, runID: String? = nil) throws -> PostTradeFacts {
        var facts = PostTradeFacts()
        facts.account = account
        facts.positionBreaks = try positionBreaks(of: account)
        facts.cashBreaks = try cashBreaks(of: account)
        facts.fillBreaks = try fillBreaks(of: account)
        facts.runningRuns = try runningRuns(of: account)
        let timings = try orderTimings(of: account)
        let sent = timings.filter { $0.timings.sentAt != nil }
        facts.runID = runID ?? sent.max { $0.runNumber < $1.runNumber }?.runID
        facts.profitBreaks = try facts.runID.map { try profitBreaks(of: account, in: $0) } ?? []
        let own = sent.filter { $0.runID == facts.runID }
        facts.sentOrders = own.count
        facts.rejectedOrders = own.count { $0.isRejected }
        facts.answers = LatencyFigures(own.compactMap { TimingInterval.sentToAcknowledged.duration_ms(of: $0.timings) })
        return facts
    }

    /// Orders whose filled size is not the sum of their trades, those of their children included; a trade against its order's
    /// direction takes one back.
    private func fillBreaks(of account: String) throws -> [PostTradeFacts.FillBreak] {
        try rows(
            """
            SELECT o.order_id, o.ticker, o.filled_size_e8, coalesce((
                    SELECT sum(iif(t.direction = o.direction, t.size_e8, -t.size_e8)) FROM trades t
                    WHERE t.order_id = o.order_id), 0) + coalesce((
                    SELECT sum(iif(t.direction = o.direction, t.size_e8, -t.size_e8))
                    FROM orders c JOIN trades t ON t.order_id = c.order_id
                    WHERE c.parent_order_id = o.order_id AND c.child_number IS NOT NULL), 0) AS traded_e8
            FROM execution_runs r JOIN orders o ON o.run_id = r.run_id
            WHERE r.mode = 'PRODUCTION' AND r.account = ?1 AND o.filled_size_e8 <> traded_e8
            ORDER BY o.order_id
            """, account
        ) { row in
            PostTradeFacts.FillBreak(
                orderID: row.int64(0), ticker: row.text(1) ?? "", filled: Quantity(e8: row.int64(2)),
                traded: Quantity(e8: row.int64(3)))
        }
    }

    private func runningRuns(of account: String) throws -> [PostTradeFacts.RunningRun] {
        try rows(
            """
            SELECT run_id, heartbeat_at FROM execution_runs
            WHERE mode = 'PRODUCTION' AND account = ?1 AND venue <> '\(ProductionStore.dryRunVenue)'
                AND status = 'RUNNING' AND writer_token <> ''
            ORDER BY run_number
            """, account
        ) { row in
            PostTradeFacts.RunningRun(
                runID: row.text(0) ?? "", lastHeardOf: try row.requiredTime(1, "execution_runs.heartbeat_at"))
        }
    }
}
