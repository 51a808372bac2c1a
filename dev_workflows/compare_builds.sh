#!/usr/bin/env bash
# Runs the examples with a debug build and with a release build, and compares every row of what they write, the times and the
# writer of the runs aside. Prints the first differences and returns 1 where there are any.
set -euo pipefail
cd "$(dirname "$0")/.."

dev_workflows/set_up.sh
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

# A database's rows as text, table by table.
dump() {
    local database="$1" table columns
    sqlite3 -readonly "$database" "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name" | while read -r table; do
        columns="$(sqlite3 -readonly "$database" "
            SELECT group_concat('\"' || name || '\"') FROM pragma_table_info('$table')
            WHERE name NOT IN ('started_at', 'finished_at', 'heartbeat_at', 'writer_host', 'writer_pid', 'writer_token')")"
        echo "-- $table"
        sqlite3 -readonly "$database" ".mode quote" "SELECT $columns FROM \"$table\" ORDER BY $columns"
    done
}

# Runs the examples with one build; orders that expire make an example end with 1.
run_examples() {
    local build="$1" database="$folder/$1.db" history="$folder/$1-history.db" status
    local execution=".build/$build/execution"
    "$execution" bars import --db "$history" fixtures/bars/us-daily.csv.gz --actions fixtures/corporate-actions.csv
    for example in targets orders; do
        status=0
        "$execution" apply --mode training --db "$database" --bars "$history" "--$example" "fixtures/example/$example.csv" \
            --run-id "$example" > "$folder/$build-$example.txt" || status=$?
        [ "$status" -le 1 ] || exit "$status"
    done
    "$execution" verify --db "$database"
    dump "$history" > "$folder/$build-history.txt"
    dump "$database" > "$folder/$build-rows.txt"
}

for build in debug release; do
    swift build --configuration "$build" --product execution 2>&1 | tail -n 1 >&2
    run_examples "$build"
done

for part in history rows targets orders; do
    if ! diff "$folder/debug-$part.txt" "$folder/release-$part.txt" > "$folder/differences.txt"; then
        head -n 20 "$folder/differences.txt"
        echo "debug and release differ in: $part" >&2
        exit 1
    fi
done
echo "debug and release write the same $(grep -vc '^--' "$folder/debug-rows.txt") rows."
