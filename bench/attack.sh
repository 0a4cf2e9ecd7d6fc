#!/usr/bin/env bash
# What strangers can do to memory and log: `millrace up` with a heap of 512 MB, one publisher that goes on, and one attack after
# the other (bench/attack/Attack.java); those on HTTP meet an edge of its own with 256 MB. Says for each whether the process and
# its publisher are still there, the largest heap after a collection, and how much the log grew.
# Needs ffmpeg and the JDK that ./millrace finds; loopback only; ends by itself after about four minutes.
# ATTACKS, HEAP and EDGE_HEAP choose; MILLRACE is another program to attack.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh

readonly ATTACKS=${ATTACKS:-"rtmp-partial rtmp-published http-pipeline log http-log"} HEAP=${HEAP:-512m} EDGE_HEAP=${EDGE_HEAP:-256m}
read -ra program <<<"${MILLRACE:-./millrace}"

# The JDK as ./millrace finds it.
eval "$(sed -n '/^fail() {/,/^}/p; /^is_jdk_25() {/,/^}/p; /^find_jdk() {/,/^}/p' millrace)"
find_jdk

# launch NAME HEAP ARG...: like start, with a heap and what the collector says in $run/NAME.gc.
launch() {
    local name=$1 heap=$2
    shift 2
    : >"$work/$name.out"
    MILLRACE_JAVA_HOME=$jdk MILLRACE_JAVA_OPTS="-Xmx$heap -XX:+ExitOnOutOfMemoryError -Xlog:gc:file=$run/$name.gc" \
        "${program[@]}" "$@" >"$work/$name.out" 2>"$run/$name.err" &
    pid=$!
    pids+=("$pid")
    until grep -q ^ready "$work/$name.out"; do
        kill -0 "$pid" 2>/dev/null || { cat "$run/$name.err" >&2; exit 1; }
        sleep 0.1
    done
}

for attack in $ATTACKS; do
    run="$work/$attack"
    mkdir "$run"
    launch up "$HEAP" up --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 --kafka-port 0 --data-dir "$run/data"
    server=$pid victim=up victim_pid=$pid
    url=$(part up rtmp)
    ffmpeg -v error -re -f lavfi -i testsrc=size=320x180:rate=25 -c:v libx264 -preset ultrafast -g 50 -f flv \
        "$url/live/show" 2>"$run/ffmpeg" &
    publisher=$!
    pids+=("$publisher")
    case $attack in http-*)
        launch edge "$EDGE_HEAP" edge --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 --kafka "$(part up kafka)"
        victim=edge victim_pid=$pid url=$(part edge http)
        ;;
    esac
    until curl -sf "$(part "$victim" http)/live/show.m3u8" -o /dev/null; do sleep 0.2; done
    logged=$(wc -c <"$run/$victim.err")
    began=$(now_ms)
    "$jdk/bin/java" bench/attack/Attack.java "$attack" "${url##*:}" >"$run/attack" || true
    took=$(($(now_ms) - began))
    lives=no publishes=no
    if kill -0 "$victim_pid" 2>/dev/null; then lives=yes; fi
    if kill -0 "$publisher" 2>/dev/null; then publishes=yes; fi
    heap=$(grep -o '\->[0-9]*M' "$run/$victim.gc" | tr -dc '0-9\n' | sort -n | tail -n 1)
    echo "$attack: process lives: $lives, publisher goes on: $publishes, largest heap after a collection: $heap MB," \
        "log: $(($(wc -c <"$run/$victim.err") - logged)) bytes in $took ms; $(tail -n 1 "$run/attack")"
    if [ "$lives" = no ]; then tail -n 2 "$work/$victim.out" "$run/$victim.err"; fi
    kill "$publisher" "$victim_pid" "$server" 2>/dev/null || true
    wait "$publisher" "$victim_pid" "$server" 2>/dev/null || true
done
