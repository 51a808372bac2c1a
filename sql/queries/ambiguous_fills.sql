-- Fills that their bar leaves open: it could have gone otherwise, and the rule decided. Judge a backtest with many of them by finer bars.
SELECT t.run_id, t.timestamp, t.ticker, t.direction, t.size, t.price, t.fill_rule, t.bar_timestamp, o.order_type, o.order_ref
FROM trades t
LEFT JOIN orders o ON o.order_id = t.order_id
WHERE t.ambiguous = 1
ORDER BY t.run_id, t.trade_id
LIMIT 50;
