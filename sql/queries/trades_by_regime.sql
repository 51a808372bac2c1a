-- How much was traded in each regime, and in how many decisions. The reversal of an execution that a broker corrected takes away
-- from its side.
SELECT run_id,
       coalesce(regime_id, '(none)')                                       AS regime,
       count(DISTINCT decision_id)                                         AS decisions,
       count(*)                                                            AS trades,
       round(sum(CASE side WHEN 'BUY' THEN value END), 2)                  AS bought,
       round(sum(CASE side WHEN 'SELL' THEN value END), 2)                 AS sold,
       min(substr(timestamp, 1, 10))                                       AS first_day,
       max(substr(timestamp, 1, 10))                                       AS last_day
FROM (
    SELECT *, iif(fill_rule IS 'broker_reversal', iif(direction = 'BUY', 'SELL', 'BUY'), direction) AS side,
           iif(fill_rule IS 'broker_reversal', -size, size) * price AS value
    FROM trades
)
GROUP BY run_id, regime_id
ORDER BY run_id, trades DESC;
