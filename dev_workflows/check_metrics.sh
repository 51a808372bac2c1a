#!/usr/bin/env bash
# Checks the alert rules and the metrics of a real run with Prometheus' own promtool; Debian's package prometheus has it.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v promtool >/dev/null; then
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    # Only the tool is wanted: nothing is to start.
    "${as_root[@]}" env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends prometheus
fi

promtool check rules dev_workflows/alerts.rules.yml
promtool test rules dev_workflows/alerts.test.yml

scratch=$(mktemp -d)
gateway=""
trap '[ -z "$gateway" ] || kill "$gateway" 2>/dev/null || true; rm -rf "$scratch"' EXIT
execution="$PWD/.build/release/execution"
"$execution" gateway --bars fixtures/bars/us-daily.csv.gz --from 2012-06-01 --when-ordered --port 0 >"$scratch/gateway" 2>&1 &
gateway=$!
tries=0
until grep -q 'Listening on' "$scratch/gateway"; do
    tries=$((tries + 1))
    [ "$tries" -le 200 ] || { cat "$scratch/gateway"; exit 1; }
    sleep 0.1
done
port=$(sed -n 's/.*127.0.0.1:\([0-9]*\).*/\1/p' "$scratch/gateway" | head -n 1)
cat >"$scratch/execution.json" <<CONFIGURATION
{ orders: { time_in_force: "GTC" }, brokers: { ibkr: { port: $port, account: "DU123" } },
  live: { permit: true, account: "DU123" }, production: { commission_wait: "2s" },
  metrics: { file: "$scratch/execution.prom" } }
CONFIGURATION
cat >"$scratch/targets.csv" <<'TARGETS'
as_of,ticker,target_quantity,decision_id,strategy_id
2012-05-31,AAPL,300,monday,"momentum ""x\y"""
2012-05-31,IBM,200,monday,"momentum ""x\y"""
TARGETS
EXEC_DRY_RUN=0 "$execution" apply --mode production --account DU123 --db "$scratch/runtime.db" \
    --config "$scratch/execution.json" --targets "$scratch/targets.csv" --live --yes
promtool check metrics <"$scratch/execution.prom"
"$execution" metrics --db "$scratch/runtime.db" | promtool check metrics
echo "The alert rules and the metrics are as promtool wants them."
