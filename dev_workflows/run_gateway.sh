#!/usr/bin/env bash
# Installs what is missing, builds the service, and runs the simulated gateway of Interactive Brokers over real daily bars of
# June 2012. Bars go by only while an order works, so that whoever places one sees it filled. Ctrl-C ends it.
#
# With a port as its argument it listens there; 4002 unless said.
set -euo pipefail
cd "$(dirname "$0")/.."

dev_workflows/set_up.sh
swift build --configuration release --product execution 2>&1 | tail -n 1 >&2
export PATH="$PWD/.build/release:$PATH"

folder=.build/gateway
rm -rf "$folder"
mkdir -p "$folder"

execution bars import --db "$folder/historical.db" fixtures/bars/us-daily.csv.gz
exec execution gateway --bars "$folder/historical.db" --from 2012-06-01 --when-ordered \
    --port "${1:-4002}" --account DU123 --config fixtures/example/production.json
