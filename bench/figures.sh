#!/usr/bin/env bash
# The figures of one node on this machine, as one table: time to ready, latency, first segment, memory.
# Needs gcc, ffmpeg, curl and jq; loopback only; ends by itself after about a minute and a half.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
pid=
end() {
    [[ -z $pid ]] || kill "$pid" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap end EXIT

now_ms() { echo $(($(date +%s%N) / 1000000)); }
rss_mb() { awk '/^VmRSS/ {printf "%d", $2 / 1024}' "/proc/$pid/status"; }

make -s -C bench/rig BIN="$work" >&2
ffmpeg -v error -f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 10 \
    -c:v libx264 -preset veryfast -b:v 2500k -maxrate 2500k -bufsize 2500k -bf 0 -g 60 -keyint_min 60 -sc_threshold 0 \
    -pix_fmt yuv420p -c:a aac -b:a 128k "$work/clip.flv"

# Starts `millrace up` and waits for its ready line; prints how long that took, in ms.
start() {
    local began
    began=$(now_ms)
    : >"$work/out"
    ./millrace up --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 --kafka-port 0 --data-dir "$work/data" \
        >"$work/out" 2>"$work/err" &
    pid=$!
    until grep -q ^ready "$work/out"; do
        kill -0 "$pid" || { cat "$work/err" >&2; exit 1; }
        sleep 0.02
    done
    echo "$(($(now_ms) - began))" >"$work/ready"
    rtmp=$(sed -n 's/.*rtmp=\(\S*\).*/\1/p' "$work/out")
    http=$(sed -n 's/.*http=\(\S*\).*/\1/p' "$work/out")
}

start
cold=$(cat "$work/ready")
kill "$pid" && wait "$pid" || true
start
warm=$(cat "$work/ready")
sleep 5
idle=$(rss_mb)

# Publish to first segment listed: the clip's GOP is 2 s, and a segment is complete with the next keyframe.
"$work/rtmppush" -u "$rtmp/live/bench" -f "$work/clip.flv" -n 1 -t 60 >"$work/push" 2>&1 &
until grep -q ^READY "$work/push"; do sleep 0.01; done
began=$(now_ms)
until curl -sf "$http/live/bench.m3u8" >/dev/null; do sleep 0.05; done
media=$(curl -sf "$http/live/bench.m3u8" | grep -v '^#')
until curl -sf "$http/live/$media" | grep -q EXTINF; do sleep 0.02; done
first=$(($(now_ms) - began))
sleep 15
"$work/flvload" -u "$http/live/bench.flv" -n 1 -t 10 | tail -n 1 >"$work/one"
"$work/flvload" -u "$http/live/bench.flv" -n 50 -t 10 -e 2500 | tail -n 1 >"$work/fifty"
busy=$(rss_mb)

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
