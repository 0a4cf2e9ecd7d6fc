#!/usr/bin/env bash
# The figures of one node on this machine, as one table: time to ready, latency, first segment, memory.
# Needs gcc, ffmpeg, curl and jq; loopback only; ends by itself after about a minute and a half.
set -euo pipefail
cd "$(dirname "$0")/.."

. bench/lib.sh

make -s -C bench/rig BIN="$work" >&2
make_clip "$work/clip.flv"

# Starts `millrace up`; sets $took to the time until its ready line, in ms.
start_up() {
    local began
    began=$(now_ms)
    start up up --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 --kafka-port 0 --data-dir "$work/data"
    took=$(($(now_ms) - began))
}

start_up
cold=$took
kill "$pid" && wait "$pid" || true
start_up
warm=$took
rtmp=$(part up rtmp)
http=$(part up http)
sleep 5
idle=$(rss_mb "$pid")

# Time until the first segment is listed: the GOP of the clip is 2 s, and a segment is complete at the next keyframe.
"$work/rtmppush" -u "$rtmp/live/bench" -f "$work/clip.flv" -n 1 -t 60 >"$work/push" 2>&1 &
pids+=($!)
until grep -q ^READY "$work/push"; do sleep 0.01; done
began=$(now_ms)
until curl -sf "$http/live/bench.m3u8" >/dev/null; do sleep 0.05; done
media=$(curl -sf "$http/live/bench.m3u8" | grep -v '^#')
until curl -sf "$http/live/$media" | grep -q EXTINF; do sleep 0.02; done
first=$(($(now_ms) - began))
sleep 15
"$work/flvload" -u "$http/live/bench.flv" -n 1 -t 10 | tail -n 1 >"$work/one"
"$work/flvload" -u "$http/live/bench.flv" -n 50 -t 10 -e 2500 | tail -n 1 >"$work/fifty"
busy=$(rss_mb "$pid")

latency() { jq -r '"p50 \(.lat_p50_ms*10|round/10) ms, p99 \(.lat_p99_ms*10|round/10) ms, first keyframe p50 \(.ttkf_p50_ms*10|round/10) ms"' "$1"; }
cat <<TABLE
| figure | value |
|---|---|
| \`up\` to ready, new data directory | $cold ms |
| \`up\` to ready, second start | $warm ms |
| publish to HTTP-FLV, 1 viewer | $(latency "$work/one") |
| publish to HTTP-FLV, 50 viewers | $(latency "$work/fifty") |
| publish to first HLS segment listed (GOP 2 s) | $first ms |
| resident memory, idle | $idle MB |
| resident memory, one stream of 2.5 Mbit/s, 51 viewers | $busy MB |
TABLE
