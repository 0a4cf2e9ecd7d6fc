#!/usr/bin/env bash
# What an edge's viewers cost, as one table: an edge as a process of its own, the rest of the pipeline beside it, and the
# bare loop (rig/limit) at the same ticks in the same run.
#   bench/fanout.sh [VIEWERS…]      default: 1 50 500 1000
#   TICKS="auto 33ms 100ms"         the edge's --flv-tick
#   PROTOCOLS="http ws"             how the edge's viewers watch; default: http
#   WINDOW=10                       seconds that are measured
#   JFR=FILE                        a profile of the edge with the first tick, while it is measured
# Needs gcc, ffmpeg and jq; loopback only; some 20 s for each row and 40 s to start. Rows of one run may be compared, and
# nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."

viewers=("${@:-1}")
[[ $# -gt 0 ]] || viewers=(1 50 500 1000)
read -r -a ticks <<<"${TICKS:-auto 33ms 100ms}"
window=${WINDOW:-10}
work=$(mktemp -d)
pids=()
end() {
    # The last ones first: a stage that loses its broker complains.
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do kill "${pids[i]}" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap end EXIT
ulimit -n "$(ulimit -Hn)"

make -s -C bench/rig BIN="$work" >&2
ffmpeg -v error -f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 10 \
    -c:v libx264 -preset veryfast -b:v 2500k -maxrate 2500k -bufsize 2500k -bf 0 -g 60 -keyint_min 60 -sc_threshold 0 \
    -pix_fmt yuv420p -c:a aac -b:a 128k "$work/clip.flv"

# serve NAME COMMAND…: starts Millrace and waits for its ready line in $work/NAME.
serve() {
    local name=$1
    shift
    ./millrace "$@" --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 >"$work/$name" 2>"$work/$name.err" &
    pids+=($!)
    until grep -q ^ready "$work/$name"; do
        kill -0 "${pids[-1]}" || { cat "$work/$name.err" >&2; exit 1; }
        sleep 0.05
    done
}
part() { sed -n "s|.*$2=\(\S*\).*|\1|p" "$work/$1"; }

# user and system time of a process, in clock ticks
cpu() { sed 's/.*) //' "/proc/$1/stat" | awk '{print $12 + $13}'; }
rss_mb() { awk '/^VmRSS/ {printf "%d", $2 / 1024}' "/proc/$1/status"; }

# load PID URL VIEWERS SECONDS: leaves flvload's JSON in $work/load and the server's CPU time in $spent
load() {
    : >"$work/load"
    "$work/flvload" -u "$2" -n "$3" -t "$4" -s 20 -e 2500 >"$work/load" 2>>"$work/load.err" &
    local loader=$!
    until grep -q WINDOW_START "$work/load" || ! kill -0 $loader 2>/dev/null; do sleep 0.01; done
    local before
    before=$(cpu "$1")
    until grep -q WINDOW_END "$work/load" || ! kill -0 $loader 2>/dev/null; do sleep 0.01; done
    spent=$(($(cpu "$1") - before))
    wait $loader || true
}

# row SERVER TICK VIEWERS PID URL
row() {
    load "$4" "$5" "$3" "$window"
    jq -r -R 'fromjson? | select(.alive < .n) | "\(.n - .alive) of \(.n) viewers gone: \(.dead_why)"' <"$work/load" >&2
    tail -n 1 "$work/load" | jq -r --arg server "$1" --arg tick "$2" --argjson spent "$spent" --arg mb "$(rss_mb "$4")" \
        --argjson hz "$(getconf CLK_TCK)" 'def ms: if . == null then "–" else . * 10 | round / 10 end;
        "| \($server) | \($tick) | \(.n) | \($spent / $hz / ((.bytes + 1) / 1e9) * 100 | round / 100) | \(.lat_p50_ms | ms) | \(.lat_p99_ms | ms) | \(.ttkf_p50_ms | ms) | \(.kbps_min | round) | \(.below90) | \($mb) |"'
}

serve all up --kafka-port 0 --data-dir "$work/data"
"$work/rtmppush" -u "$(part all rtmp)/live/bench" -f "$work/clip.flv" -n 1 -t 600 >"$work/push" 2>&1 &
pids+=($!)
declare -A edge url
for tick in "${ticks[@]}"; do
    if [[ -n ${JFR:-} && $tick == "${ticks[0]}" ]]; then
        MILLRACE_JAVA_OPTS="-XX:StartFlightRecording=filename=$JFR,settings=profile" serve "edge-$tick" edge \
            --kafka "$(part all kafka)" --flv-tick "$tick"
    else
        serve "edge-$tick" edge --kafka "$(part all kafka)" --flv-tick "$tick"
    fi
    edge[$tick]=${pids[-1]}
    url[$tick]=$(part "edge-$tick" http)/live/bench.flv
    load "${edge[$tick]}" "${url[$tick]}" 200 5
done
port=18935
for tick in ${LIMITS:-33 100}; do
    "$work/limit" -f "$work/clip.flv" -p "$port" -k "$tick" -t 900 >/dev/null 2>&1 &
    pids+=($!)
    edge[limit$tick]=$!
    until (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.05; done
    url[limit$tick]=http://127.0.0.1:$port/
    port=$((port + 1))
done

echo '| server | tick | viewers | CPU-s/GB | p50 ms | p99 ms | first keyframe p50 ms | slowest kbit/s | viewers below 90 % | MB |'
echo '|---|---|---|---|---|---|---|---|---|---|'
for n in "${viewers[@]}"; do
    for tick in ${LIMITS:-33 100}; do
        row 'bare loop' "${tick}ms" "$n" "${edge[limit$tick]}" "${url[limit$tick]}"
    done
    for tick in "${ticks[@]}"; do
        for protocol in ${PROTOCOLS:-http}; do
            row "edge, $protocol" "$tick" "$n" "${edge[$tick]}" "${url[$tick]/http/$protocol}"
        done
    done
done
