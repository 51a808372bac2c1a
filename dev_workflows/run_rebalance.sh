#!/usr/bin/env bash
# Rebalances the paper account of the gateway that dev_workflows/run_gateway.sh runs, from its first order to the comparison of
# the books with the broker, and shows what is on record of it in .build/rebalance/runtime.db.
set -euo pipefail
cd "$(dirname "$0")/.."

export PATH="$PWD/.build/release:$PATH"
folder=.build/rebalance
rm -rf "$folder"
mkdir -p "$folder"

EXEC_DRY_RUN=0 execution apply --mode production --broker ibkr --account DU123 --db "$folder/runtime.db" \
    --targets fixtures/example/rebalance.csv --config fixtures/example/production.json --run-id example --live --yes
execution verify --db "$folder/runtime.db"

echo
echo "The first trades in $folder/runtime.db:"
sqlite3 -box "$folder/runtime.db" \
    "SELECT substr(timestamp, 1, 10) AS day, ticker, direction, size, price, commission, decision_id, regime_id
     FROM trades ORDER BY trade_id LIMIT 5"
echo "position_breaks has $(sqlite3 "$folder/runtime.db" "SELECT count(*) FROM position_breaks") rows."
