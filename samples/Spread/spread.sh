#!/usr/bin/env bash
# Spreads a foreach over 8 processes with GNU parallel, kills three of them, and finishes by a resumption.
set -eu
folder=${1:-$(mktemp -d)}
program="dotnet $(dirname "$0")/bin/Release/net10.0/Spread.dll"
command -v parallel > /dev/null || { echo "GNU parallel is needed: apt-get install parallel"; exit 1; }
[ -f "$(dirname "$0")/bin/Release/net10.0/Spread.dll" ] || dotnet build "$(dirname "$0")" -c Release -v q -nologo

items() { # waits until the run has published its items
    until $program items "$folder" 2> /dev/null | grep -q .; do sleep 0.5; done
    $program items "$folder"
}

$program wait "$folder" & run=$!
items > "$folder/items"
echo "$(wc -l < "$folder/items") items"
parallel --colsep ' ' -j 8 "$program task $folder {1} {2}" < "$folder/items" 2> "$folder/errors" & workers=$!
sleep 4
killed=$(pgrep -f "Spread.dll task $folder" | head -n 3)
# shellcheck disable=SC2086
kill -9 $killed && echo "killed $(echo "$killed" | wc -l) workers"
wait $workers || true
left=$($program items "$folder" | wc -l)
echo "$left items have no record"
kill -TERM $run
wait $run || true

$program resume "$folder" wait & run=$!
sleep 3
items > "$folder/items"
echo "$(wc -l < "$folder/items") items are left for the new run"
parallel --colsep ' ' -j 8 "$program task $folder {1} {2}" < "$folder/items"
wait $run
