-- What is held at the end, and the strategy, regime and decision of its last trade in the run that changed it last.
SELECT p.run_id, p.ticker, p.size, round(p.average_cost, 4) AS average_cost, round(p.realized_pnl, 2) AS realized_pnl,
       t.strategy_id, t.regime_id, t.decision_id, substr(t.timestamp, 1, 10) AS last_trade
FROM positions p
LEFT JOIN trades t ON t.trade_id = (
    SELECT max(trade_id) FROM trades WHERE run_id = p.run_id AND ticker = p.ticker
)
WHERE p.size_e8 <> 0
ORDER BY p.book, p.ticker;
