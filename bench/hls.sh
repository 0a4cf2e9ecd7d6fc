#!/usr/bin/env bash
# The cost of HLS on an edge, compared with nginx serving the same files in the same run: playlists, plain and compressed; segments, new
# and old; and ranges of the size of a part, requested by wrk over keep-alive connections.
#   SPAN=8            seconds of each row
#   CONNECTIONS=64
#   WARM=20           seconds of load before anything is measured
#   JFR=FILE          records a profile of the edge
# Needs ffmpeg, gcc, nginx, wrk, curl and jq; loopback only; ends by itself after about two minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh

readonly SPAN=${SPAN:-8} CONNECTIONS=${CONNECTIONS:-64} WARM=${WARM:-20} ROUNDS=${ROUNDS:-1} NGINX_PORT=18936

make -s -C bench/rig BIN="$work" >&2
make_clip "$work/clip.flv"
start up up --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 --kafka-port 0 --data-dir "$work/data"
[[ -z ${JFR:-} ]] || export MILLRACE_JAVA_OPTS="-XX:StartFlightRecording=filename=$JFR,settings=profile"
start edge edge --host 127.0.0.1 --http-port 0 --admin-port 0 --kafka "$(part up kafka)"
edge=$pid
http=$(part edge http)
"$work/rtmppush" -u "$(part up rtmp)/live/bench" -f "$work/clip.flv" -n 1 -t 600 >"$work/push" 2>&1 &
pids+=($!)

# The files are responses of the edge from a moment ago.
child=$(curl -sf --retry 20 --retry-all-errors "$http/live/bench.m3u8" | grep -v '^#')
playlist=/live/$child
until (($(curl -sf "$http$playlist" | grep -c '\.ts$') >= 10)); do sleep 0.5; done
mkdir -p "$work/www${playlist%/*}"
copy() { curl -sf "$http$1" -o "$work/www$1"; }
copy "$playlist"
curl -sf -H 'Accept-Encoding: gzip' "$http$playlist" -o "$work/www$playlist.gz"

# newest: sets $segment to the newest segment and $range to a quarter of it. A segment leaves the playlist after half a minute, so each
# row has its own; nginx has it as a file.
newest() {
    segment=${playlist%/*}/$(curl -sf "$http$playlist" | grep '\.ts$' | tail -n 1)
    copy "$segment"
    range=bytes=0-$(($(stat -c %s "$work/www$segment") / 4 - 1))
}
newest
old=$segment

cat >"$work/nginx.conf" <<CONF
daemon off; pid $work/nginx.pid; error_log $work/nginx.log; worker_processes 2;
events { worker_connections 4096; }
http {
    access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000000; gzip_static on;
    open_file_cache max=1000; open_file_cache_valid 60s;
    types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; }
    client_body_temp_path $work; proxy_temp_path $work; fastcgi_temp_path $work; uwsgi_temp_path $work; scgi_temp_path $work;
    server { listen 127.0.0.1:$NGINX_PORT; root $work/www; add_header Cache-Control "public, max-age=86400"; }
}
CONF
nginx -c "$work/nginx.conf" -p "$work" 2>/dev/null &
nginx=$!
pids+=($nginx)
until curl -sf -o /dev/null "http://127.0.0.1:$NGINX_PORT$playlist"; do sleep 0.1; done

cat >"$work/sum.lua" <<'LUA'
function done(sum)
    local e = sum.errors
    io.stderr:write(string.format('{"requests":%d,"bytes":%d,"us":%d,"errors":%d}\n', sum.requests, sum.bytes, sum.duration,
        e.connect + e.read + e.write + e.status + e.timeout))
end
LUA

# cpu_of edge|nginx: prints user and system time so far, in seconds; of nginx, those of its workers.
cpu_of() {
    if [[ $1 == edge ]]; then
        cpu_s "$edge"
    else
        for worker in $(pgrep -P "$nginx"); do cpu_s "$worker"; echo; done | awk '{s += $1} END {printf "%.2f", s}'
    fi
}

# load SERVER SECONDS PATH [HEADER]: prints wrk's summary and the server's CPU time as JSON.
load() {
    local server=$1 seconds=$2 path=$3 base=$http before
    [[ $server == edge ]] || base=http://127.0.0.1:$NGINX_PORT
    before=$(cpu_of "$server")
    wrk -t 1 -c "$CONNECTIONS" -d "${seconds}s" -s "$work/sum.lua" ${4:+-H "$4"} "$base$path" 2>"$work/sum" >/dev/null
    jq -c --argjson cpu "$(cpu_of "$server")" --argjson before "$before" '. + {cpu: ($cpu - $before)}' "$work/sum"
}

# row WHAT PATH [HEADER]
row() {
    local what=$1
    shift
    for server in nginx edge; do load "$server" "$SPAN" "$@" >"$work/$server.json"; done
    jq -rs --arg what "$what" 'def two: . * 100 | round / 100;
        def rate: .requests / .us * 1e6; def gb: .cpu / (.bytes / 1e9); def each: .cpu / .requests * 1e6;
        .[0] as $n | .[1] as $e |
        "| \($what) | \($n | rate | round) | \($e | rate | round) | \(($e | rate) / ($n | rate) | two) | \($n | each | two) | \($e | each | two) | \($n | gb | two) | \($e | gb | two) | \(($e | gb) / ($n | gb) | two) | \($n.errors + $e.errors) |"' \
        "$work/nginx.json" "$work/edge.json"
}

gzip='Accept-Encoding: gzip'
for what in "$playlist" "$segment"; do load edge $((WARM / 2)) "$what" >/dev/null; done

echo "| what | nginx req/s | edge req/s | edge / nginx | nginx CPU-us/request | edge CPU-us/request | nginx CPU-s/GB | edge CPU-s/GB | edge / nginx | errors |"
echo '|---|---|---|---|---|---|---|---|---|---|'
for ((round = 0; round < ROUNDS; round++)); do
    row "playlist, $(stat -c %s "$work/www$playlist") B" "$playlist"
    row "playlist, gzip, $(stat -c %s "$work/www$playlist.gz") B" "$playlist" "$gzip"
    newest
    row "segment, $(stat -c %s "$work/www$segment") B" "$segment"
    newest
    row "a quarter of one (Range), $(($(stat -c %s "$work/www$segment") / 4)) B" "$segment" "Range: $range"
    row "segment that has left the playlist, $(stat -c %s "$work/www$old") B" "$old"
done
