#!/usr/bin/env bash
# Spreads a foreach over 8 processes with GNU parallel, kills three of them, and finishes by a resumption.
set -eu
folder=${1:-$(mktemp -d)}
list=$(mktemp)
program="dotnet $(dirname "$0")/bin/Release/net10.0/Spread.dll"
command -v parallel > /dev/null || { echo "GNU parallel is needed: apt-get install parallel"; exit 1; }
[ -f "$(dirname "$0")/bin/Release/net10.0/Spread.dll" ] || dotnet build "$(dirname "$0")" -c Release -v q -nologo

items() { # waits until a run other than the given one has published its items
    until $program items "$folder" > "$list.new" 2> /dev/null && [ -s "$list.new" ] && ! grep -q "^${1:-none} " "$list.new"; do sleep 0.5; done
    cat "$list.new"
}

$program wait "$folder" & run=$!
items > "$list"
echo "$(wc -l < "$list") items"
parallel --colsep ' ' -j 8 "$program task $folder {1} {2}" < "$list" 2> "$list.errors" & workers=$!
sleep 4
killed=$(pgrep -f "^dotnet [^ ]*Spread.dll task $folder" | head -n 3)
# shellcheck disable=SC2086
kill -9 $killed && echo "killed $(echo "$killed" | wc -l) workers"
wait $workers || true
left=$($program items "$folder" | wc -l)
echo "$left items have no record"
kill -TERM $run
wait $run || true

$program resume "$folder" wait & run=$!
items "$(head -n 1 "$list" | cut -d " " -f 1)" > "$list.left" && mv "$list.left" "$list"
echo "$(wc -l < "$list") items are left for the new run"
parallel --colsep ' ' -j 8 "$program task $folder {1} {2}" < "$list"
wait $run
