-- Why targets were not reached: how often each reason struck, over how many tickers, and its largest gap.
SELECT run_id, stage, reason,
       coalesce(limited_by, '')      AS limited_by,
       count(*)                      AS gaps,
       count(DISTINCT ticker)        AS tickers,
       max(abs(missing))             AS largest_missing
FROM target_gap
GROUP BY run_id, stage, reason, limited_by
ORDER BY run_id, gaps DESC;
