-- The cash of each book (a run in TRAINING, an account in PRODUCTION) by kind of movement; the last line of a book is its balance,
-- and proof says whether they are equal.
SELECT book, kind, entries, amount, proof
FROM (
    SELECT r.book, e.kind, count(*) AS entries, round(sum(e.amount_e6) / 1e6, 2) AS amount, '' AS proof
    FROM cash_entries e
    JOIN execution_runs r ON r.run_id = e.run_id
    GROUP BY r.book, e.kind
    UNION ALL
    SELECT b.book, 'balance', count(*), round(b.balance_e6 / 1e6, 2),
           CASE WHEN sum(e.amount_e6) = b.balance_e6 THEN 'equal to the last digit' ELSE 'BREAK' END
    FROM cash_balances b
    JOIN execution_runs r ON r.book = b.book
    JOIN cash_entries e ON e.run_id = r.run_id AND e.currency = b.currency
    GROUP BY b.book, b.currency
)
ORDER BY book, kind = 'balance', kind;
