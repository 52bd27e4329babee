#!/usr/bin/env bash
# Spreads a foreach over 8 processes, kills three of them, and finishes by a resumption.
# Usage: spread.sh [FOLDER [RANGES]]
set -eu
here=$(dirname "$0")
folder=${1:-$(mktemp -d)}
ranges=${2:-24}
program="$here/bin/Release/net10.0/Spread.dll"
[ -f "$program" ] || dotnet build "$here" -c Release -v q -nologo
log=$(mktemp)
touch "$log.ended" "$log.errors"
trap '[ $? = 0 ] || cat "$log.errors" >&2; kill $(jobs -p) 2> /dev/null || true; rm -f "$log" "$log."*' EXIT

begun() { # waits for the run that a process begins, and prints its reference
    until grep -q ' has begun$' "$log"; do kill -0 "$1" || { cat "$log" >&2; exit 1; }; sleep 0.2; done
    sed -n 's/ has begun$//p' "$log"
}

items() { until dotnet "$program" items "$1" count --store "$folder" 2> /dev/null; do sleep 0.2; done; } # once the run has published them

tasks() { # runs the tasks of the items on standard input, 8 at a time; one that is killed does not stop the others
    if command -v parallel > /dev/null; then
        parallel -j 8 dotnet "$program" task --store "$folder" "$1" count '{}' || true
    else
        xargs -P 8 -I '{}' sh -c '"$@" || true' sh dotnet "$program" task --store "$folder" "$1" count '{}'
    fi >> "$log.ended" 2>> "$log.errors"
}

workers() { pgrep -f "^dotnet $program task --store $folder" || true; }

dotnet "$program" run Spread --set ranges="$ranges" --set pause=2 --store "$folder" 2> "$log" & waiting=$!
run=$(begun $waiting)
items "$run" > "$log.items"
echo "$run has $(wc -l < "$log.items") items"
tasks "$run" < "$log.items" & scheduler=$!
# Some tasks have ended, and some are running.
until [ "$(wc -l < "$log.ended")" -ge 3 ] && [ "$(workers | wc -l)" -ge 3 ]; do kill -0 $scheduler; sleep 0.05; done
killed=0
for worker in $(workers); do
    if [ $killed -lt 3 ] && kill -9 "$worker" 2> /dev/null; then killed=$((killed + 1)); fi
done
echo "killed $killed workers"
wait $scheduler || true
echo "$(items "$run" | wc -l) items have no record"
kill -TERM $waiting
wait $waiting || true

dotnet "$program" resume "$run" --store "$folder" 2> "$log" & waiting=$!
run=$(begun $waiting)
items "$run" > "$log.items"
echo "$run has $(wc -l < "$log.items") items left"
tasks "$run" < "$log.items"
wait $waiting
