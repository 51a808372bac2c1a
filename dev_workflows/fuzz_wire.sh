#!/usr/bin/env bash
# Feeds the TWS wire codec with what libFuzzer makes up, for so many seconds (60 unless told): dev_workflows/fuzz_wire.sh [seconds]
# It starts from the golden payloads. A failing input stays in .build/fuzz-wire and is named at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
work=.build/fuzz-wire
mkdir -p "$work/modules" "$work/corpus" "$work/seeds" "$work/findings"

# The golden files hold one payload a line, with a bar for each NUL. The first byte of an input picks version and direction.
awk -F '\t' -v folder="$work/seeds" '{
    input = folder "/" FILENAME; sub(/.*\//, "", input)
    printf "%s%s", (FILENAME ~ /requests/ ? "k" : "+"), $2 > (folder "/" input "-" FNR)
}' fixtures/ibkr/requests-178.txt fixtures/ibkr/messages-178.txt
for seed in "$work"/seeds/*; do tr '|' '\000' <"$seed" >"$work/corpus/$(basename "$seed")"; done

common=(-swift-version 6 -O -module-cache-path "$work/cache" -I "$work/modules")
fuzzed=(-sanitize=fuzzer,address -parse-as-library)
swiftc "${common[@]}" "${fuzzed[@]}" -wmo -module-name TradingModel -emit-module \
    -emit-module-path "$work/modules/TradingModel.swiftmodule" -emit-object -o "$work/TradingModel.o" Sources/TradingModel/*.swift
mapfile -t sources < <(find Sources/BrokerAdapters/IBKR/Wire -name '*.swift' | sort)
swiftc "${common[@]}" "${fuzzed[@]}" -wmo -module-name WireFuzz -o "$work/wire-fuzz" \
    "${sources[@]}" dev_workflows/fuzz_wire.swift "$work/TradingModel.o"

"$work/wire-fuzz" -max_total_time="$seconds" -max_len=4096 -timeout=5 -print_final_stats=1 \
    -artifact_prefix="$work/findings/" "$work/corpus"
