-- What each strategy traded and what that cost, in money and in basis points of its turnover; of an order of several strategies each
-- has its part. Executions that a broker corrected are not in the turnover: their reversals count negatively. What strategies exchange
-- among themselves costs nothing and is left out.
SELECT run_id,
       coalesce(strategy_id, '(none)')                                              AS strategy,
       count(*)                                                                     AS trades,
       round(sum(value), 2)                                                         AS turnover,
       round(sum(commission_e6) / 1e6, 2)                                           AS commission,
       round(sum(slippage), 2)                                                      AS slippage,
       round((sum(commission_e6) / 1e6 + sum(slippage)) / sum(value) * 1e4, 2)      AS cost_bps
FROM (
    SELECT *, iif(fill_rule IS 'broker_reversal', -abs(size), abs(size)) * price AS value
    FROM attributed_trades WHERE kind = 'TRADE'
)
GROUP BY run_id, strategy_id
ORDER BY run_id, turnover DESC;
