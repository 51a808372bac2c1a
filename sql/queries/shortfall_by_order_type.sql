-- Implementation shortfall by order type, in basis points of the arrival value: delay + slippage + commission.
SELECT run_id, order_type,
       count(*)                                                                          AS orders,
       round(sum(shortfall), 2)                                                          AS shortfall,
       round(sum(delay) / sum(arrival_price * filled_size) * 1e4, 2)                     AS delay_bps,
       round(sum(slippage) / sum(arrival_price * filled_size) * 1e4, 2)                  AS slippage_bps,
       round(sum(commission) / sum(arrival_price * filled_size) * 1e4, 2)                AS commission_bps,
       round(sum(shortfall) / sum(arrival_price * filled_size) * 1e4, 2)                 AS shortfall_bps
FROM execution_quality
WHERE arrival_price IS NOT NULL
GROUP BY run_id, order_type
ORDER BY run_id, orders DESC;
