#!/usr/bin/env bash
# Installs what is missing, builds the service, and runs the example end to end on thirteen years of real daily bars:
# import, apply, verify. What it makes is in .build/example.
set -euo pipefail
cd "$(dirname "$0")/.."

dev_workflows/set_up.sh
swift build --configuration release --product execution 2>&1 | tail -n 1 >&2
export PATH="$PWD/.build/release:$PATH"

folder=.build/example
rm -rf "$folder"
mkdir -p "$folder"

execution bars import --db "$folder/historical.db" fixtures/bars/us-daily.csv.gz --actions fixtures/corporate-actions.csv
execution apply --mode training --db "$folder/training.db" --bars "$folder/historical.db" \
    --targets fixtures/example/targets.csv --config fixtures/example/execution.json --run-id example
execution verify --db "$folder/training.db"

echo
echo "The trades are in $folder/training.db:"
sqlite3 -box "$folder/training.db" \
    "SELECT substr(timestamp, 1, 10) AS day, ticker, direction, size, price, commission, decision_id, regime_id
     FROM trades ORDER BY trade_id DESC LIMIT 5"
