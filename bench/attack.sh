#!/usr/bin/env bash
# What strangers can do to memory and log: `millrace up` with a heap of 512 MB, one publisher that goes on, and one attack after
# the other (bench/attack/Attack.java). Says for each whether the process and its publisher are still there, the largest heap
# after a collection, and how much the log grew.
# Needs ffmpeg and a JDK; loopback only; ends by itself after about three minutes. MILLRACE is another program to attack.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh

readonly ATTACKS=${ATTACKS:-"rtmp-partial rtmp-published http-pipeline log http-log"} HEAP=${HEAP:-512m}
read -ra program <<<"${MILLRACE:-./millrace}"

for attack in $ATTACKS; do
    run="$work/$attack"
    mkdir "$run"
    : >"$run/out"
    JAVA_TOOL_OPTIONS="-Xmx$HEAP -XX:+ExitOnOutOfMemoryError -Xlog:gc:file=$run/gc" "${program[@]}" up \
        --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 --kafka-port 0 --data-dir "$run/data" \
        >"$run/out" 2>"$run/err" &
    server=$!
    pids+=("$server")
    until grep -q ^ready "$run/out"; do kill -0 "$server"; sleep 0.1; done
    cp "$run/out" "$work/$attack.out"
    rtmp=$(part "$attack" rtmp) http=$(part "$attack" http)
    ffmpeg -v error -re -f lavfi -i testsrc=size=320x180:rate=25 -c:v libx264 -preset ultrafast -g 50 -f flv \
        "$rtmp/live/show" 2>"$run/ffmpeg" &
    publisher=$!
    pids+=("$publisher")
    until curl -sf "$http/live/show.m3u8" -o /dev/null; do sleep 0.2; done
    logged=$(wc -c <"$run/err")
    url=$rtmp
    case $attack in http-*) url=$http ;; esac
    java bench/attack/Attack.java "$attack" "${url##*:}" >"$run/attack" || true
    lives=no publishes=no
    if kill -0 "$server" 2>/dev/null; then lives=yes; fi
    if kill -0 "$publisher" 2>/dev/null; then publishes=yes; fi
    heap=$(grep -o '\->[0-9]*M' "$run/gc" | tr -dc '0-9\n' | sort -n | tail -n 1)
    echo "$attack: process lives: $lives, publisher goes on: $publishes, largest heap after a collection: $heap MB," \
        "log: $(($(wc -c <"$run/err") - logged)) bytes; $(tail -n 1 "$run/attack")"
    kill "$publisher" "$server" 2>/dev/null || true
    wait "$publisher" "$server" 2>/dev/null || true
done
