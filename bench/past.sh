#!/usr/bin/env bash
# How much readers of the past slow down live viewers, and the time to the first byte: `millrace up`, one live stream of 2.5 Mbit/s,
# 100 viewers, with and without 50 readers that stay a minute behind, alternating; and a stream of an hour, pushed faster than real time,
# read from moments all over it.
# Needs gcc, ffmpeg, curl and jq; loopback only; ends by itself after about five minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh

readonly VIEWERS=${VIEWERS:-100} READERS=${READERS:-50} ROUNDS=${ROUNDS:-3} SPAN_S=20 SAMPLES=50
# Bytes per second of one reader: slightly more than the stream has, so that it neither starves nor reaches the live edge.
readonly READER_RATE=345000

make -s -C bench/rig BIN="$work" >&2
make_clip "$work/clip.flv"
start up up --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 --kafka-port 0 --data-dir "$work/data"
http=$(part up http)

echo "an hour of a stream in a hurry…" >&2
ffmpeg -v error -stream_loop 359 -i "$work/clip.flv" -c copy -f flv "$(part up rtmp)/live/hour"
"$work/rtmppush" -u "$(part up rtmp)/live/bench" -f "$work/clip.flv" -n 1 -t $((60 + ROUNDS * 2 * (SPAN_S + 5) + 60)) \
    >"$work/push" 2>&1 &
pids+=($!)
until curl -sf "$http/live/bench.m3u8" -o /dev/null; do sleep 0.1; done
sleep 60

watch() { "$work/flvload" -u "$http/live/bench.flv" -n "$VIEWERS" -t "$SPAN_S" -s 20 -e 2500 | tail -n 1 >"$1"; }

for ((round = 1; round <= ROUNDS; round++)); do
    echo "round $round of $ROUNDS…" >&2
    watch "$work/without.$round"
    readers=()
    for ((i = 0; i < READERS; i++)); do
        curl -s --limit-rate "$READER_RATE" "$http/live/bench.flv?start=-60s" -o /dev/null &
        readers+=($!)
    done
    sleep 3
    watch "$work/with.$round"
    kill "${readers[@]}" 2>/dev/null || true
    wait "${readers[@]}" 2>/dev/null || true
done

median() { sort -n | awk '{v[NR] = $1} END {printf "%.1f", v[int((NR + 1) / 2)]}'; }
present() { jq -r ".$2" "$work/$1".* | median; }

# Time to the first byte, in ms, from moments all over the hour; a new connection each.
first_byte() {
    local path=$1 began=$2 i
    for ((i = 0; i < SAMPLES; i++)); do
        at=$(date -u -d "@$((began + (i * 3500 / SAMPLES) + RANDOM % 60))" +%Y-%m-%dT%H:%M:%SZ)
        curl -s -o /dev/null -r 0-0 --max-time 5 -w '%{http_code} %{time_starttransfer}\n' \
            "$http/live/hour$path?start=$at&end=$(date -u -d "$at 10 seconds" +%Y-%m-%dT%H:%M:%SZ)" || true
    done | awk '$1 ~ /^2/ {print $2 * 1000}' | sort -n |
        awk '{v[NR] = $1} END {printf "p50 %.0f ms, p95 %.0f ms, of %d", v[int((NR + 1) / 2)], v[int(NR * 0.95)], NR}'
}
began=$(date -d "$(curl -sf "$http/api/v1/streams/live/hour/sessions" | jq -r '.sessions[0].startedAt')" +%s)

cat <<TABLE
| figure | value |
|---|---|
| latency of $VIEWERS viewers of the present (median of $ROUNDS rounds) | p50 $(present without lat_p50_ms) ms, p99 $(present without lat_p99_ms) ms |
| the same beside $READERS readers of the past | p50 $(present with lat_p50_ms) ms, p99 $(present with lat_p99_ms) ms |
| first byte from a moment within an hour, HTTP-FLV | $(first_byte .flv "$began") |
| playlist from a moment within an hour, HLS | $(first_byte .m3u8 "$began") |
TABLE
