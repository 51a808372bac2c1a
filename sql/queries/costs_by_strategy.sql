-- What each strategy traded and what that cost, in money and in basis points of its turnover. Executions that a broker corrected
-- are not in the turnover: their reversals count negatively.
SELECT run_id,
       coalesce(strategy_id, '(none)')                                              AS strategy,
       count(*)                                                                     AS trades,
       round(sum(value), 2)                                                         AS turnover,
       round(sum(commission_e6) / 1e6, 2)                                           AS commission,
       round(sum(slippage_e6) / 1e6, 2)                                             AS slippage,
       round(sum(commission_e6 + slippage_e6) / 1e6 / sum(value) * 1e4, 2)          AS cost_bps
FROM (SELECT *, iif(fill_rule IS 'broker_reversal', -size, size) * price AS value FROM trades)
GROUP BY run_id, strategy_id
ORDER BY run_id, turnover DESC;
