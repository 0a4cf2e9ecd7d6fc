#!/usr/bin/env bash
# The cost of an edge's viewers, as a table: the edge is a separate process beside the rest of the pipeline, compared in the same run
# with the bare loop (rig/limit) at the same ticks and with nginx-rtmp and RTMP players.
#   bench/fanout.sh [VIEWERS…]      default: 1 50 200 500 1000 4000
#   TICKS="auto 33ms 100ms"         the edge's --flv-tick
#   PROTOCOLS="http ws rtmp"        protocols of the edge's viewers; default: http
#   WINDOW=10                       seconds that are measured
#   WARM=4                          warm-up loads of 15 s for each edge, with 500 viewers
#   JFR=FILE                        records a profile of the edge with the first tick during the measurement
# Needs gcc, ffmpeg, jq and nginx with its RTMP module (Debian: libnginx-mod-rtmp); loopback only; some 20 s per row, and
# more than a minute of warm-up per tick. Compare only rows of one run.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh

viewers=("${@:-1}")
[[ $# -gt 0 ]] || viewers=(1 50 200 500 1000 4000)
read -r -a ticks <<<"${TICKS:-auto 33ms 100ms}"
window=${WINDOW:-10}
ulimit -n "$(ulimit -Hn)"

make -s -C bench/rig BIN="$work" >&2
make_clip "$work/clip.flv"

# load PID URL VIEWERS SECONDS: writes flvload's JSON to $work/load and the server's CPU time, in seconds, to $spent
load() {
    : >"$work/load"
    "$work/flvload" -u "$2" -n "$3" -t "$4" -s 20 -e 2500 >"$work/load" 2>>"$work/load.err" &
    local loader=$! before
    until grep -q WINDOW_START "$work/load" || ! kill -0 $loader 2>/dev/null; do sleep 0.01; done
    before=$(cpu_s "$1")
    until grep -q WINDOW_END "$work/load" || ! kill -0 $loader 2>/dev/null; do sleep 0.01; done
    spent=$(awk -v a="$before" -v b="$(cpu_s "$1")" 'BEGIN {print b - a}')
    wait $loader || true
}

# row SERVER TICK VIEWERS PID URL
row() {
    load "$4" "$5" "$3" "$window"
    jq -r -R 'fromjson? | select(.alive < .n) | "\(.n - .alive) of \(.n) viewers gone: \(.dead_why)"' <"$work/load" >&2
    tail -n 1 "$work/load" | jq -r --arg server "$1" --arg tick "$2" --argjson spent "$spent" --arg mb "$(rss_mb "$4")" \
        'def ms: if . == null then "–" else . * 10 | round / 10 end;
        "| \($server) | \($tick) | \(.n) | \($spent / ((.bytes + 1) / 1e9) * 100 | round / 100) | \(.lat_p50_ms | ms) | \(.lat_p99_ms | ms) | \(.ttkf_p50_ms | ms) | \(.kbps_min | ms) | \(.below90) | \($mb) |"'
}

# publish URL: publishes the clip in a loop
publish() {
    "$work/rtmppush" -u "$1" -f "$work/clip.flv" -n 1 -t 3600 >>"$work/push" 2>&1 &
    pids+=($!)
}

declare -A server url
port=18935
for tick in ${LIMITS:-33 100}; do
    "$work/limit" -f "$work/clip.flv" -p "$port" -k "$tick" -t 3600 >/dev/null 2>&1 &
    pids+=($!)
    server[limit$tick]=$!
    until (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.05; done
    url[limit$tick]=http://127.0.0.1:$port/
    port=$((port + 1))
done

start_nginx_rtmp "$port"
server[nginx]=$pid
url[nginx]=rtmp://127.0.0.1:$port/live/bench
publish "${url[nginx]}"

start all up --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 --kafka-port 0 --data-dir "$work/data"
publish "$(part all rtmp)/live/bench"
for tick in "${ticks[@]}"; do
    opts=
    [[ -z ${JFR:-} || $tick != "${ticks[0]}" ]] || opts="-XX:StartFlightRecording=filename=$JFR,settings=profile"
    MILLRACE_JAVA_OPTS=$opts start "edge-$tick" edge --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 \
        --kafka "$(part all kafka)" --flv-tick "$tick"
    server[$tick]=$pid
    for ((i = 0; i < ${WARM:-4}; i++)); do load "$pid" "$(part "edge-$tick" http)/live/bench.flv" 500 10; done
done

# watched TICK PROTOCOL: prints the URL of the stream on the edge
watched() {
    case $2 in
        http) echo "$(part "edge-$1" http)/live/bench.flv" ;;
        ws) echo "$(part "edge-$1" http)/live/bench.flv" | sed 's/^http/ws/' ;;
        rtmp) echo "$(part "edge-$1" rtmp)/live/bench" ;;
    esac
}

echo '| server | tick | viewers | CPU-s/GB | p50 ms | p99 ms | first keyframe p50 ms | slowest kbit/s | viewers below 90 % | MB |'
echo '|---|---|---|---|---|---|---|---|---|---|'
for n in "${viewers[@]}"; do
    for tick in ${LIMITS:-33 100}; do
        row 'bare loop' "${tick}ms" "$n" "${server[limit$tick]}" "${url[limit$tick]}"
    done
    row 'nginx-rtmp, rtmp' – "$n" "${server[nginx]}" "${url[nginx]}"
    for tick in "${ticks[@]}"; do
        for protocol in ${PROTOCOLS:-http}; do
            row "edge, $protocol" "$tick" "$n" "${server[$tick]}" "$(watched "$tick" "$protocol")"
        done
    done
done
