#!/usr/bin/env bash
# How long after its end a part is listed by `up`: one publisher that sends each frame at its time, two players that reload by blocking.
#
#   bench/listed.sh [PART...]    durations of parts, by default 500ms 300ms
#
# SECONDS_A_LOAD=30. Needs gcc, ffmpeg, curl, jq and python3; loopback only; takes 45 s for each duration.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh

seconds=${SECONDS_A_LOAD:-30}
[[ $# -gt 0 ]] || set -- 500ms 300ms
make -s -C bench/rig BIN="$work" >&2
make_clip "$work/clip.flv"

echo "| parts | track | parts listed | after their end, ms: shortest / p50 / p99 / longest |"
echo "|---|---|---|---|"
for duration in "$@"; do
    start up up --host 127.0.0.1 --rtmp-port 0 --http-port 0 --kafka-port 0 --data-dir "$work/data-$duration" --part "$duration"
    up=$pid
    "$work/rtmppush" -u "$(part up rtmp)/live/listed" -f "$work/clip.flv" -n 1 -t $((seconds + 15)) >"$work/push" 2>&1 &
    pids+=($!)
    # The parts of the first segment wait for its end, so some seconds pass before the measurement.
    until curl -sf "$(part up http)/live/listed.m3u8" >"$work/multivariant"; do sleep 0.1; done
    sleep 6
    video=$(grep -v '^#' "$work/multivariant" | head -n 1)
    audio=$(sed -n 's/.*TYPE=AUDIO.*URI="\([^"]*\)".*/\1/p' "$work/multivariant" | head -n 1)
    python3 bench/rig/listed.py "$(part up http)/live/$video" "$seconds" >"$work/video" &
    follower=$!
    python3 bench/rig/listed.py "$(part up http)/live/$audio" "$seconds" >"$work/audio"
    wait "$follower"
    echo "| $duration | video | $(cat "$work/video") |"
    echo "| $duration | audio | $(cat "$work/audio") |"
    kill "$up"
    wait "$up" || true
done
