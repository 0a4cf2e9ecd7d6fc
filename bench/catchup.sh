#!/usr/bin/env bash
# How fast a packager catches up that was away: STREAMS streams of MINUTES minutes and 2.5 Mbit/s are published, as fast as they are accepted, and
# cut while no packager runs. Then one is started, and the time is taken until all streams have ended at the edge. "Times real time"
# is the length of one stream divided by the time for all. The first row of the table includes the start of the process.
# Needs ffmpeg and curl; loopback only; about 4 GB of disk; ends by itself after about two minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh

readonly STREAMS=${STREAMS:-8} MINUTES=${MINUTES:-10}

make_clip "$work/clip.flv"
start broker broker --kafka-port 0 --data-dir "$work/broker"
broker=$pid
stage=(--kafka "$(part broker kafka)" --host 127.0.0.1 --admin-port 0)
start ingest ingest "${stage[@]}" --rtmp-port 0 --grace 1s
start segmenter segmenter "${stage[@]}" --data-dir "$work/segmenter"
start edge edge "${stage[@]}" --rtmp-port 0 --http-port 0
http=$(part edge http)

pushes=()
for ((i = 0; i < STREAMS; i++)); do
    ffmpeg -v error -stream_loop $((MINUTES * 6 - 1)) -i "$work/clip.flv" -c copy -f flv "$(part ingest rtmp)/live/away$i" &
    pushes+=($!)
done
wait "${pushes[@]}"
for ((i = 0; i < STREAMS; i++)); do
    until curl -sf "$http/api/v1/streams/live/away$i" | grep -q '"state":"ended"'; do sleep 0.2; done
done

# has_ended STREAM: whether a playlist of the stream lists its last segment.
has_ended() {
    local child
    child=$(curl -sf "$http/live/$1.m3u8" | grep -v '^#' | head -n 1) && [[ $child ]] || return 1
    curl -sf "$http/live/$child" | grep -q '^#EXT-X-ENDLIST'
}

broker_s=$(cpu_s "$broker")
from_ms=$(now_ms)
start packager packager "${stage[@]}"
packager=$pid
ready_ms=$(now_ms)
for ((i = 0; i < STREAMS; i++)); do
    until has_ended "away$i"; do sleep 0.2; done
done
to_ms=$(now_ms)

awk -v streams="$STREAMS" -v s=$((MINUTES * 60)) -v start=$(((to_ms - from_ms))) -v ready=$((to_ms - ready_ms)) \
    -v packager="$(cpu_s "$packager")" -v broker="$(cpu_s "$broker")" -v before="$broker_s" 'BEGIN {
    print "| streams | from | seconds | times real time | CPU s packager | CPU s broker |"
    print "|---|---|---|---|---|---|"
    printf "| %d | start | %.1f | %.0f | %.1f | %.1f |\n", streams, start / 1000, s * 1000 / start, packager, broker - before
    printf "| %d | ready line | %.1f | %.0f | | |\n", streams, ready / 1000, s * 1000 / ready }'
