#!/usr/bin/env bash
# The cost of an export: MB/s and CPU-s/GB for every file format, compared with `ffmpeg -c copy` of the same media from file to file.
# Ten minutes at 6 Mbit/s, published as fast as they are accepted. The CPU of an export is that of the command; the CPU that the broker
# uses for reading is a separate column. The time includes the start of the command, which takes a JVM 1 s or more.
# Needs ffmpeg, curl and jq; loopback only; about 2.5 GB of disk; ends by itself after a minute or two.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh

readonly ROUNDS=${ROUNDS:-60}

ffmpeg -v error -f lavfi -i testsrc2=size=1280x720:rate=30,noise=alls=20:allf=t -f lavfi -i sine=frequency=440:sample_rate=48000 \
    -t 10 -c:v libx264 -preset ultrafast -b:v 6000k -minrate 6000k -maxrate 6000k -bufsize 6000k -g 60 -keyint_min 60 \
    -sc_threshold 0 -pix_fmt yuv420p -c:a aac -b:a 128k "$work/clip.flv"
ffmpeg -v error -stream_loop $((ROUNDS - 1)) -i "$work/clip.flv" -c copy "$work/source.flv"

start up up --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 --kafka-port 0 --grace 1s --data-dir "$work/data"
ffmpeg -v error -i "$work/source.flv" -c copy -f flv "$(part up rtmp)/live/bench"
http=$(part up http)
until curl -sf "$http/api/v1/streams/live/bench" | jq -e '.state == "ended"' >/dev/null; do sleep 0.2; done

TIMEFORMAT='%R %U %S'

# row WHAT FILE BROKER_S COMMAND...: runs the command, which writes the file, and prints its row.
row() {
    local what=$1 file=$2 before after
    shift 2
    before=$(cpu_s "$pid")
    { time "$@" >/dev/null 2>"$work/said" || { cat "$work/said" >&2; exit 1; }; } 2>"$work/time"
    after=$(cpu_s "$pid")
    awk -v what="$what" -v size="$(stat -c %s "$file")" -v broker="$(awk "BEGIN { print $after - $before }")" '
        { printf "| %s | %.0f | %.1f | %.0f | %.1f | %s |\n", what, size / 1e6, $1, size / 1e6 / $1,
              ($2 + $3) / (size / 1e9), broker < 0 ? "-" : sprintf("%.1f", broker / (size / 1e9)) }' "$work/time"
    rm -f "$file"
}

kafka=$(part up kafka)
echo "| | MB | s | MB/s | CPU s a GB | broker CPU s a GB |"
echo "|---|---|---|---|---|---|"
for format in flv mp4 ts; do
    faststart=()
    [[ $format != mp4 ]] || faststart=(-movflags +faststart)
    sync
    row "\`export\` .$format" "$work/out.$format" ./millrace export live/bench "$work/out.$format" --kafka "$kafka"
    sync
    row "\`ffmpeg -c copy\` .$format" "$work/out.$format" \
        ffmpeg -v error -i "$work/source.flv" -c copy "${faststart[@]}" "$work/out.$format"
done
