-- The cash of each run by kind of movement; the last line of a run is its balance, and proof says whether they are equal.
SELECT run_id, kind, entries, amount, proof
FROM (
    SELECT run_id, kind, count(*) AS entries, round(sum(amount_e6) / 1e6, 2) AS amount, '' AS proof
    FROM cash_entries
    GROUP BY run_id, kind
    UNION ALL
    SELECT b.run_id, 'balance', count(*), round(b.balance_e6 / 1e6, 2),
           CASE WHEN sum(e.amount_e6) = b.balance_e6 THEN 'equal to the last digit' ELSE 'BREAK' END
    FROM cash_balances b
    JOIN cash_entries e ON e.run_id = b.run_id AND e.account = b.account AND e.currency = b.currency
    GROUP BY b.run_id, b.account, b.currency
)
ORDER BY run_id, kind = 'balance', kind;
