#!/usr/bin/env bash
# What rewinds of strangers cost: `millrace up`, an hour of a stream pushed in a hurry, and 1,000 hostile requests at once, each for
# another millisecond of it (bench/attack/Rewinds.java). Says how many bytes the readers of the past fetched from Kafka for
# single requests that find nothing cached, and how long a legitimate rewind from another address takes meanwhile.
# Needs ffmpeg, curl, jq and a JDK; loopback only; ends by itself after about four minutes. MILLRACE is another program to measure.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh

readonly HOSTILE=${HOSTILE:-1000} MODES=${MODES:-"none leave wait media flv"} SPAN_MS=3500000
read -ra program <<<"${MILLRACE:-./millrace}"

make_clip "$work/clip.flv"
: >"$work/up.out"
"${program[@]}" up --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 --kafka-port 0 --data-dir "$work/data" \
    --kafka-metrics on >"$work/up.out" 2>"$work/up.err" &
server=$!
pids+=("$server")
until grep -q ^ready "$work/up.out"; do kill -0 "$server"; sleep 0.1; done
http=$(part up http) admin=$(part up admin)

ffmpeg -v error -stream_loop 359 -i "$work/clip.flv" -c copy -f flv "$(part up rtmp)/live/hour"
until [ "$(curl -s "$http/api/v1/streams/live/hour" | jq -r .state)" = ended ]; do sleep 1; done
began=$(date -d "$(curl -sf "$http/api/v1/streams/live/hour/sessions" | jq -r '.sessions[0].startedAt')" +%s%3N)
from=$((began + 5000))

# What all readers of the past have received from the broker so far, in bytes.
fetched() { curl -sf "$admin/metrics" | awk '/^kafka_consumer_incoming_byte_total.*edge-past/ {s += $NF} END {printf "%d", s}'; }

at() { date -u -d "@$((($1) / 1000)).$(printf %03d $((($1) % 1000)))" +%Y-%m-%dT%H:%M:%S.%3NZ; }

single() {
    local before
    before=$(fetched)
    curl -s -o /dev/null -w "$1: %{http_code}, %{size_download} bytes in %{time_total} s" "$http/live/hour$2"
    sleep 1
    echo ", $(($(fetched) - before)) bytes from Kafka"
}

single "multivariant playlist, long before the stream" ".m3u8?start=2020-01-01T00:00:00Z"
single "multivariant playlist, amid the stream" ".m3u8?start=$(at $((from + 1800123)))"
single "multivariant playlist, a millisecond later" ".m3u8?start=$(at $((from + 1800124)))"
single "media playlist of all" "/@0/ts/index.m3u8?start=$(at "$from")"
single "a second of FLV" ".flv?start=$(at $((from + 900123)))&end=$(at $((from + 901123)))"

for mode in $MODES; do
    before=$(fetched)
    echo "$mode: $(java bench/attack/Rewinds.java "$mode" "${http##*:}" live/hour "$from" "$SPAN_MS" "$HOSTILE")," \
        "$(($(fetched) - before)) bytes from Kafka"
done
