#!/usr/bin/env bash
# The cost of receiving publishers, compared with nginx-rtmp in the same run, as a table: CPU-seconds per GB, allocation per packet.
# Needs gcc, ffmpeg, curl, jq, nginx with its RTMP module (Debian: libnginx-mod-rtmp) and a JDK 25; loopback only; about six
# minutes, on a machine without other work. JFR=FILE keeps the recording of the last load, COUNTS=200 measures only with that number
# of publishers, WARM=1 warms up with one load of half a minute instead of four.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh

seconds=${SECONDS_A_LOAD:-30}
read -ra counts <<<"${COUNTS:-50 200}"
make -s -C bench/rig BIN="$work" >&2
ffmpeg -v error -f lavfi -i testsrc2=size=640x360:rate=30 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 10 \
    -c:v libx264 -preset veryfast -b:v 436k -minrate 436k -maxrate 436k -bufsize 436k -nal-hrd cbr -bf 0 -g 60 -keyint_min 60 \
    -sc_threshold 0 -pix_fmt yuv420p -c:a aac -b:a 64k "$work/clip.flv"

# One load: URL, publishers, seconds, and the processes whose CPU time is measured. Prints a line of JSON: bytes, max_backlog, and seconds of CPU.
load() {
    local url=$1 count=$2 time=$3
    shift 3
    : >"$work/push"
    "$work/rtmppush" -u "$url/bench{i}" -f "$work/clip.flv" -n "$count" -t "$time" -S 0 >"$work/push" 2>>"$work/push.err" &
    local push=$!
    until grep -q ^READY "$work/push"; do sleep 0.02; done
    local before=() after=() pid
    for pid in "$@"; do before+=("$(cpu_s "$pid")"); done
    wait "$push" || { tail -n 3 "$work/push" "$work/push.err" >&2; }
    for pid in "$@"; do after+=("$(cpu_s "$pid")"); done
    local spent='[]' i
    for i in "${!before[@]}"; do spent=$(jq -c ". + [${after[i]} - ${before[i]}]" <<<"$spent"); done
    tail -n 1 "$work/push" | jq -c "{bytes, alive_end, max_backlog, spent: $spent}"
}

nginx_port=18937
start_nginx_rtmp "$nginx_port"
nginx=$pid
start broker broker --kafka-port 0 --data-dir "$work/data" --admin-port 0
broker=$pid
# All publishers have one address, and each load has names of its own.
start ingest ingest --kafka "$(part broker kafka)" --host 127.0.0.1 --rtmp-port 0 --admin-port 0 \
    --rtmp-limits new-names-per-address=99999,new-names=99999
ingest=$pid
rtmp=$(part ingest rtmp)
admin=$(part ingest admin)
packets() { curl -sf "$admin/metrics" | awk '/^millrace_ingest_packets_total/ {n += $2} END {printf "%d", n}'; }

# A node runs for months, so JIT compilation in the first minute, connections included, must not count as a cost of publishers.
for ((i = 0; i < ${WARM:-4}; i++)); do load "$rtmp/warm$i" 200 30 "$ingest" >&2; done
for count in "${counts[@]}"; do
    load "rtmp://127.0.0.1:$nginx_port/live" "$count" "$seconds" "$nginx" >"$work/nginx.$count"
    load "$rtmp/live" "$count" "$seconds" "$ingest" "$broker" >"$work/millrace.$count"
done

# Allocation is measured in a separate load, because recording has a cost, too.
jdk=$(dirname "$(readlink "/proc/$ingest/exe")")
"$jdk/jcmd" "$ingest" JFR.start name=bench settings=profile >/dev/null
first=$(packets)
load "$rtmp/jfr" 200 8 "$ingest" >&2
last=$(packets)
"$jdk/jcmd" "$ingest" JFR.stop name=bench filename="$work/bench.jfr" >/dev/null
[[ -z ${JFR:-} ]] || cp "$work/bench.jfr" "$JFR"
# Totals of each thread at the beginning and at the end; a thread that started in between counts from 0.
allocated=$("$jdk/jfr" print --json --events jdk.ThreadAllocationStatistics "$work/bench.jfr" | jq '
    [.recording.events[].values] | group_by(.thread.javaThreadId)
    | map(sort_by(.startTime) | (last.allocated - (if length > 1 then first.allocated else 0 end))) | add')

per_gb() { jq -r "[.spent[]] | .[$2:$3] | add" "$1" | awk -v bytes="$(jq .bytes "$1")" '{printf "%.2f", $1 / (bytes / 1e9)}'; }
times() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }
echo "| publishers of 500 kbit/s | nginx-rtmp, CPU-s/GB | ingest | times nginx | ingest and broker | times nginx | max_backlog: nginx, ingest |"
echo "|---|---|---|---|---|---|---|"
for count in "${counts[@]}"; do
    n=$(per_gb "$work/nginx.$count" 0 1)
    i=$(per_gb "$work/millrace.$count" 0 1)
    b=$(per_gb "$work/millrace.$count" 0 2)
    echo "| $count | $n | $i | $(times "$i" "$n") | $b | $(times "$b" "$n") | $(jq .max_backlog "$work/nginx.$count") B, $(jq .max_backlog "$work/millrace.$count") B |"
done
echo
echo "Allocation in ingest: $((allocated / (last - first))) bytes a packet ($((last - first)) packets)."
