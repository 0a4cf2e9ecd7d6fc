#!/usr/bin/env bash
# The cost of hostile rewinds: `millrace up`, an hour of a stream pushed faster than real time, and 1,000 simultaneous hostile requests,
# each for a different millisecond of it (bench/attack/Rewinds.java). Prints how many bytes the readers of the past fetch from Kafka for
# single requests with empty caches, and how long legitimate rewinds from another address take, alone and during the hostile ones.
# Every measurement uses a new process, so that its caches are empty; it is warmed up by rewinds of another stream.
# Needs ffmpeg, curl, jq and the JDK that ./millrace finds; loopback only; takes about two minutes per program and round.
#   PROGRAMS   the programs to measure alternately: NAME=COMMAND, separated by spaces; "before=/tmp/old/millrace now=./millrace" compares
#   ROUNDS     number of rounds; MODES selects the attacks (MODE or MODE:ADDRESSES, the number of addresses of the hostile requests)
#   HOSTILE    number of hostile requests
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh
# Another program would have to make its cache first, or has none.
export MILLRACE_CACHE=off

readonly PROGRAMS=${PROGRAMS:-now=./millrace} ROUNDS=${ROUNDS:-1} HOSTILE=${HOSTILE:-1000}
readonly MODES=${MODES:-"none leave leave:100 wait wait:100 media flv"} SPAN_MS=3500000 WARM_SPAN_MS=500000

find_jdk

# launch NAME: starts the program of that name on the data that it wrote before; sets $http, $admin and $rtmp.
launch() {
    local metrics=()
    : >"$work/$1.out"
    # Older builds do not know this flag and always have these metrics.
    if "${command[$1]}" up --help | grep -q -- --kafka-metrics; then metrics=(--kafka-metrics on); fi
    MILLRACE_JAVA_HOME=$jdk "${command[$1]}" up --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 --kafka-port 0 \
        --data-dir "$work/$1" "${metrics[@]}" >"$work/$1.out" 2>"$work/$1.err" &
    pid=$!
    pids+=("$pid")
    until grep -q ^ready "$work/$1.out"; do
        kill -0 "$pid" 2>/dev/null || { cat "$work/$1.err" >&2; exit 1; }
        sleep 0.1
    done
    http=$(part "$1" http) admin=$(part "$1" admin) rtmp=$(part "$1" rtmp)
}

stop() {
    kill "$pid"
    wait "$pid" || true
    unset 'pids[-1]'
}

began() { date -d "$(curl -sf "$http/api/v1/streams/live/$1/sessions" | jq -r '.sessions[0].startedAt')" +%s%3N; }

# push STREAM CLIPS: pushes this many clips of ten seconds faster than real time, and waits until the stream has ended and its last
# seconds can be watched.
push() {
    local last
    ffmpeg -v error -stream_loop $(($2 - 1)) -i "$work/clip.flv" -c copy -f flv "$rtmp/live/$1"
    until [ "$(curl -s "$http/api/v1/streams/live/$1" | jq -r .state)" = ended ]; do sleep 1; done
    last=$(at $(($(began "$1") + $2 * 10000 - 3000)))
    until curl -sf -o /dev/null "$http/live/$1.m3u8?start=$last"; do sleep 1; done
}

# Prints how many bytes all readers of the past have received from the broker so far.
fetched() { curl -sf "$admin/metrics" | awk '/^kafka_consumer_incoming_byte_total.*edge-past/ {s += $NF} END {printf "%d", s}'; }

at() { date -u -d "@$((($1) / 1000)).$(printf %03d $((($1) % 1000)))" +%Y-%m-%dT%H:%M:%S.%3NZ; }

rewinds() { "$jdk/bin/java" -cp "$work/classes" Rewinds "$1" "${http##*:}" "live/$2" "$3" "$4" "$HOSTILE" "${5:-1}"; }

# Prints the media playlist that a multivariant playlist lists.
child() { curl -sf "$http/live/hour.m3u8?start=$(at "$1")" | sed -n 's|^hour||p; s|^/live/hour||p'; }

single() {
    local before
    before=$(fetched)
    curl -s -o /dev/null -w "$1: %{http_code}, %{size_download} bytes in %{time_total} s, " "$http/live/hour$2"
    # The consumers fetch ahead.
    sleep 1
    echo "$(($(fetched) - before)) bytes from Kafka"
}

"$jdk/bin/javac" -d "$work/classes" bench/attack/Rewinds.java
make_clip "$work/clip.flv"
declare -A command from warm
for program in $PROGRAMS; do
    name=${program%%=*}
    command[$name]=${program#*=}
    launch "$name"
    push warm 60
    push hour 360
    warm[$name]=$(($(began warm) + 5000)) from[$name]=$(($(began hour) + 5000))
    stop
done

for program in $PROGRAMS; do
    name=${program%%=*} start=${from[${program%%=*}]}
    launch "$name"
    single "$name, multivariant playlist, long before the stream" ".m3u8?start=2020-01-01T00:00:00Z"
    single "$name, multivariant playlist, amid the stream" ".m3u8?start=$(at $((start + 1800123)))"
    single "$name, multivariant playlist, a millisecond later" ".m3u8?start=$(at $((start + 1800124)))"
    single "$name, media playlist of all" "$(child "$start")"
    single "$name, a second of FLV" ".flv?start=$(at $((start + 900123)))&end=$(at $((start + 901123)))"
    stop
done

for ((round = 1; round <= ROUNDS; round++)); do
    for mode in $MODES; do
        for program in $PROGRAMS; do
            name=${program%%=*} addresses=1
            case $mode in *:*) addresses=${mode#*:} ;; esac
            launch "$name"
            rewinds none warm "${warm[$name]}" "$WARM_SPAN_MS" >/dev/null
            before=$(fetched) cpu=$(cpu_s "$pid")
            said=$(rewinds "${mode%:*}" hour "${from[$name]}" "$SPAN_MS" "$addresses")
            echo "$name, $mode: $said, $(($(fetched) - before)) bytes from Kafka," \
                "$(awk "BEGIN {print $(cpu_s "$pid") - $cpu}") s of CPU, load $(cut -d ' ' -f 1 /proc/loadavg)"
            stop
        done
    done
done
