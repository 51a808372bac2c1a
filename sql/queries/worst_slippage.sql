-- The twenty trades that slippage cost most, in money and in basis points of their value.
SELECT run_id, timestamp, ticker, direction, size, price, fill_rule,
       round(slippage, 2)                              AS slippage,
       round(slippage / (size * price) * 1e4, 2)       AS slippage_bps,
       order_id
FROM trades
WHERE slippage_e6 > 0
ORDER BY slippage_e6 DESC, trade_id
LIMIT 20;
