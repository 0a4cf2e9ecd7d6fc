#!/usr/bin/env bash
# The latency of each stage if every stage is a separate process, from the ingest stamp to the end of the stage, as a table.
# One stream of 2.5 Mbit/s, one HTTP-FLV viewer and one HLS viewer, for a minute after a minute of warm-up.
# Needs gcc, ffmpeg, curl and jq; loopback only; ends by itself after about two and a half minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh

readonly WARM_S=${WARM_S:-60} MEASURE_S=${MEASURE_S:-60}

make -s -C bench/rig BIN="$work" >&2
make_clip "$work/clip.flv"

start broker broker --kafka-port 0 --data-dir "$work/broker"
stage=(--kafka "$(part broker kafka)" --host 127.0.0.1 --admin-port 0)
start ingest ingest "${stage[@]}" --rtmp-port 0
start segmenter segmenter "${stage[@]}" --data-dir "$work/segmenter"
start packager packager "${stage[@]}"
start edge edge "${stage[@]}" --rtmp-port 0 --http-port 0
http=$(part edge http)

"$work/rtmppush" -u "$(part ingest rtmp)/live/hops" -f "$work/clip.flv" -n 1 -t $((WARM_S + MEASURE_S + 10)) \
    >"$work/push" 2>&1 &
pids+=($!)
until curl -sf "$http/live/hops.m3u8" >"$work/multivariant"; do sleep 0.05; done
media=$http/live/$(grep -v '^#' "$work/multivariant")
"$work/flvload" -u "$http/live/hops.flv" -n 1 -t $((WARM_S + MEASURE_S)) >"$work/flv" 2>&1 &
viewer=$!
# A player requests the playlist about twice per segment.
while kill -0 "$viewer" 2>/dev/null; do curl -sf "$media" -o /dev/null; sleep 1; done &
pids+=($!)

readonly HOPS=("ingest ingest acknowledged by the log" "edge edge given to viewers of HTTP-FLV"
    "segmenter segmenter cut: the part is decided" "packager packager muxed and indexed"
    "edge playlist the segment is listed")

sleep "$WARM_S"
for hop in "${HOPS[@]}"; do
    read -r process stage_name _ <<<"$hop"
    buckets "$(part "$process" admin)" "$stage_name" >"$work/$stage_name.before"
done
wait "$viewer"

for hop in "${HOPS[@]}"; do
    read -r process stage_name _ <<<"$hop"
    buckets "$(part "$process" admin)" "$stage_name" >"$work/$stage_name.after"
done
quantile_of() { quantile "$work/$1.before" "$work/$1.after" "$2"; }

echo "| hop | from the ingest stamp to | p50 ms | p99 ms |"
echo "|---|---|---|---|"
for hop in "${HOPS[@]}"; do
    read -r process stage_name what <<<"$hop"
    echo "| $stage_name | $what | $(quantile_of "$stage_name" 0.5) | $(quantile_of "$stage_name" 0.99) |"
done
tail -n 1 "$work/flv" | jq -r '"| all | publisher'"'"'s send() to the whole tag at a viewer of HTTP-FLV | \(.lat_p50_ms*10|round/10) | \(.lat_p99_ms*10|round/10) |"'
