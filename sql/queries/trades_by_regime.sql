-- How much was traded in each regime, and in how many decisions.
SELECT run_id,
       coalesce(regime_id, '(none)')                                       AS regime,
       count(DISTINCT decision_id)                                         AS decisions,
       count(*)                                                            AS trades,
       round(sum(CASE direction WHEN 'BUY' THEN size * price END), 2)      AS bought,
       round(sum(CASE direction WHEN 'SELL' THEN size * price END), 2)     AS sold,
       min(substr(timestamp, 1, 10))                                       AS first_day,
       max(substr(timestamp, 1, 10))                                       AS last_day
FROM trades
GROUP BY run_id, regime_id
ORDER BY run_id, trades DESC;
