-- What each strategy traded and what that cost, in money and in basis points of its turnover.
SELECT run_id,
       coalesce(strategy_id, '(none)')                                              AS strategy,
       count(*)                                                                     AS trades,
       round(sum(size * price), 2)                                                  AS turnover,
       round(sum(commission_e6) / 1e6, 2)                                           AS commission,
       round(sum(slippage_e6) / 1e6, 2)                                             AS slippage,
       round(sum(commission_e6 + slippage_e6) / 1e6 / sum(size * price) * 1e4, 2)   AS cost_bps
FROM trades
GROUP BY run_id, strategy_id
ORDER BY run_id, turnover DESC;
